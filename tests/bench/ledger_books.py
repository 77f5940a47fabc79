"""A ledger to measure: a database of its own with many funds, and batches of entries ready to be posted."""

import random
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid5

import asyncpg

from braid.command_line.embedded_platform import Databases
from braid.command_line.services import definition_of
from braid.kit.database import plain_url
from braid.kit.private_postgres import PrivatePostgres, state_directory
from services.ledger.domain import postings
from services.ledger.domain.chart_of_accounts import Account, AccountName
from services.ledger.domain.postings import About, Part
from services.ledger.posting.account_numbers import OPEN_ACCOUNTS, found_numbers, in_order, name_columns
from services.ledger.posting.columns import POST_ENTRIES, Posting, columns_of, names_of, prepared

STREAM = "adult_social_care"
DAY = date(2026, 6, 1)
FUNDS = 5_000
AWARD_PENCE = 10**12
PASSWORDS = {"owner": "owner", "app": "app", "ops": "ops"}
#: PostgreSQL's own defaults where the private server is made smaller; commits wait for the disk.
SETTINGS = {"shared_buffers": "128MB", "max_connections": "80", "synchronous_commit": "on"}
_IDS = UUID("0f0e0d0c-0b0a-4909-8807-060504030201")


@contextmanager
def ledger_databases() -> Iterator[Databases]:
    """A durable server with the ledger's database, up to date and empty."""
    import asyncio

    with TemporaryDirectory() as folder:
        place = state_directory(Path(folder) / "postgres")
        with PrivatePostgres(place, durable=True, options=SETTINGS) as server:
            databases = Databases(server.admin_url(), PASSWORDS)
            definition = definition_of("ledger")
            asyncio.run(databases.prepare(definition))
            databases.migrate(definition)
            yield databases


@dataclass
class Books:
    """One council's funds and the numbers of their accounts.

    Args:
        databases: where they are kept.
        council: the council.
        chance: what random accounts are drawn by.
    """

    databases: Databases
    council: str
    chance: random.Random

    def __post_init__(self) -> None:
        self.funds = [uuid5(_IDS, f"{self.council}/fund/{number}") for number in range(FUNDS)]
        self.numbers: dict[AccountName, int] = {}

    def url(self, kind: str = "app") -> str:
        """The database's address."""
        settings = self.databases.settings_of("ledger")
        url = settings.url if kind == "app" else settings.owner_url
        assert url
        return plain_url(url.get_secret_value())

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection that acts for the council."""
        db = await asyncpg.connect(self.url())
        await db.execute("SELECT set_config('braid.council', $1, false)", self.council)
        try:
            yield db
        finally:
            await db.close()

    async def open(self, funds: int = FUNDS) -> None:
        """Make the funds, award them money, and open every account that is measured on."""
        self.funds = self.funds[:funds]
        async with self.connection() as db:
            await db.execute(_FUNDS, self.funds, self.council, STREAM)
            awards = [
                Posting(postings.award(self._about(fund, use=None), Part(fund, STREAM, AWARD_PENCE), 0))
                for fund in self.funds
            ]
            for start in range(0, funds, 1_000):
                await self.post(db, awards[start : start + 1_000])
            every = [self.a_commitment(fund) for fund in self.funds] + [self.a_spend(fund) for fund in self.funds]
            await self._find(db, every + [self.an_instalment(fund) for fund in self.funds])

    async def _find(self, db: asyncpg.Connection, wanted: Sequence[Posting]) -> None:
        names = in_order(names_of(wanted) - self.numbers.keys())
        if names:
            row = await db.fetchrow(OPEN_ACCOUNTS, *name_columns(names))
            self.numbers |= found_numbers(names, row["accounts"], row["unconfirmed_funds"])[0]

    async def post(self, db: asyncpg.Connection, batch: Sequence[Posting]) -> list[str]:
        """Post a batch from entries, as a caller in Python does; returns the answers."""
        await self._find(db, batch)
        row = await db.fetchrow(POST_ENTRIES, *columns_of([prepared(each, self.numbers) for each in batch]))
        return list(row["answers"])

    def ready(self, batch: Sequence[Posting]) -> tuple[object, ...]:
        """A batch as the posting function takes it."""
        return columns_of([prepared(each, self.numbers) for each in batch])

    def random_fund(self) -> UUID:
        """Any fund."""
        return self.chance.choice(self.funds)

    def batch(self, size: int, make: Callable[[UUID], Posting]) -> list[Posting]:
        """Entries on random funds."""
        return [make(self.random_fund()) for _ in range(size)]

    def _about(self, fund: UUID, *, use: str | None = "care.personal", subject_id: UUID | None = None) -> About:
        entry_id = UUID(int=self.chance.getrandbits(128))
        return About(entry_id, fund, DAY, "Personal care in June", use=use, subject_id=subject_id)

    def a_spend(self, fund: UUID, pence: int = 5) -> Posting:
        """A transfer within a fund, with ring-fence, period and limit to check: two legs."""
        part = Part(fund, STREAM, pence)
        return Posting(postings.spent(self._about(fund), [part], source=Account.FUND_AVAILABLE))

    def a_commitment(self, fund: UUID, commitment_id: UUID | None = None) -> Posting:
        """Money held for an item: two legs and a commitment."""
        about = self._about(fund, subject_id=commitment_id or UUID(int=self.chance.getrandbits(128)))
        return Posting(postings.committed(about, [Part(fund, STREAM, 5)]))

    def a_settlement(self, commitment: Posting) -> Posting:
        """The whole of a commitment, spent: two legs."""
        entry = commitment.entry
        fund = entry.legs[0].fund_id
        assert fund
        about = self._about(fund, subject_id=entry.subject_id)
        return Posting(postings.spent(about, [Part(fund, STREAM, 5)], source=Account.FUND_COMMITTED))

    def an_instalment(self, fund: UUID) -> Posting:
        """A transfer from a person to the council's bank, the hot account: two legs."""
        return Posting(postings.instalment_received(self._about(fund), Part(fund, STREAM, 5)))


#: Each fund is its own budget here.
_FUNDS = """
WITH made AS (
    INSERT INTO fund (fund_id, council, budget_id, award_id, stream, award_version)
    SELECT f, $2, f, f, $3, 1 FROM unnest($1::uuid []) AS f
)
INSERT INTO fund_version (
    fund_id, award_version, council, status, decided_by, amount_pence, contribution_pence, starts_on, ends_on, cadence,
    permitted_uses, payee_bars, conditions, terms, posted_pence, posted_contribution_pence
)
SELECT
    f, 1, $2, 'confirmed', 'The council', 1000000000000, 0, '2026-04-01', '2027-03-31', 'four_weekly',
    '[{"use": "care.personal"}, {"use": "respite.community"}, {"use": "community.access"}, {"use": "domestic.help"}]',
    '[]', '[]', '[]', 1000000000000, 0
FROM unnest($1::uuid []) AS f
"""
