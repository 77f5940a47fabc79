"""Posts over one plain connection, which a test may cut, time out or leave to a server that is killed."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import uuid4

import asyncpg

from braid.kit.database import plain_url
from services.ledger.domain import postings
from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.journal import Entry
from services.ledger.domain.postings import Part
from services.ledger.posting.account_numbers import OPEN_ACCOUNTS, found_numbers, in_order, name_columns
from services.ledger.posting.columns import POST_ENTRIES, Posting, columns_of, names_of, prepared
from services.ledger.queries import FundNow
from tests.ledger.builders import about

#: What a cut, a time-out or a kill shows itself as.
LOST = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)


class Poster:
    """One connection of the application's role, acting for one council; each call is a transaction of its own."""

    def __init__(self, url: str, council: str) -> None:
        self._url, self._council = url, council
        self.db: asyncpg.Connection | None = None

    async def post(self, *entries: Entry) -> list[str]:
        """Answers by code.

        Raises:
            asyncpg.PostgresError, asyncpg.InterfaceError, OSError: what became of the entries is not known.
        """
        if self.db is None or self.db.is_closed():
            self.db = await asyncpg.connect(plain_url(self._url), timeout=20)
            await self.db.execute("SELECT set_config('braid.council', $1, false)", self._council)
        batch = [Posting(entry) for entry in entries]
        names = in_order(names_of(batch))
        numbers, _ = found_numbers(names, *await self.db.fetchrow(OPEN_ACCOUNTS, *name_columns(names)))
        columns = columns_of([prepared(posting, numbers) for posting in batch])
        return list((await self.db.fetchrow(POST_ENTRIES, *columns))["answers"])


@asynccontextmanager
async def posters(url: str, council: str, count: int) -> AsyncIterator[Sequence[Poster]]:
    """Several at once."""
    opened = [Poster(url, council) for _ in range(count)]
    try:
        yield opened
    finally:
        for poster in opened:
            if poster.db is not None:
                poster.db.terminate()


def a_payment(fund: FundNow, pence: int) -> Entry:
    """Money of a fund, paid to a provider; the council's bank account is on every one."""
    part = Part(fund.fund_id, fund.fund.stream, pence)
    spent = about(budget=fund.fund.budget_id, entry_id=uuid4())
    return postings.paid_to_provider(spent, [part], source=Account.FUND_AVAILABLE)
