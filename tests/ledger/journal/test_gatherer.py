"""Single postings gathered into batches: each caller its own answer, and nothing lost or posted twice."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import uuid4

import asyncpg
import pytest

from braid.contracts.award import AwardStatus
from braid.kit.database import plain_url
from services.ledger.domain import postings
from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.postings import Part
from services.ledger.domain.refusals import Refusal
from services.ledger.posting import gatherer as gathering
from services.ledger.posting.columns import Posting
from services.ledger.posting.gatherer import Gatherer, GathererStopped, TooManyWaiting
from services.ledger.queries import FundNow
from tests.ledger.builders import ASC, Stream, about
from tests.ledger.ledger_under_test import LedgerUnderTest, connected
from tests.real_parts.lingering_postgres import lingering

CALLERS = 60
#: So many that they go in two batches.
CROWD = 160


@pytest.fixture
async def gatherer(ledger: LedgerUnderTest) -> AsyncIterator[Gatherer]:
    async with Gatherer(lambda: asyncpg.connect(plain_url(ledger.url("app")))) as running:
        yield running


def a_spend(fund: FundNow, pence: int = 100, *, stream: str = ASC) -> Posting:
    """A spend on a fund."""
    part = Part(fund.fund_id, stream, pence)
    return Posting(postings.spent(about(budget=fund.fund.budget_id), [part], source=Account.FUND_AVAILABLE))


async def test_many_callers_at_once_have_an_answer_each(ledger: LedgerUnderTest, gatherer: Gatherer) -> None:
    fund = await ledger.open_fund()
    spends = [a_spend(fund) for _ in range(CALLERS)]

    answers = await asyncio.gather(*(gatherer.post(ledger.council, spend) for spend in spends))

    assert [answer.entry_id for (answer,) in answers] == [spend.entry.entry_id for spend in spends]
    assert sorted(answer.sequence or 0 for (answer,) in answers) == list(range(2, CALLERS + 2))
    async with ledger.as_app() as db:
        blocks = await db.fetchval("SELECT count(*) FROM journal_block")
    assert blocks < CALLERS, "they went together"
    assert (await ledger.proof()).holds


async def test_callers_together_never_spend_more_than_there_is(ledger: LedgerUnderTest, gatherer: Gatherer) -> None:
    fund = await ledger.open_fund(amount_pence=1_000)

    answers = await asyncio.gather(*(gatherer.post(ledger.council, a_spend(fund)) for _ in range(CALLERS)))

    refusals = [answer.refusal for (answer,) in answers]
    assert refusals.count(None) == 10
    assert refusals.count(Refusal.INSUFFICIENT) == CALLERS - 10


async def test_two_callers_with_one_id_are_one_entry(ledger: LedgerUnderTest, gatherer: Gatherer) -> None:
    fund = await ledger.open_fund()
    spend = a_spend(fund)

    (first,), (second,) = await asyncio.gather(*(gatherer.post(ledger.council, spend) for _ in range(2)))

    assert first.sequence == second.sequence == 2
    assert sorted((first.is_replay, second.is_replay)) == [False, True]


async def test_many_callers_are_on_their_way_in_two_batches_so_that_the_database_need_not_wait(
    ledger: LedgerUnderTest,
) -> None:
    """Nobody can post while the council's chain is held: all that is on its way stands there."""
    fund = await ledger.open_fund()
    connections: list[asyncpg.Connection] = []

    async def connect() -> asyncpg.Connection:
        connections.append(await asyncpg.connect(plain_url(ledger.url("app"))))
        return connections[-1]

    async with Gatherer(connect) as gatherer, connected(ledger.url("superuser")) as holder:
        async with holder.transaction():
            await holder.execute("SELECT FROM chain_head WHERE council = $1 FOR UPDATE", ledger.council)
            told = [asyncio.create_task(gatherer.post(ledger.council, a_spend(fund))) for _ in range(CROWD)]
            while await _held_up(holder, connections) < 2:
                await asyncio.sleep(0.05)
            assert not any(task.done() for task in told)
        answers = await asyncio.gather(*told)

    assert sorted(answer.sequence or 0 for (answer,) in answers) == list(range(2, CROWD + 2))
    async with ledger.as_app() as db:
        sizes = await db.fetch("SELECT last_sequence - first_sequence + 1 AS size FROM journal_block ORDER BY 1")
    assert [row["size"] for row in sizes] == [1, CROWD // 2, CROWD // 2]


async def _held_up(db: asyncpg.Connection, connections: list[asyncpg.Connection]) -> int:
    """How many of the connections wait for somebody else."""
    held_up: int = await db.fetchval(
        "SELECT count(*) FROM unnest($1::integer[]) AS n (pid) WHERE cardinality(pg_blocking_pids(pid)) > 0",
        [connection.get_server_pid() for connection in connections],
    )
    return held_up


async def test_accounts_that_are_forgotten_while_others_look_are_asked_for_again(
    ledger: LedgerUnderTest, gatherer: Gatherer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "ACCOUNTS_REMEMBERED_MOST", 1)
    funds = [await ledger.open_fund() for _ in range(4)]

    for _ in range(3):
        answers = await asyncio.gather(
            *(gatherer.post(ledger.council, a_spend(funds[number % 4])) for number in range(CALLERS))
        )
        assert {answer.refusal for (answer,) in answers} == {None}


async def test_linked_entries_of_two_callers_do_not_mix(ledger: LedgerUnderTest, gatherer: Gatherer) -> None:
    """Both number their group 1, and only one of the groups fails."""
    fund = await ledger.open_fund(amount_pence=1_000)
    good = [replace(a_spend(fund), linked=1) for _ in range(2)]
    bad = [replace(a_spend(fund), linked=1), replace(a_spend(fund, 5_000), linked=1)]

    posted, refused = await asyncio.gather(gatherer.post(ledger.council, *good), gatherer.post(ledger.council, *bad))

    assert [answer.refusal for answer in posted] == [None, None]
    assert [answer.refusal for answer in refused] == [Refusal.LINKED_REFUSED, Refusal.INSUFFICIENT]


async def test_callers_of_two_councils_are_kept_apart(
    ledger: LedgerUnderTest, another_council: LedgerUnderTest, gatherer: Gatherer
) -> None:
    ours, theirs = await ledger.open_fund(), await another_council.open_fund()

    answers = await asyncio.gather(
        *(
            gatherer.post(books.council, a_spend(fund))
            for _ in range(10)
            for books, fund in ((ledger, ours), (another_council, theirs))
        ),
        gatherer.post(ledger.council, a_spend(theirs)),
    )

    assert [answer.refusal for (answer,) in answers] == [None] * 20 + [Refusal.NO_ACCOUNT]
    for books in (ledger, another_council):
        proof = await books.proof()
        assert (proof.holds, proof.entries) == (True, 11)


async def test_money_that_is_not_confirmed_cannot_be_spent(ledger: LedgerUnderTest, gatherer: Gatherer) -> None:
    """L12, and once it is confirmed it can."""
    ilf = Stream.INDEPENDENT_LIVING_FUND
    person = uuid4()
    fund = await ledger.open_fund(person_id=person, stream=ilf, status=AwardStatus.INDICATIVE)
    spend = a_spend(fund, stream=ilf)

    (before,) = await gatherer.post(ledger.council, spend)
    await ledger.take(ledger.an_award_decided(person, stream=ilf, version=2))
    (after,) = await gatherer.post(ledger.council, spend)

    assert (before.refusal, after.refusal) == (Refusal.NOT_CONFIRMED, None)


async def test_a_caller_that_goes_away_loses_nothing(ledger: LedgerUnderTest, gatherer: Gatherer) -> None:
    fund = await ledger.open_fund()
    spend = a_spend(fund)
    going = asyncio.create_task(gatherer.post(ledger.council, spend))
    await asyncio.sleep(0)

    going.cancel()
    with pytest.raises(asyncio.CancelledError):
        await going
    # It may have gone away before it was in the queue; asking again tells.
    (answer,) = await gatherer.post(ledger.council, spend)

    assert answer.refusal is None
    assert (await ledger.proof()).entries == 2


async def test_a_connection_that_is_cut_again_and_again_loses_nothing_and_posts_nothing_twice(
    ledger: LedgerUnderTest, gatherer: Gatherer
) -> None:
    fund = await ledger.open_fund()
    spends = [a_spend(fund, 10) for _ in range(CALLERS * 3)]
    done = asyncio.Event()

    async def cut() -> None:
        async with connected(ledger.url("superuser")) as db:
            for _ in range(3):
                await asyncio.sleep(0.02)
                await db.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE usename = 'ledger_app' AND query LIKE '%post_entries%' AND datname = current_database()"
                )
        done.set()

    async def call(part: int) -> list[Refusal | None]:
        await asyncio.sleep(part * 0.03)
        answers = await asyncio.gather(*(gatherer.post(ledger.council, spend) for spend in spends[part::3]))
        return [answer.refusal for (answer,) in answers]

    *refusals, _ = await asyncio.gather(*(call(part) for part in range(3)), cut())

    assert {refusal for told in refusals for refusal in told or ()} == {None}
    proof = await ledger.proof()
    assert (proof.holds, proof.entries) == (True, len(spends) + 1)


async def test_a_server_that_said_goodbye_before_the_connection_closed_is_asked_again(ledger: LedgerUnderTest) -> None:
    fund = await ledger.open_fund()
    async with (
        lingering(plain_url(ledger.url("app"))) as address,
        connected(ledger.url("superuser")) as server,
        Gatherer(lambda: asyncpg.connect(address)) as gatherer,
    ):
        (before,) = await gatherer.post(ledger.council, a_spend(fund))
        ended = await server.fetchval(
            "SELECT bool_and(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity"
            " WHERE usename = 'ledger_app' AND query LIKE '%post_entries%' AND datname = current_database()"
        )
        (after,) = await gatherer.post(ledger.council, a_spend(fund))

    assert ended
    assert (before.refusal, after.refusal) == (None, None)
    assert (await ledger.proof()).entries == 3


async def test_what_cannot_even_be_asked_for_fails_alone(ledger: LedgerUnderTest, gatherer: Gatherer) -> None:
    fund = await ledger.open_fund()
    part = Part(fund.fund_id, ASC, 1)
    odd = Posting(
        postings.spent(about(budget=fund.fund.budget_id, reason="a\x00b"), [part], source=Account.FUND_AVAILABLE)
    )

    good, bad = await asyncio.gather(
        gatherer.post(ledger.council, a_spend(fund)), gatherer.post(ledger.council, odd), return_exceptions=True
    )

    assert isinstance(bad, asyncpg.PostgresError)
    assert not isinstance(good, BaseException)
    assert good[0].refusal is None


async def test_more_than_can_wait_are_refused_at_once(
    ledger: LedgerUnderTest, gatherer: Gatherer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "ENTRIES_WAITING_MOST", 5)
    fund = await ledger.open_fund()
    await gatherer.post(ledger.council, a_spend(fund))

    told = await asyncio.gather(
        *(gatherer.post(ledger.council, a_spend(fund)) for _ in range(20)), return_exceptions=True
    )

    refused = [each for each in told if isinstance(each, TooManyWaiting)]
    assert 0 < len(refused) < 20
    assert (await ledger.proof()).entries == 2 + 20 - len(refused)


async def test_what_waits_is_posted_before_the_end(ledger: LedgerUnderTest) -> None:
    fund = await ledger.open_fund()
    async with Gatherer(lambda: asyncpg.connect(plain_url(ledger.url("app")))) as gatherer:
        await gatherer.post(ledger.council, a_spend(fund))
        waiting = [asyncio.create_task(gatherer.post(ledger.council, a_spend(fund))) for _ in range(10)]
        await asyncio.sleep(0)

    assert [(await task)[0].refusal for task in waiting] == [None] * 10
    with pytest.raises(GathererStopped):
        await gatherer.post(ledger.council, a_spend(fund))
