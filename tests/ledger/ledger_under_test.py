"""The ledger as tests use it: events in, budgets and journal out, and the database behind it as any of its roles."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy.engine import make_url

from braid.command_line.embedded_platform import Databases
from braid.contracts.award import AwardDecided
from braid.kit.database import plain_url
from braid.kit.roles import Roles
from braid.kit.service import ServiceRuntime
from services.ledger import journal_store, proof, queries
from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.funds import budget_id_of
from services.ledger.domain.hash_chain import Head, Proof
from services.ledger.handlers import record_award
from services.ledger.journal_store import RecordedEntry
from services.ledger.main import SERVICE
from services.ledger.posting.columns import Answer, Postable, Posting
from services.ledger.queries import FundNow
from services.ledger.tables import BudgetRow
from tests.ledger.builders import an_award_decided

#: Enough for the tests that post at the same time.
POOL_SIZE = 10


class LedgerUnderTest:
    """The ledger service as one council uses it."""

    def __init__(self, databases: Databases, council: str) -> None:
        self.databases = databases
        self.council = council
        database = databases.settings_of("ledger").model_copy(update={"pool_size": POOL_SIZE})
        self.runtime = ServiceRuntime(SERVICE, SERVICE.settings(environment="test", database=database))
        self._units = self.runtime.units

    async def close(self) -> None:
        """Close the connections."""
        await self.runtime.close()

    def an_award_decided(self, person_id: UUID | None = None, **values: Any) -> AwardDecided:
        """A stream's decision on one of the council's people."""
        return an_award_decided(person_id, council=self.council, **values)

    async def take(self, *events: AwardDecided) -> None:
        """Handle events one after the other, each in a transaction of its own, as the delivery does."""
        for event in events:
            async with self._units.for_council(event.council) as work:
                await record_award(event, work)
                await work.commit()

    async def post(self, *entries: Postable | Posting) -> list[Answer]:
        """Post entries in one transaction, each with its own answer."""
        async with self._units.for_council(self.council) as work:
            answers = await journal_store.post(work, *entries)
            await work.commit()
        return answers

    async def open_fund(self, **award: Any) -> FundNow:
        """A person's fund, opened by an award."""
        event = self.an_award_decided(**award)
        await self.take(event)
        funds = await self.open_funds(event.person_id)
        return next(each for each in funds if each.fund.award_id == event.award_id)

    async def balances(self, person_id: UUID) -> dict[UUID, dict[Account, int]]:
        """Balance of each account of each fund of a person's budget."""
        async with self._units.for_council(self.council) as work:
            found = await queries.fund_balances(work, budget_id_of(self.council, person_id))
        return {fund_id: dict(balances) for fund_id, balances in found.items()}

    async def balance_as_of(self, account: Account, **asked: Any) -> int:
        """A balance for a date, as known at a moment."""
        async with self._units.for_council(self.council) as work:
            return await queries.balance_as_of(work, account, **asked)

    async def lock_period(self, until: date) -> None:
        """Close the council's books up to a day."""
        async with self._units.for_council(self.council) as work:
            await journal_store.lock_period(work, until, by="finance", reason="Year end")
            await work.commit()

    async def budget(self, person_id: UUID) -> BudgetRow | None:
        """A person's budget."""
        async with self._units.for_council(self.council) as work:
            return await queries.budget_of(work, person_id)

    async def open_funds(self, person_id: UUID) -> Sequence[FundNow]:
        """The open funds of a person's budget."""
        async with self._units.for_council(self.council) as work:
            return await queries.open_funds(work, budget_id_of(self.council, person_id))

    async def awarded_pence(self, person_id: UUID) -> dict[UUID, int]:
        """What the journal holds for each fund of a person's budget."""
        async with self._units.for_council(self.council) as work:
            return dict(await queries.awarded_pence(work, budget_id_of(self.council, person_id)))

    async def entries(self, person_id: UUID) -> list[RecordedEntry]:
        """The entries of a person's budget."""
        async with self._units.for_council(self.council) as work:
            return await journal_store.entries_of_budget(work, budget_id_of(self.council, person_id))

    async def trial_balance(self) -> dict[tuple[str, str], int]:
        """Balance by stream and account."""
        async with self._units.for_council(self.council) as work:
            return {(stream, account): pence for stream, account, pence in await queries.trial_balance(work)}

    async def proof(self, expected: Head | None = None) -> Proof:
        """The council's journal, worked out again."""
        async with self._units.for_council(self.council) as work:
            return await proof.prove(work, expected)

    async def published(self, person_id: UUID) -> list[str]:
        """Types of the events about a person in the outbox, in order."""
        async with connected(self.url("ops")) as db:
            rows = await db.fetch(
                "SELECT headers ->> 'ce_type' AS type FROM outbox WHERE key = $1 ORDER BY id", str(person_id).encode()
            )
        return [row["type"] for row in rows]

    def url(self, kind: str) -> str:
        """The database's address as ``app``, ``ops``, ``owner`` or ``superuser``."""
        settings = self.databases.settings_of("ledger")
        if kind == "superuser":
            database = Roles("ledger").database + self.databases.suffix
            return make_url(self.databases.admin_url).set(database=database).render_as_string(hide_password=False)
        url = {"app": settings.url, "ops": settings.ops_url, "owner": settings.owner_url}[kind]
        assert url is not None
        return url.get_secret_value()

    @asynccontextmanager
    async def as_app(self, council: str | None = None) -> AsyncIterator[asyncpg.Connection]:
        """A transaction of the application's role, for this council unless told; rolled back at the end."""
        async with connected(self.url("app")) as db:
            transaction = db.transaction()
            await transaction.start()
            await db.execute("SELECT set_config('braid.council', $1, true)", council or self.council)
            try:
                yield db
            finally:
                await transaction.rollback()

    async def forge(self, *statements: str) -> None:
        """Change this council's rows as a superuser who puts the triggers out of action first; $1 is the council."""
        async with connected(self.url("superuser")) as db:
            await db.execute("SET session_replication_role = replica")
            for statement in statements:
                await db.execute(statement, self.council)


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    """A plain connection."""
    db = await asyncpg.connect(plain_url(url))
    try:
        yield db
    finally:
        await db.close()
