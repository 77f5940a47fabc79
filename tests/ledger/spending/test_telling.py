"""Others are told what was spent by stream and week, over the real API: each week whole, and again when it changes."""

import asyncio
from collections import Counter
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from braid.contracts.assessment import PersonErased
from braid.contracts.budget import WeekSpent
from braid.contracts.uses import Use
from braid.kit.identity import Role
from services.ledger import telling_api
from services.ledger.domain import postings
from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.postings import Part
from services.ledger.forgetting import record_erasure
from services.ledger.posting.columns import Posting
from services.ledger.spending import telling
from tests.ledger.api.entries_asked import a_leg, a_spend
from tests.ledger.builders import ASC, ILF, SP, Stream, about
from tests.ledger.ledger_under_test import connected
from tests.ledger.spending.builders import FIRST_DAY
from tests.ledger.spending.desk import CARE, Desk, Line

WEEK = timedelta(weeks=1)
YEAR: dict[str, Any] = {"first": "2009-06-01", "last": "2010-05-30"}


async def tell(desk: Desk, **how: Any) -> Any:
    """Have spending told, once."""
    answer = await desk.ask("POST", "/v1/spending:tell", role=how.pop("role", Role.SYSTEM), **how)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def tell_all(desk: Desk) -> int:
    """Have spending told until nothing is left, as the clock does; how many weeks."""
    weeks = 0
    while True:
        told = await tell(desk)
        weeks += told["weeks"]
        if told["is_all"]:
            return weeks


async def events(desk: Desk, person: UUID | None = None) -> list[WeekSpent]:
    """What others were told of a person, in order."""
    async with connected(desk.ledger.url("superuser")) as db:
        rows = await db.fetch(
            "SELECT value FROM outbox WHERE key = $1 AND headers ->> 'ce_type' = $2 ORDER BY id",
            str(person or desk.person).encode(),
            WeekSpent.TYPE,
        )
    return [WeekSpent.model_validate_json(row["value"]) for row in rows]


async def as_a_reader_has_it(desk: Desk) -> dict[tuple[date, str, str | None], int]:
    """What a reader keeps who lets a later telling take an earlier one's place; by week, stream and use."""
    kept: dict[tuple[date, str, str | None], tuple[int, int]] = {}
    # In an order that has nothing to do with that in which they were told.
    for event in sorted(await events(desk), key=lambda event: (-event.sequence, event.week_starts_on)):
        for line in event.spent:
            key = (event.week_starts_on, line.stream, line.use)
            kept[key] = max(kept.get(key, (0, 0)), (event.sequence, line.pence))
    return {key: pence for key, (_, pence) in kept.items()}


async def spend_by_hand(desk: Desk, fund: UUID, pence: int, **told: Any) -> str:
    """Post a spend by the API; the entry's id."""
    entry = a_spend(desk, fund, pence, **told)
    answer = await desk.ask("POST", "/v1/entries", entry)
    assert answer.is_success, answer.text
    return str(entry["entry_id"])


async def take_back(desk: Desk, entry_id: str) -> None:
    """Reverse an entry by the API."""
    answer = await desk.ask("POST", f"/v1/entries/{entry_id}/reversal", {"reason": "It was another person's"})
    assert answer.is_success, answer.text


async def some_wages(desk: Desk) -> UUID:
    """Two weeks' wages and a gym fee, spent from the person's account; the fund."""
    fund = await desk.award()
    await desk.pay_out(fund, 100_000)
    await desk.plan("Maria, my assistant", ["Maria Kowalska"], 20_000)
    await desk.plan("Gym", ["City Leisure"], 2_500, use="leisure.activity", cadence="monthly")
    await desk.take_in(
        Line(FIRST_DAY, "Maria Kowalska", 20_000),
        Line(FIRST_DAY + timedelta(days=6), "City Leisure", 2_500),
        Line(FIRST_DAY + WEEK, "Maria Kowalska", 20_000),
    )
    return fund


async def test_each_week_is_told_by_stream_and_use(desk: Desk) -> None:
    await some_wages(desk)

    told = await tell(desk)

    first, second = await events(desk)
    assert (told["weeks"], told["is_all"]) == (2, True)
    assert (first.week_starts_on, second.week_starts_on) == (FIRST_DAY, FIRST_DAY + WEEK)
    assert {(line.stream, line.use, line.pence) for line in first.spent} == {
        (ASC, "care.personal", 20_000),
        (ASC, "leisure.activity", 2_500),
    }
    assert first.sequence == second.sequence == told["read_to"]
    assert (first.budget_id, first.person_id) == (desk.budget_id, desk.person)


async def test_nothing_is_told_twice_where_nothing_has_changed(desk: Desk) -> None:
    await some_wages(desk)
    first, repeated = [await tell(desk, key="daily-2009-06-15-spending-1") for _ in range(2)]
    before = await events(desk)

    later = await tell(desk)

    assert repeated == first
    assert (later["weeks"], later["read_to"], later["is_all"]) == (0, first["read_to"], True)
    assert await events(desk) == before


async def test_a_late_entry_has_its_own_week_told_again_whole_and_no_other(desk: Desk) -> None:
    await some_wages(desk)
    await tell(desk)

    await desk.take_in(Line(FIRST_DAY + timedelta(days=3), "Maria Kowalska", 1_000))
    told = await tell(desk)

    *_, again = await events(desk)
    assert told["weeks"] == 1
    assert (again.week_starts_on, again.sequence) == (FIRST_DAY, told["read_to"])
    assert {line.use: line.pence for line in again.spent} == {"care.personal": 21_000, "leisure.activity": 2_500}


async def test_what_is_taken_back_is_told_as_nothing_in_its_own_week(desk: Desk) -> None:
    fund = await desk.award()
    entry = await spend_by_hand(desk, fund, 7_500, value_date="2009-06-12")
    await tell(desk)

    await take_back(desk, entry)
    await tell(desk)

    spent, taken_back = await events(desk)
    assert [line.pence for line in spent.spent] == [7_500]
    assert taken_back.week_starts_on == spent.week_starts_on == date(2009, 6, 8)
    assert [(line.use, line.pence) for line in taken_back.spent] == [("care.personal", 0)]


async def test_a_spend_that_was_for_something_else_moves_from_use_to_use(desk: Desk) -> None:
    await desk.pay_out(await desk.award(), 50_000)
    await desk.plan("Maria, my assistant", ["Maria Kowalska"], 1_000)
    club = await desk.plan("Club", ["Chess club"], 1_000, use="leisure.activity")
    await desk.take_in(Line(FIRST_DAY, "Maria Kowalska", 1_000))
    await tell(desk)
    (spend,) = await desk.spends()

    shares = [{"item_id": str(club), "pence": 600}]
    body = {"on": "2009-07-15", "reason": "It was for the club", "shares": shares}
    corrected = await desk.ask("POST", f"{desk.home}/spends/{spend['spend_id']}/correction", body)
    await tell(desk)

    assert corrected.status_code == 200, corrected.text
    assert await as_a_reader_has_it(desk) == {
        (FIRST_DAY, ASC, "care.personal"): 0,
        (FIRST_DAY, ASC, "leisure.activity"): 600,
    }


async def test_money_that_came_back_lowers_the_week_in_which_it_came(desk: Desk) -> None:
    await some_wages(desk)
    await desk.take_in(Line(FIRST_DAY + 2 * WEEK, "City Leisure", -2_500))

    await tell(desk)

    assert (await as_a_reader_has_it(desk))[FIRST_DAY + 2 * WEEK, ASC, "leisure.activity"] == -2_500


async def test_awards_advances_money_held_and_money_asked_back_are_no_spending(desk: Desk) -> None:
    fund = await desk.award(contribution_pence=52_000)
    await desk.pay_out(fund, 100_000)
    part = [Part(fund, ASC, 30_000)]
    held = about(budget=desk.budget_id, subject_id=uuid4())
    await desk.ledger.post(
        Posting(postings.committed(held, part), expires_on=date(2009, 6, 30)),
        postings.recovery_decided(about(budget=desk.budget_id, use=None), part[0]),
    )
    recovered = await desk.balance(fund, Account.FUND_RECOVERED)

    told = await tell(desk)

    assert (recovered, told["weeks"], told["is_all"]) == (30_000, 0, True)
    assert await events(desk) == []


async def several_streams(desk: Desk) -> None:
    """A year of three streams: spent from the account, paid by the council, posted by hand, some of it taken back."""
    uses = (*CARE, Use.HOUSING_SUPPORT)
    funds = {stream: await desk.award(Stream(stream), 900_000, uses=uses) for stream in (ASC, SP, ILF)}
    await desk.pay_out(funds[ASC], 400_000)
    await desk.plan("Maria, my assistant", ["Maria Kowalska"], 7_001)
    lines = [Line(FIRST_DAY + timedelta(days=11 * number), "Maria Kowalska", 7_001) for number in range(30)]
    await desk.take_in(*lines, Line(date(2010, 1, 2), "Maria Kowalska", -333))
    provided, by_hand = [], []
    for number, (stream, fund) in enumerate(funds.items()):
        for week in range(0, 52, 7 + number):
            use = ["care.personal", "housing.support"][week % 2]
            on = FIRST_DAY + timedelta(weeks=week, days=week % 7)
            told = about(budget=desk.budget_id, value_date=on, use=use)
            part = Part(fund, stream, 1_000 + 17 * week)
            provided.append(postings.paid_to_provider(told, [part], source=Account.FUND_AVAILABLE))
            by_hand.append(
                a_spend(desk, fund, 0, value_date=str(on), use=use, legs=legs(fund, 500 + week, stream=stream))
            )
    assert {answer.refusal for answer in await desk.ledger.post(*provided)} == {None}
    posted = await desk.ask("POST", "/v1/entries:batch", {"entries": by_hand})
    assert {one["outcome"] for one in posted.json()["answers"]} == {"posted"}, posted.text
    for entry in by_hand[::6]:
        await take_back(desk, entry["entry_id"])


def legs(fund: UUID, pence: int, *, stream: str) -> list[dict[str, Any]]:
    """The legs of a spend."""
    return [a_leg(fund, "fund.available", pence, stream=stream), a_leg(fund, "fund.paid", -pence, stream=stream)]


@pytest.mark.parametrize("at_once", [13, 2_000])
async def test_the_weeks_come_to_the_funder_s_return_to_the_penny_however_they_are_read(
    desk: Desk, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling_api, "_ENTRIES_AT_ONCE", at_once)
    await several_streams(desk)

    await tell_all(desk)

    by_stream: Counter[str] = Counter()
    by_use: Counter[tuple[str, str]] = Counter()
    weeks = await as_a_reader_has_it(desk)
    for (_, stream, use), pence in weeks.items():
        by_stream[stream] += pence
        by_use[stream, use or ""] += pence
    for stream in (ASC, SP, ILF):
        told = await desk.get(f"/v1/returns/{stream}", **YEAR)
        (line,) = told["lines"]
        assert told["reconciles"]
        assert by_stream[stream] == told["totals"]["spent_pence"] > 0
        assert {use: by_use[stream, use] for use in line["spent_by_use"]} == line["spent_by_use"]
    # Thirteen whole weeks: where a return cuts a week in two, the week is whole in neither part.
    first, last = FIRST_DAY + 13 * WEEK, FIRST_DAY + 26 * WEEK
    quarter = await desk.get(f"/v1/returns/{ASC}", first=str(first), last=str(last - timedelta(days=1)))
    within = [pence for (week, stream, _), pence in weeks.items() if stream == ASC and first <= week < last]
    assert sum(within) == quarter["totals"]["spent_pence"] > 0


async def test_a_telling_that_is_killed_before_its_end_is_done_whole_by_the_next(desk: Desk) -> None:
    await some_wages(desk)
    async with desk.ledger.runtime.units.for_council(desk.ledger.council) as killed:
        assert (await telling.tell_spending(killed, 2_000)).weeks == 2

    assert await events(desk) == []
    assert await tell_all(desk) == 2
    assert sum((await as_a_reader_has_it(desk)).values()) == 42_500


async def test_two_clocks_at_once_tell_it_once(desk: Desk) -> None:
    await some_wages(desk)

    told = await asyncio.gather(tell(desk), tell(desk))

    assert sorted(one["weeks"] for one in told) == [0, 2]
    assert len(await events(desk)) == 2


async def test_whoever_is_told_of_has_it_in_the_record_of_who_looked(desk: Desk) -> None:
    await some_wages(desk)

    await tell(desk)

    async with desk.ledger.as_app() as db:
        found = await db.fetch("SELECT person_id FROM access_record WHERE action = 'tell-spending'")
    assert [row["person_id"] for row in found] == [desk.person]


@pytest.fixture
async def erased(desk: Desk) -> PersonErased:
    """That the person's record was erased, to be heard."""
    await some_wages(desk)
    return PersonErased(
        person_id=desk.person, council=desk.ledger.council, erased_on=date(2009, 7, 1), basis="retention_ended"
    )


async def test_nobody_is_told_of_a_person_whose_record_was_erased(desk: Desk, erased: PersonErased) -> None:
    async with desk.ledger.runtime.units.for_council(desk.ledger.council) as work:
        await record_erasure(erased, work)
        await work.commit()

    told = await tell(desk)

    assert (told["weeks"], told["is_all"]) == (0, True)
    assert await events(desk) == []


async def test_an_erasure_waits_for_a_telling_that_is_under_way(desk: Desk, erased: PersonErased) -> None:
    units = desk.ledger.runtime.units
    async with units.for_council(desk.ledger.council) as under_way:
        await telling.tell_spending(under_way, 2_000)

        async def erase() -> None:
            async with units.for_council(desk.ledger.council) as work:
                await record_erasure(erased, work)
                await work.commit()

        erasing = asyncio.create_task(erase())
        done, _ = await asyncio.wait([erasing], timeout=0.5)
        assert not done
        await under_way.commit()
    await erasing

    # Told before it, so that the sweep of the erased finds it in the outbox.
    assert len(await events(desk)) == 2


@pytest.mark.parametrize("role", [Role.PRACTITIONER, Role.AUDITOR, Role.BUDGET_HOLDER])
async def test_others_than_finance_and_systems_have_nobody_told(desk: Desk, role: Role) -> None:
    assert (await desk.ask("POST", "/v1/spending:tell", role=role, person_id=desk.person)).status_code == 403


async def test_another_council_s_spending_is_not_told(desk: Desk) -> None:
    await some_wages(desk)

    elsewhere = await tell(desk, council="E10999998")

    assert (elsewhere["weeks"], elsewhere["is_all"]) == (0, True)
    assert await events(desk) == []
