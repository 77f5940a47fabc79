"""What the ledger tells of spending, kept week by week and read for everybody at once."""

from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from braid.contracts.budget import SpentLine, WeekSpent
from services.outcomes.spending import NoMonday, SpentFor, spent_by_person
from tests.outcomes.desk import Desk

MONDAY, NEXT_MONDAY = date(2026, 3, 2), date(2026, 3, 9)
ASC, ILF = "adult_social_care", "independent_living_fund"
CARE, GYM = "care.personal", "leisure.activity"

Spent = Mapping[tuple[str, str | None], int]


def told(
    desk: Desk,
    spent: Spent,
    *,
    sequence: int = 10,
    week: date = MONDAY,
    person: UUID | None = None,
    council: str | None = None,
) -> WeekSpent:
    """What the ledger tells of a week, by stream and use."""
    return WeekSpent(
        person_id=person or desk.person,
        council=council or desk.council,
        budget_id=uuid4(),
        week_starts_on=week,
        sequence=sequence,
        spent=tuple(SpentLine(stream=stream, use=use, pence=pence) for (stream, use), pence in spent.items()),
    )


async def kept(desk: Desk) -> dict[tuple[str, str], int]:
    """What is kept of the person, by stream and use."""
    rows = await desk.rows("SELECT stream, use, pence FROM spending_week WHERE person_id = $1", desk.person)
    return {(row["stream"], row["use"]): row["pence"] for row in rows}


async def people(desk: Desk, first: date = MONDAY, last: date = MONDAY) -> list[SpentFor]:
    """What was spent for each person in some weeks."""
    async with desk.units.for_council(desk.council) as work:
        return await spent_by_person(work, first, last)


async def test_a_week_is_kept_by_stream_and_use(desk: Desk) -> None:
    await desk.hear(told(desk, {(ASC, CARE): 20_000, (ASC, None): -300, (ILF, GYM): 2_500}))

    assert await kept(desk) == {(ASC, CARE): 20_000, (ASC, ""): -300, (ILF, GYM): 2_500}


async def test_what_is_told_later_takes_the_place_of_what_was_told_before(desk: Desk) -> None:
    await desk.hear(told(desk, {(ASC, CARE): 20_000}, sequence=10))
    await desk.hear(told(desk, {(ASC, CARE): 0, (ASC, GYM): 18_000}, sequence=12))

    assert await kept(desk) == {(ASC, CARE): 0, (ASC, GYM): 18_000}


async def test_repeats_and_tellings_out_of_turn_change_nothing(desk: Desk) -> None:
    early, late = told(desk, {(ASC, CARE): 20_000}, sequence=10), told(desk, {(ASC, CARE): 25_000}, sequence=12)
    await desk.hear(late, early, late)

    assert await kept(desk) == {(ASC, CARE): 25_000}


async def test_each_person_s_weeks_come_to_a_sum_by_stream(desk: Desk) -> None:
    other = uuid4()
    await desk.hear(
        told(desk, {(ASC, CARE): 20_000, (ASC, GYM): 500, (ILF, CARE): 7}),
        told(desk, {(ASC, CARE): 1_000}, week=NEXT_MONDAY),
        told(desk, {(ASC, CARE): 3}, person=other),
    )

    found = await people(desk, MONDAY, NEXT_MONDAY)

    assert set(found) == {
        SpentFor(desk.person, ASC, 21_500),
        SpentFor(desk.person, ILF, 7),
        SpentFor(other, ASC, 3),
    }


async def test_the_weeks_before_and_after_a_range_are_not_in_it(desk: Desk) -> None:
    mondays = [MONDAY + timedelta(weeks=number) for number in range(4)]
    await desk.hear(*(told(desk, {(ASC, CARE): 1 << number}, week=week) for number, week in enumerate(mondays)))

    assert [one.pence for one in await people(desk, mondays[1], mondays[2])] == [6]


async def test_years_of_weeks_are_read_a_year_at_a_time_and_added_up_whole(desk: Desk) -> None:
    mondays = [MONDAY + timedelta(weeks=number) for number in (0, 12, 13, 51, 52, 60)]
    await desk.hear(*(told(desk, {(ASC, CARE): 1 << number}, week=week) for number, week in enumerate(mondays)))

    assert await people(desk, mondays[0], mondays[-1]) == [SpentFor(desk.person, ASC, 63)]


async def test_a_range_that_begins_within_a_week_is_refused(desk: Desk) -> None:
    with pytest.raises(NoMonday):
        await people(desk, MONDAY, MONDAY + timedelta(days=6))


async def test_another_council_s_spending_is_not_read(desk: Desk) -> None:
    await desk.hear(told(desk, {(ASC, CARE): 20_000}, council="E10999998"))

    assert await people(desk) == []


async def test_nothing_is_left_of_an_erased_person_and_nothing_comes_back(desk: Desk) -> None:
    await desk.hear(told(desk, {(ASC, CARE): 20_000}))

    await desk.erase()
    await desk.hear(told(desk, {(ASC, CARE): 25_000}, sequence=12))

    assert await kept(desk) == {}


async def test_what_was_spent_after_a_death_is_kept_as_the_ledger_has_it(desk: Desk) -> None:
    """Bills of the last weeks come late."""
    await desk.record_death(MONDAY)
    await desk.hear(told(desk, {(ASC, CARE): 20_000}, week=NEXT_MONDAY))

    assert [one.pence for one in await people(desk, NEXT_MONDAY, NEXT_MONDAY)] == [20_000]


def test_a_week_that_starts_on_another_day_is_no_telling(desk: Desk) -> None:
    with pytest.raises(ValueError, match="a week starts on a Monday"):
        told(desk, {(ASC, CARE): 1}, week=date(2026, 3, 3))
