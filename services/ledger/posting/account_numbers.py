"""Accounts by name and by number: how the database is asked for them, and what it answers."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from services.ledger.domain.chart_of_accounts import AccountName

#: Finds accounts and opens those that are missing, with the columns of `name_columns` as its parameters.
OPEN_ACCOUNTS = "SELECT accounts, unconfirmed_funds FROM open_accounts($1, $2, $3)"


def in_order(names: Iterable[AccountName]) -> list[AccountName]:
    """Names in one order for all who ask, so that nobody who opens accounts waits for another in a circle."""
    return sorted(names, key=lambda name: (name.stream, name.account, str(name.fund_id)))


def name_columns(names: Sequence[AccountName]) -> tuple[list[str], list[str], list[UUID | None]]:
    """Names of accounts as columns."""
    return [name.stream for name in names], [name.account.value for name in names], [name.fund_id for name in names]


def found_numbers(
    names: Sequence[AccountName], accounts: Sequence[int | None] | None, unconfirmed: Sequence[UUID] | None
) -> tuple[dict[AccountName, int], frozenset[UUID]]:
    """Numbers by name, and the funds that have no accounts since they wait to be confirmed."""
    found = zip(names, accounts or (), strict=True)
    return {name: account for name, account in found if account is not None}, frozenset(unconfirmed or ())
