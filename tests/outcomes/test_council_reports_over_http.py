"""A council reads its reports over the API: figures that can be counted by hand, from events alone."""

import csv
import io
from typing import Any
from uuid import uuid4

import pytest

from braid.contracts.allocation import AllocationSettled
from braid.contracts.assessment import CaseOpened
from braid.contracts.award import AwardDecided
from braid.contracts.budget import WeekSpent
from braid.kit.identity import Role
from services.outcomes.domain.council_reports.catalogue import REPORTS
from services.outcomes.domain.council_reports.tables import KEPT_BACK
from tests.outcomes.desk import Desk
from tests.outcomes.events_of_a_journey import an_award, journey, told

YEAR = "from_day=2026-01-01&to_day=2026-12-31"


async def report(desk: Desk, code: str, days: str = YEAR) -> Any:
    return await desk.get(f"/v1/council-reports/{code}?{days}", role=Role.FINANCE_OFFICER)


def row(told: Any, name: str) -> dict[str, Any]:
    return next(dict(zip(told["columns"], one, strict=True)) for one in told["rows"] if one[0] == name)


async def open_cases(desk: Desk, group: str, count: int) -> None:
    for _ in range(count):
        await desk.hear(told(CaseOpened, desk.council, uuid4(), user_group=group, opened_on="2026-01-01"))


async def test_every_report_is_listed_with_its_question_and_can_be_read(desk: Desk) -> None:
    await desk.hear(*journey(desk.council, uuid4()))
    listed = (await desk.get("/v1/council-reports", role=Role.AUDITOR))["reports"]

    assert [one["report"] for one in listed] == list(REPORTS)
    assert all(one["question"].endswith("?") for one in listed)
    for one in listed:
        found = await report(desk, one["report"])
        assert (found["report"], found["title"]) == (one["report"], one["title"])
        assert all(len(cells) == len(found["columns"]) for cells in found["rows"])
        assert set(found["drawn"]) <= set(found["columns"])


async def test_waits_are_told_of_those_who_moved_on_and_of_those_who_wait(desk: Desk) -> None:
    # The desk's own person waits since 31 January.
    await desk.hear(*journey(desk.council, uuid4()))
    found = await report(desk, "time_in_each_step")

    steps = {cells[0]: cells[1:] for cells in found["rows"]}
    assert steps == {
        "self-assessment": [1, 10, None, 1, 334],
        "agreement": [1, 20, 20, 0, None],
        "indicative allocation": [1, 0, 0, 0, None],
        "decisions of the streams": [1, 0, 0, 0, None],
        "planning and approval": [1, 20, 20, 0, None],
        "first payment": [1, 10, 10, 0, None],
        "from the case to the money": [1, 60, None, 1, 334],
    }


async def test_what_came_after_the_last_day_is_in_no_report_of_it(desk: Desk) -> None:
    await desk.hear(*journey(desk.council, uuid4()))
    found = await report(desk, "time_in_each_step", "from_day=2026-01-01&to_day=2026-01-20")

    assert row(found, "self-assessment")["moved on"] == 1
    assert (row(found, "agreement")["moved on"], row(found, "agreement")["still wait"]) == (0, 1)


async def test_streams_that_were_found_wait_since_they_were_found(desk: Desk) -> None:
    work = an_award(stream="access_to_work", status="indicative", rules_as_of="2026-03-01", amount_pence=50_000)
    again = work | {"version": 2, "rules_as_of": "2026-04-01", "amount_pence": 60_000}
    await desk.hear(*(told(AwardDecided, desk.council, desk.person, **one) for one in (work, again)))
    found = row(await report(desk, "streams_unclaimed"), "access_to_work")

    # Decided again, it is still the same that waits, since 1 March.
    assert (found["found"], found["found, £"], found["waits longest, days"]) == (1, 600, 305)


async def test_how_the_money_is_held_and_what_relatives_are_paid(desk: Desk) -> None:
    await desk.hear(*journey(desk.council, uuid4()))

    held = row(await report(desk, "ways_of_holding"), "trust")
    assert (held["budgets"], held["£ a year"], held["% of the money"]) == (1, 7_540, 100.0)
    assert (await report(desk, "relatives_paid"))["rows"] == []


async def test_small_groups_are_kept_back_so_that_nobody_can_be_worked_out(desk: Desk) -> None:
    # With the desk's own person twelve older people.
    await open_cases(desk, "older_people", 11)
    await open_cases(desk, "learning_disability", 10)
    await open_cases(desk, "mental_health", 3)
    found = await report(desk, "equality_user_group")

    assert {cells[0]: cells[1] for cells in found["rows"]} == {
        "learning_disability": KEPT_BACK,
        "mental_health": KEPT_BACK,
        "older_people": 12,
    }
    assert "kept back" in found["notes"][0]


async def test_final_sums_of_a_small_group_are_kept_back_in_the_file_too(desk: Desk) -> None:
    for group, count in (("older_people", 10), ("mental_health", 2)):
        for _ in range(count):
            person = uuid4()
            sums = {"indicative_pence_per_year": 1_000_000, "pence_per_year": 1_100_000, "decided_on": "2026-02-05"}
            await desk.hear(
                told(CaseOpened, desk.council, person, user_group=group, opened_on="2026-01-01"),
                told(AllocationSettled, desk.council, person, **sums),
            )
    answer = await desk.ask(
        "GET", f"/v1/council-reports/indicative_against_final/table.csv?{YEAR}", role=Role.FINANCE_OFFICER
    )

    rows = {cells[0]: cells for cells in csv.reader(io.StringIO(answer.text))}
    assert answer.headers["content-disposition"].endswith('"indicative_against_final-2026-01-01-2026-12-31.csv"')
    assert rows["everybody"][1:4] == ["12", "10000.0", "11000.0"]
    assert rows["mental_health"][1:] == [KEPT_BACK, *[""] * 6]
    # Alone, the large group would tell of the small one.
    assert rows["older_people"][1:] == [KEPT_BACK, *[""] * 6]


async def test_what_nobody_told_is_said_and_is_no_nought(desk: Desk) -> None:
    await desk.hear(*journey(desk.council, uuid4()))
    unmet = await report(desk, "unmet_need")

    assert "not told" in unmet["notes"][0]
    assert all(row(unmet, cells[0])["unmet"] == 0 for cells in unmet["rows"])
    assert all(row(unmet, cells[0])["unmet, %"] is None for cells in unmet["rows"])


async def test_needs_of_people_without_a_plan_are_unmet_unless_others_meet_them(desk: Desk) -> None:
    everything_until_the_plan = journey(desk.council, desk.person)[:9]
    await desk.hear(*everything_until_the_plan)
    unmet = row(await report(desk, "unmet_need"), "personal_care")

    assert (unmet["people"], unmet["unmet"], unmet["unmet, %"]) == (1, 1, 100.0)
    assert unmet["unmet, and nobody says why"] == 0


async def test_a_page_has_the_picture_and_needs_no_other_file(desk: Desk) -> None:
    await desk.hear(*journey(desk.council, uuid4()))
    answer = await desk.ask("GET", f"/v1/council-reports/time_in_each_step/page?{YEAR}", role=Role.AUDITOR)

    assert answer.status_code == 200, answer.text
    assert "data:image/svg+xml" in answer.text
    assert "planning and approval" in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


async def test_unspent_money_is_what_was_awarded_for_the_days_less_what_the_ledger_tells(desk: Desk) -> None:
    award = an_award(amount_pence=3_650_000)
    await desk.hear(told(AwardDecided, desk.council, desk.person, **award))
    # 31 of 365 days, at £100 a day.
    days = "from_day=2026-03-01&to_day=2026-03-31"
    before = await report(desk, "unspent_money", days)
    assert row(before, "adult_social_care")["funds"] == 0
    assert before["notes"][0] == "Of 1 funds nobody told what was spent: they are left out."

    for week, pence in (("2026-02-23", 99_999), ("2026-03-02", 200_000), ("2026-03-30", 77_777)):
        spent = [{"stream": "adult_social_care", "use": "care.personal", "pence": pence}]
        await desk.hear(told(WeekSpent, desk.council, desk.person, week_starts_on=week, spent=spent))
    found = row(await report(desk, "unspent_money", days), "adult_social_care")

    # Of the weeks that lie for their greater part in March, one has spending.
    assert (found["awarded £"], found["spent £"], found["unspent, %"]) == (3_100, 2_000, 35.5)
    assert found["recovered £"] is None


async def test_another_council_sees_nothing_of_it(desk: Desk) -> None:
    await desk.hear(*journey(desk.council, uuid4()))
    answer = await desk.ask(
        "GET", f"/v1/council-reports/streams_per_budget?{YEAR}", role=Role.AUDITOR, council="E10009998"
    )

    assert answer.json()["rows"] == []


@pytest.mark.parametrize(
    ("path", "role", "status"),
    [
        ("streams_per_budget", Role.PRACTITIONER, 403),
        ("streams_per_budget", Role.BUDGET_HOLDER, 403),
        ("nothing", Role.AUDITOR, 404),
        ("streams_per_budget?from_day=2026-02-02&to_day=2026-02-01", Role.AUDITOR, 422),
        ("streams_per_budget?to_day=2027-03-02", Role.AUDITOR, 422),
        ("streams_per_budget?to_day=soon", Role.AUDITOR, 422),
    ],
)
async def test_what_cannot_be_answered_is_refused(desk: Desk, path: str, role: Role, status: int) -> None:
    answer = await desk.ask("GET", f"/v1/council-reports/{path}", role=role)

    assert answer.status_code == status, answer.text
