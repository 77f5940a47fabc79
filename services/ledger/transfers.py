"""Transfers between two funds of a budget, where the law allows them."""

from datetime import date
from uuid import UUID, uuid4

from braid.kit.unit_of_work import UnitOfWork
from services.ledger import journal_store
from services.ledger.domain import postings
from services.ledger.domain.postings import About, Part
from services.ledger.domain.transfers import Side, TransferNotAllowed, check_transfer
from services.ledger.spending.purse import FundRules
from services.ledger.spending.purse_store import rules_of


class NoSuchFund(Exception):
    """The budget has no such fund."""


async def transfer(
    work: UnitOfWork, budget_id: UUID, *, giver_id: UUID, taker_id: UUID, pence: int, on: date, reason: str
) -> UUID:
    """Move money between two funds; returns the entry's id.

    Raises:
        NoSuchFund: the budget has not both.
        TransferNotAllowed: the law does not let the money move.
        EntryRefused: the giver does not have so much, or the period is closed.
    """
    rules = {one.fund_id: one for one in await rules_of(work, budget_id)}
    for fund_id in (giver_id, taker_id):
        if fund_id not in rules:
            raise NoSuchFund(f"The budget has no fund {fund_id}.")
    if giver_id == taker_id:
        raise TransferNotAllowed("A fund cannot give to itself.")
    giver, taker = rules[giver_id], rules[taker_id]
    check_transfer(_side(giver), _side(taker), on)
    about = About(uuid4(), budget_id, on, reason)
    entry = postings.transferred(about, Part(giver_id, giver.stream, pence), Part(taker_id, taker.stream, pence))
    await journal_store.post_all(work, entry)
    return entry.entry_id


def _side(rules: FundRules) -> Side:
    return Side(rules.stream, rules.name, rules.starts_on, rules.ends_on)
