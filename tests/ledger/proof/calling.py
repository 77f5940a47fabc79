"""The posting function called over a plain connection of the application's role, as raw SQL would call it."""

from typing import Any

import asyncpg

from services.ledger.domain import postings
from services.ledger.domain.journal import Entry
from services.ledger.domain.postings import Part
from services.ledger.posting.account_numbers import OPEN_ACCOUNTS, found_numbers, in_order, name_columns
from services.ledger.posting.columns import Posting, columns_of, names_of, prepared
from services.ledger.queries import FundNow
from tests.ledger.builders import about


async def columns(db: asyncpg.Connection, *entries: Entry) -> list[Any]:
    """The posting function's parameters for some entries."""
    batch = [Posting(entry) for entry in entries]
    names = in_order(names_of(batch))
    numbers, _ = found_numbers(names, *await db.fetchrow(OPEN_ACCOUNTS, *name_columns(names)))
    return list(columns_of([prepared(posting, numbers) for posting in batch]))


def a_revision(fund: FundNow, pence: int = 100) -> Entry:
    """An entry that needs nothing but the fund's two accounts."""
    part = Part(fund.fund_id, fund.fund.stream, pence)
    return postings.award_revised(about(budget=fund.fund.budget_id), part, 0)


async def act_for(db: asyncpg.Connection, council: str, *, for_transaction: bool = True) -> None:
    """Say for which council the connection acts."""
    await db.execute("SELECT set_config('braid.council', $1, $2)", council, for_transaction)
