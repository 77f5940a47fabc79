"""Approving: routed by value, risk and exception, within limits, never by somebody involved, always with reasons."""

from datetime import date

import pytest

from braid.kit.identity import Role
from services.support_planning.council_choices import from_file
from services.support_planning.domain.approval import (
    ApprovalRules,
    Approver,
    Bar,
    Grant,
    Involvement,
    Level,
    bars,
    route,
)
from services.support_planning.domain.findings import Finding, Weight
from tests.support_planning.desk import CARE, TODAY, Desk, an_item, codes, content

OLD = ApprovalRules((Level("team", 3_500_000), Level("above", None)), {}, {})
NEW = ApprovalRules((Level("team", 4_900_000), Level("above", None)), {"relative_paid": "above"}, {})


@pytest.mark.parametrize(
    ("rules", "pence", "level"),
    [
        (OLD, 3_500_000, "team"),
        (OLD, 4_100_000, "above"),
        (NEW, 4_100_000, "team"),
        (NEW, 4_900_000, "team"),
        (NEW, 4_900_001, "above"),
    ],
)
def test_a_limit_counts_itself_in_and_not_a_penny_more(rules: ApprovalRules, pence: int, level: str) -> None:
    assert route(pence, (), (), rules).level == level


def test_what_is_only_noted_sends_nothing_up_and_asks_nothing() -> None:
    noted = Finding("relative_paid", Weight.NOTES, "")
    asked = Finding("relative_paid", Weight.ASKS, "")

    quiet, loud = route(1, (noted,), (), NEW), route(1, (asked,), (), NEW)

    assert (quiet.level, set(quiet.questions)) == ("team", set())
    assert (loud.level, set(loud.questions)) == ("above", {"relative_paid"})


GRANTED = ApprovalRules(
    NEW.levels,
    {},
    {},
    (Grant("anne", "team", date(2009, 1, 1), date(2009, 6, 1)), Grant("beth", "above", date(2009, 6, 2))),
)


@pytest.mark.parametrize(
    ("approver", "level", "on", "barred"),
    [
        (Approver("anne"), "team", TODAY, []),
        (Approver("anne"), "team", date(2009, 6, 2), [Bar.NO_GRANT]),
        (Approver("beth"), "team", TODAY, [Bar.NO_GRANT]),
        (Approver("beth"), "above", date(2009, 6, 2), []),
        (Approver("anne"), "above", TODAY, [Bar.ABOVE_LIMIT]),
        (Approver("anne", is_the_person=True), "team", TODAY, [Bar.OWN_CASE]),
        (Approver("anne", False, frozenset({Involvement.RELATIVE})), "team", TODAY, [Bar.INVOLVED]),
        (Approver("anne", False, frozenset({Involvement.SUPERVISEE})), "team", TODAY, [Bar.INVOLVED]),
        (Approver("planner"), "team", TODAY, [Bar.PLANNED_IT, Bar.NO_GRANT]),
    ],
)
def test_who_may_not_decide_is_told_every_reason(approver: Approver, level: str, on: date, barred: list[Bar]) -> None:
    assert [one.bar for one in bars(approver, frozenset({"planner"}), level, GRANTED, on)] == barred


async def test_an_approved_plan_says_who_approved_it_why_and_from_when(desk: Desk) -> None:
    await desk.award(800_000)
    plan = await desk.begin(content(an_item()))

    await plan.approved()

    assert (plan.body["state"], plan.body["effective_from"]) == ("approved", "2009-07-06")
    assert plan.body["decision"]["decided_by"] == "manager"
    assert plan.body["decision"]["reasons"] == "It meets what was agreed."
    assert [one.TYPE.split(".")[-2] for one in await desk.told()] == ["approved"]


async def test_a_limit_that_was_raised_holds_from_its_day_on(desk: Desk) -> None:
    await desk.award(6_000_000)
    levels = [{"name": "team_manager", "up_to_pence": 3_500_000}, {"name": "panel", "up_to_pence": None}]
    await desk.grant(("manager", "team_manager"), levels=levels, at_least={})
    plan = await desk.begin(content(an_item(unit_pence=4_100_000, units=1, cadence="one_off", unit="item")))
    await plan.submit()

    refused = await plan.decide()

    assert (refused.status_code, refused.json()["errors"][0]["name"]) == (403, "above_limit")


async def test_nobody_approves_what_they_planned_or_the_budget_of_somebody_close(desk: Desk) -> None:
    await desk.award(800_000)
    await desk.grant(("manager", "team_manager"), ("planner", "team_manager"), ("cousin", "team_manager"))
    body = {"subject": "cousin", "kind": "relative"}
    await desk.ask("POST", f"{desk.home}/involvements", body)
    plan = await desk.begin(content(an_item()))
    await plan.submit()

    planner = await plan.decide(name="planner")
    cousin = await plan.decide(name="cousin")
    person = await plan.decide(person_id=desk.person)
    silent = await plan.decide(declares_no_interest=False)
    manager = await plan.decide()

    told = [answer.json()["errors"][0]["name"] for answer in (planner, cousin, person)]
    assert told == ["planned_it", "involved", "own_case"]
    assert [answer.status_code for answer in (planner, cousin, person, silent)] == [403] * 4
    assert manager.status_code == 200


async def test_a_practitioner_does_not_decide(desk: Desk) -> None:
    plan = await desk.begin(content(an_item()))

    answer = await desk.ask("POST", f"{plan.path}/decision", {}, etag=plan.etag, role=Role.PRACTITIONER)

    assert answer.status_code == 403


async def test_an_amendment_is_asked_for_and_the_plan_comes_back_better(desk: Desk) -> None:
    await desk.award(800_000)
    plan = await desk.begin(content(an_item()))
    await plan.submit()

    await plan.decide("ask_for_amendment", reasons="Say who helps at weekends.")
    progress = await desk.get(f"{desk.home}/progress")
    await plan.save(content(an_item(text="Weekends too")))
    await plan.approved()

    assert progress["stage"] == "amendment_asked"
    assert plan.body["state"] == "approved"
    assert [one.TYPE.split(".")[-2] for one in await desk.told()] == ["returned", "approved"]


async def test_a_plan_that_was_handed_in_is_not_changed_under_the_approver(desk: Desk) -> None:
    await desk.award(800_000)
    plan = await desk.begin(content(an_item()))
    await plan.submit()

    answer = await plan.save(content(an_item(units=30)))

    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[1]) == (409, "plan-not-open")


async def test_questions_are_answered_in_writing_before_a_plan_is_approved(desk: Desk) -> None:
    await desk.award(800_000)
    plan = await desk.begin(content(an_item(), if_things_go_wrong=None))
    await plan.submit(risks=["positive_risk"])

    silent = await plan.decide(answers={"positive_risk": "She wants to swim."})
    answered = await plan.decide()

    assert [one["name"] for one in silent.json()["errors"]] == ["no_contingency"]
    assert (silent.status_code, answered.status_code) == (422, 200)


async def test_safeguarding_goes_to_the_level_above(desk: Desk) -> None:
    await desk.award(800_000)
    await desk.grant(("manager", "team_manager"), ("head", "service_manager"))
    plan = await desk.begin(content(an_item()))
    await plan.submit(risks=["safeguarding"])

    assert (await plan.decide()).json()["errors"][0]["name"] == "above_limit"
    assert (await plan.decide(name="head")).status_code == 200


async def test_a_relative_in_the_household_is_paid_only_by_a_recorded_decision(desk: Desk) -> None:
    bar = {
        "relations": ["close_relative"],
        "only_in_same_household": True,
        "unless": "necessity",
        "text": "Not a close relative in the same household.",
        "citation": "regulation 3",
    }
    await desk.award(800_000, others={"payee_bars": [bar]})
    await desk.grant(("manager", "team_manager"), ("head", "service_manager"))
    daughter = {"kind": "family_or_friend", "relation": "close_relative", "same_household": True}
    item = an_item(payee=daughter)
    plan = await desk.begin(content(item))
    assert "relative_paid" in codes(plan.check, "stops")
    assert (await plan.submit()).status_code == 422

    await plan.save(content({**item, "exceptions": ["necessity"]}))
    assert plan.check["is_payable"]
    await plan.submit()

    assert plan.body["submission"]["route"]["level"] == "service_manager"
    assert (await plan.decide(name="head")).status_code == 200
    told = (await desk.told())[-1].model_dump()
    assert told["items"][0]["recorded_decisions"] == ("necessity",)


async def test_high_needs_that_no_money_meets_go_to_the_panel_and_wait_for_it(desk: Desk) -> None:
    await desk.award(400_000)
    await desk.grant(("manager", "team_manager"), ("chair", "panel"))
    plan = await desk.begin(content(an_item()))
    assert (await plan.submit()).status_code == 422

    await plan.submit(why_though_not_payable="Needs that the table was not made for.")
    too_soon = await plan.decide(name="chair")
    await desk.award(800_000, version=2)
    then = await plan.decide(name="chair")

    assert plan.body["decision"]["level"] == "panel"
    assert (too_soon.status_code, then.status_code) == (409, 200)


async def test_a_plan_gives_less_only_after_needs_were_assessed_again_or_where_the_person_asks(desk: Desk) -> None:
    await desk.award(800_000, uses=CARE)
    first = await (await desk.begin(content(an_item()))).approved()
    less = await desk.begin(content(an_item(units=8)))

    refused = await less.submit()
    asked = await less.submit(asks_for_less=True)

    assert first.body["state"] == "approved"
    assert [one["name"] for one in refused.json()["errors"]] == ["less_than_before"]
    assert asked.status_code == 200


async def test_the_queue_shows_what_waits_by_age_with_its_level_and_its_questions(desk: Desk) -> None:
    await desk.award(800_000)
    plan = await desk.begin(content(an_item(), if_things_go_wrong=None))
    await plan.submit()

    (waiting,) = (await desk.get("/v1/plans-to-approve", role=Role.APPROVER))["plans"]

    assert (waiting["plan_id"], waiting["pence_in_a_year"]) == (plan.body["plan_id"], 520_000)
    assert (waiting["level"], list(waiting["questions"])) == ("team_manager", ["no_contingency"])


async def test_the_time_in_each_step_is_measured(desk: Desk) -> None:
    await desk.award(800_000)
    plan = await desk.begin(content(an_item()))
    desk.clock.pass_days(10)
    await plan.submit()
    desk.clock.pass_days(3)
    await plan.decide()

    steps = {one["step"]: one for one in (await desk.get("/v1/planning-times"))["steps"]}

    assert (steps["draft"]["median_days"], steps["submitted"]["median_days"]) == (10.0, 3.0)
    assert steps["submitted"]["waiting_now"] == 0


def test_every_level_that_the_example_council_names_is_one_of_its_levels() -> None:
    told = from_file("approval")

    assert set(told["at_least"].values()) <= {level["name"] for level in told["levels"]}
