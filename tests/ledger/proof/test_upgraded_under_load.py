"""Brought from each migration to the next while callers post: all that was accepted is there once, and proved."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from alembic.script import ScriptDirectory

from braid.command_line.embedded_platform import Databases
from braid.kit.migrations import alembic_config, upgrade
from braid.kit.private_postgres import PrivatePostgres
from services.ledger.domain import postings
from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.journal import Entry
from services.ledger.domain.postings import Part
from services.ledger.main import SERVICE
from tests.ledger.builders import ASC, FIRST_DAY, LAST_DAY, about
from tests.ledger.ledger_under_test import LedgerUnderTest, connected
from tests.ledger.proof.poster import Poster, posters
from tests.real_parts.databases import PASSWORDS

COUNCIL = "E10000001"
#: The first with the journal that callers post to today; what 0001 kept is brought over by a test of its own.
FIRST = "0002"
POSTERS = 3
#: So many batches are accepted at each migration before the next one is made.
ACCEPTED = 5


@dataclass
class Load:
    """Callers that post while the tables change under them.

    Args:
        fund: the fund that they spend of.
        accepted: the batches that were answered, each entry of them posted.
    """

    fund: UUID
    accepted: list[list[Entry]] = field(default_factory=list)
    is_over: bool = False

    async def send(self, poster: Poster) -> None:
        """Post until it is over; an error would be a caller's error during an upgrade."""
        while not self.is_over:
            commitment = uuid4()
            held = postings.committed(about(budget=self.fund, subject_id=commitment), [self._part(7)])
            settled = postings.spent(
                about(budget=self.fund, subject_id=commitment), [self._part(7)], source=Account.FUND_COMMITTED
            )
            paid = postings.paid_to_provider(about(budget=self.fund), [self._part(5)], source=Account.FUND_AVAILABLE)
            batch = [held, settled, paid]
            assert await poster.post(*batch) == ["posted"] * len(batch)
            self.accepted.append(batch)

    async def more(self, sending: asyncio.Future[list[None]]) -> None:
        """Wait until some more are accepted.

        Raises:
            whatever a caller met.
        """
        wanted = len(self.accepted) + ACCEPTED
        while len(self.accepted) < wanted:
            if sending.done():
                await sending
            await asyncio.sleep(0.01)

    def _part(self, pence: int) -> Part:
        return Part(self.fund, ASC, pence)


def test_what_is_accepted_while_a_database_is_upgraded_is_there_once_and_proved(postgres: PrivatePostgres) -> None:
    databases = Databases(postgres.admin_url(), PASSWORDS, "_upgraded_under_load")
    asyncio.run(databases.prepare(SERVICE))
    owner = databases.owner_url("ledger")
    upgrade(owner, SERVICE.package, FIRST)

    load = asyncio.run(upgraded_under_load(databases, owner))

    expected = [entry.entry_id for batch in load.accepted for entry in batch]
    assert len(load.accepted) > ACCEPTED * len(list(later_migrations(owner)))
    assert sorted(expected) == sorted(asyncio.run(entries_there(databases)))


async def upgraded_under_load(databases: Databases, owner: str) -> Load:
    ledger = LedgerUnderTest(databases, council=COUNCIL)
    try:
        load = Load(await a_fund(ledger))
        async with posters(ledger.url("app"), COUNCIL, POSTERS) as workers, sent_by(load, workers) as sending:
            await load.more(sending)
            for revision in later_migrations(owner):
                await asyncio.to_thread(upgrade, owner, SERVICE.package, revision)
                await load.more(sending)
        return load
    finally:
        await ledger.close()


@asynccontextmanager
async def sent_by(load: Load, workers: Sequence[Poster]) -> AsyncIterator[asyncio.Future[list[None]]]:
    sending: asyncio.Future[list[None]] = asyncio.gather(*(load.send(worker) for worker in workers))
    try:
        yield sending
    finally:
        load.is_over = True
        await sending


async def a_fund(ledger: LedgerUnderTest) -> UUID:
    """A confirmed award with money in it, written as the tables of the first migration have it."""
    fund = uuid4()
    async with connected(ledger.url("superuser")) as db:
        await db.execute(
            "INSERT INTO fund (fund_id, council, budget_id, award_id, stream, award_version)"
            " VALUES ($1, $2, $1, $1, $3, 1)",
            fund, COUNCIL, ASC,
        )  # fmt: skip
        await db.execute(
            "INSERT INTO fund_version (fund_id, award_version, council, status, decided_by, amount_pence,"
            " contribution_pence, starts_on, ends_on, cadence, permitted_uses, payee_bars, conditions, terms,"
            " posted_pence, posted_contribution_pence) VALUES ($1, 1, $2, 'confirmed', 'The council', 1000000000, 0,"
            """ $3, $4, 'four_weekly_in_advance', '[{"use": "care.personal"}]', '[]', '[]', '[]', 1000000000, 0)""",
            fund, COUNCIL, FIRST_DAY, LAST_DAY,
        )  # fmt: skip
    award = postings.award(about(budget=fund, use=None), Part(fund, ASC, 1_000_000_000), 0)
    async with posters(ledger.url("app"), COUNCIL, 1) as (poster,):
        assert await poster.post(award) == ["posted"]
    return fund


def later_migrations(owner: str) -> Iterator[str]:
    """The migrations after the first, in order."""
    script = ScriptDirectory.from_config(alembic_config(owner, SERVICE.package))
    yield from reversed([each.revision for each in script.walk_revisions(base=FIRST) if each.revision != FIRST])


async def entries_there(databases: Databases) -> list[UUID]:
    """The ids of what callers posted, once the journal was proved whole."""
    ledger = LedgerUnderTest(databases, council=COUNCIL)
    try:
        proof = await ledger.proof()
        assert proof.holds, proof
        async with ledger.as_app() as db:
            rows = await db.fetch("SELECT entry_id FROM journal_entry WHERE kind <> 'award'")
        return [row["entry_id"] for row in rows]
    finally:
        await ledger.close()
