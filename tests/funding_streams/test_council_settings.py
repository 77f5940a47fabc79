"""What the law leaves to councils: who chooses, from when it holds, and that every choice stays in the history."""

from datetime import date
from typing import Any

import asyncpg
import pytest

from braid.kit.identity import Role
from services.funding_streams.domain.council_settings import SettingKind
from services.funding_streams.domain.decision import ADULT_SOCIAL_CARE
from services.funding_streams.rule_files import rule_files
from services.funding_streams.tables import CouncilSettingRow

from .builders import a_person
from .rules_desk import RulesDesk

PERCENTAGE = "adult_social_care.charging_percentage"
GATE = "individual_budget.adult_social_care_is_the_gate"
LOCAL_GUARANTEE = "adult_social_care.local_income_guarantee_pence_per_week"
A_YEAR = {"pence_per_year": 1_920_828}


async def weekly_charge(desk: RulesDesk, on: str, **other: Any) -> int:
    """What the usual person is charged a week on a day, in pence."""
    told = await desk.evaluated(ADULT_SOCIAL_CARE, on, a_person(), allocation=A_YEAR, **other)
    share: int = told["decision"]["contribution_pence"]
    return share // 52


async def test_everything_that_is_left_to_councils_is_told_with_its_default_and_its_reason(desk: RulesDesk) -> None:
    told = await desk.done("GET", "council-settings?on=2007-06-01")

    assert [setting["name"] for setting in told["settings"]] == sorted(rule_files().council_defaults.declared)
    percentage = next(setting for setting in told["settings"] if setting["name"] == PERCENTAGE)
    assert (percentage["default"], percentage["value"], percentage["is_chosen"]) == (100, 100, False)
    assert (percentage["version"], percentage["history"]) == (0, [])
    assert percentage["citation"]


async def test_a_choice_holds_from_its_day_on_and_not_before(desk: RulesDesk) -> None:
    assert (await desk.choose(PERCENTAGE, 50, "2007-07-01")).status_code == 200

    before = await desk.done("GET", f"council-settings/{PERCENTAGE}?on=2007-06-30")
    since = await desk.done("GET", f"council-settings/{PERCENTAGE}?on=2007-07-01")

    assert (before["value"], before["is_chosen"]) == (100, False)
    assert (since["value"], since["is_chosen"]) == (50, True)


async def test_decisions_rest_on_the_choice_of_their_own_day_and_say_so(desk: RulesDesk) -> None:
    await desk.choose(PERCENTAGE, 50, "2007-07-01")

    assert (await weekly_charge(desk, "2007-06-30"), await weekly_charge(desk, "2007-07-01")) == (5_743, 2_871)
    told = await desk.evaluated(ADULT_SOCIAL_CARE, "2007-07-01", a_person(), allocation=A_YEAR)
    figures = [figure for step in told["decision"]["trace"] for figure in step["figures"]]
    choice = next(figure for figure in figures if figure["name"] == f"council.{PERCENTAGE}")
    assert (choice["value"], choice["citation"][:22]) == ("50 percent", "Choice of this council")


async def test_a_stored_case_is_decided_by_its_own_councils_choice(desk: RulesDesk) -> None:
    await desk.choose(PERCENTAGE, 0, "2007-01-01")

    person = await desk.has_case(1_920_828, on="2007-06-01")

    assert (await desk.told(person))[ADULT_SOCIAL_CARE].contribution_pence == 0


async def test_the_gate_of_the_individual_budget_is_the_councils_to_open(desk: RulesDesk) -> None:
    shut = await desk.evaluated(None, "2007-06-01", a_person(facs_band="low"), allocation=A_YEAR)
    await desk.choose(GATE, False, "2007-01-01")
    opened = await desk.evaluated(None, "2007-06-01", a_person(facs_band="low"), allocation=A_YEAR)

    def statuses(told: Any) -> dict[str, str]:
        return {one["decision"]["stream"]: one["decision"]["status"] for one in told}

    assert statuses(shut)["supporting_people"] == "not_eligible"
    assert statuses(opened)["supporting_people"] == "confirmed"


async def test_another_council_may_be_asked_about_by_its_code(desk: RulesDesk) -> None:
    """Charging policies are published; a person who moves may ask what the other council would charge."""
    await desk.choose(PERCENTAGE, 50, "2007-01-01")

    elsewhere = {"council": "E10999998"}
    assert await weekly_charge(desk, "2007-06-01", **elsewhere) == 5_743
    told = await desk.done(
        "POST",
        "decisions:evaluate",
        {
            "stream": ADULT_SOCIAL_CARE,
            "on": "2007-06-01",
            "facts": a_person(),
            "allocation": A_YEAR,
            "council": desk.council,
        },
        council="E10999998",
    )
    assert told["evaluations"][0]["decision"]["contribution_pence"] == 149_292


async def test_every_choice_stays_in_the_history_with_who_made_it_and_why(desk: RulesDesk) -> None:
    await desk.choose(PERCENTAGE, 80, "2007-04-01")
    await desk.choose(PERCENTAGE, 90, "2008-04-01", seen=1)
    last = await desk.choose(PERCENTAGE, 75, "2007-04-01", seen=2)

    told = last.json()
    assert [(one["version"], one["value"], one["from"]) for one in told["history"]] == [
        (1, 80, "2007-04-01"),
        (2, 90, "2008-04-01"),
        (3, 75, "2007-04-01"),
    ]
    assert {one["chosen_by"] for one in told["history"]} == {"somebody"}
    assert {one["reason"] for one in told["history"]} == {"Cabinet, 3 February"}
    assert last.headers["etag"] == '"3"'


@pytest.mark.parametrize(("on", "value"), [("2007-03-31", 100), ("2007-04-01", 75), ("2008-04-01", 90)])
async def test_of_two_choices_for_one_day_the_later_one_holds(on: str, value: int, desk: RulesDesk) -> None:
    await desk.choose(PERCENTAGE, 80, "2007-04-01")
    await desk.choose(PERCENTAGE, 90, "2008-04-01", seen=1)
    await desk.choose(PERCENTAGE, 75, "2007-04-01", seen=2)

    assert (await desk.done("GET", f"council-settings/{PERCENTAGE}?on={on}"))["value"] == value


async def test_a_choice_made_on_an_old_view_is_refused(desk: RulesDesk) -> None:
    await desk.choose(PERCENTAGE, 80, "2007-04-01")

    stale = await desk.choose(PERCENTAGE, 90, "2007-04-01", seen=0)
    blind = await desk.send(
        "PUT",
        f"council-settings/{PERCENTAGE}",
        {"value": 1, "from": "2007-04-01", "reason": "None given"},
        role=Role.FINANCE_OFFICER,
    )

    assert (stale.status_code, blind.status_code) == (412, 428)
    assert len((await desk.done("GET", f"council-settings/{PERCENTAGE}"))["history"]) == 1


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.FINANCE_OFFICER])
async def test_only_a_finance_officer_chooses(role: Role, desk: RulesDesk) -> None:
    assert (await desk.choose(PERCENTAGE, 0, "2007-04-01", role=role)).status_code == 403


async def test_a_council_chooses_for_itself_alone(desk: RulesDesk) -> None:
    await desk.choose(PERCENTAGE, 0, "2007-04-01")

    other = await desk.done("GET", f"council-settings/{PERCENTAGE}?on=2007-06-01", council="E10999998")

    assert (other["value"], other["history"]) == (100, [])


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        (PERCENTAGE, 101, "must be a whole number from 0 to 100"),
        (PERCENTAGE, "80", "must be a whole number from 0 to 100"),
        (PERCENTAGE, 80.5, "valid integer"),
        (PERCENTAGE, True, "must be a whole number from 0 to 100"),
        (PERCENTAGE, None, "must have a value"),
        (GATE, 1, "must be true or false"),
        ("adult_social_care.facs_threshold", "none", "must be one of critical, substantial, moderate, low"),
        (LOCAL_GUARANTEE, -1, "must be a whole number from 0"),
    ],
)
async def test_a_value_that_the_law_does_not_leave_to_councils_is_refused(
    name: str, value: Any, told: str, desk: RulesDesk
) -> None:
    answer = await desk.choose(name, value, "2007-04-01")

    assert answer.status_code == 422
    assert any(told in error["message"] for error in answer.json()["errors"])
    assert not (await desk.done("GET", f"council-settings/{name}"))["history"]


async def test_a_figure_of_law_is_not_a_councils_to_set(desk: RulesDesk) -> None:
    law = await desk.choose("adult_social_care.capital_limit_upper", 1, "2007-04-01")
    nothing = await desk.choose("adult_social_care.free_money", 1, "2007-04-01")

    assert (law.status_code, nothing.status_code) == (404, 404)
    assert "is a figure of law or guidance: it holds for every council" in law.json()["detail"]


@pytest.mark.parametrize(
    "body",
    [
        {"value": 1, "from": "2007-04-01"},
        {"value": 1, "from": "2007-04-01", "reason": "  "},
        {"value": 1, "from": "1066-10-14", "reason": "Conquest"},
        {"value": 1, "reason": "Cabinet"},
        {"from": "2007-04-01", "reason": "Cabinet"},
        {"value": 1, "from": "2007-04-01", "reason": "Cabinet", "until": "2008-04-01"},
    ],
)
async def test_a_choice_says_what_from_when_and_why(body: dict[str, Any], desk: RulesDesk) -> None:
    answer = await desk.send("PUT", f"council-settings/{PERCENTAGE}", body, role=Role.FINANCE_OFFICER, if_match='"0"')

    assert answer.status_code == 422


async def test_no_value_at_all_is_a_choice_where_there_may_be_none(desk: RulesDesk) -> None:
    await desk.choose(LOCAL_GUARANTEE, 20_000, "2007-04-01")
    told = (await desk.choose(LOCAL_GUARANTEE, None, "2008-04-01", seen=1)).json()

    assert (told["value"], told["is_chosen"]) == (None, True)


async def test_every_setting_can_be_chosen_as_its_default(desk: RulesDesk) -> None:
    for name, declared in rule_files().council_defaults.declared.items():
        default = list(declared.default) if declared.kind is SettingKind.CODES else declared.default  # type: ignore[arg-type]
        answer = await desk.choose(name, default, "2007-04-01")

        assert (answer.status_code, answer.json()["value"]) == (200, default), name


async def test_the_application_can_change_no_choice_that_was_made(desk: RulesDesk) -> None:
    await desk.choose(PERCENTAGE, 80, "2007-04-01")
    url = desk.runtime.settings.database.url
    assert url is not None
    db = await asyncpg.connect(url.get_secret_value())
    try:
        await db.execute("SELECT set_config('braid.council', $1, false)", desk.council)
        for statement in ("UPDATE council_setting SET reason = 'other'", "DELETE FROM council_setting"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await db.execute(statement)
    finally:
        await db.close()


async def test_days_before_any_choice_have_the_default(desk: RulesDesk) -> None:
    await desk.choose(PERCENTAGE, 50, date(2030, 1, 1).isoformat())

    assert await weekly_charge(desk, "2007-06-01") == 5_743


async def stored(desk: RulesDesk, name: str, value: Any) -> None:
    """Put a choice into the store as an older version of the rules let it in."""
    async with desk.runtime.units.for_council(desk.council) as work:
        row = CouncilSettingRow(
            council=desk.council,
            name=name,
            version=1,
            starts_on=date(2007, 1, 1),
            choice={"value": value},
            reason="Before",
            chosen_by="somebody",
        )
        work.session.add(row)
        await work.commit()


async def test_a_choice_that_the_law_has_since_taken_from_councils_is_told_and_nothing_is_decided_on_it(
    desk: RulesDesk,
) -> None:
    await stored(desk, PERCENTAGE, 400)

    answer = await desk.send("POST", "decisions:evaluate", {"on": "2007-06-01", "facts": {}})

    assert (answer.status_code, answer.headers["content-type"]) == (409, "application/problem+json")
    assert PERCENTAGE in answer.json()["detail"]


async def test_a_choice_of_something_that_is_declared_no_longer_is_passed_over(desk: RulesDesk) -> None:
    await stored(desk, "old.setting", True)

    assert await weekly_charge(desk, "2007-06-01") == 5_743
