"""Entries that something beside the journal is kept with: to take one back alone would part the two."""

from collections.abc import Mapping
from enum import StrEnum
from uuid import UUID

from sqlalchemy import text

from braid.kit.unit_of_work import UnitOfWork
from services.ledger.domain.payments.payment_ids import is_payment_id


class Keeper(StrEnum):
    """What an entry belongs to."""

    SPENDING = "spending"
    PAYMENTS = "payments"
    RECOVERIES = "recoveries"


#: How what such an entry posted is mended.
RIGHT_WAY: Mapping[Keeper, str] = {
    Keeper.SPENDING: (
        "It was posted for a spend. Correct the spend, by POST …/budget/spends/{spend_id}/correction: that takes the"
        " entry back."
    ),
    Keeper.PAYMENTS: (
        "It was posted for a payment of a run. Before its file is made, cancel the run; where the bank gave the money"
        " back, say so by POST …/payment-runs/{run_id}/results; where it was paid and is not owed, open a recovery."
    ),
    Keeper.RECOVERIES: (
        "It was posted for a recovery. Let what is owed off, by POST …/recoveries/{recovery_id}/write-off, or by an"
        " appeal."
    ),
}

_KEPT = text(
    "SELECT CASE"
    " WHEN EXISTS (SELECT FROM spend_part AS p WHERE p.council = e.council AND p.entry_id = e.entry_id)"
    "  THEN 'spending'"
    " WHEN EXISTS (SELECT FROM payment_item AS i WHERE i.payment_id = e.subject_id) THEN 'payments'"
    " WHEN EXISTS (SELECT FROM recovery AS r WHERE r.recovery_id = e.subject_id) THEN 'recoveries'"
    " END AS keeper FROM journal_entry AS e WHERE e.council = :council AND e.entry_id = :entry_id"
)


class EntryKeptElsewhere(Exception):
    """An entry is not taken back by itself; the message names the right way."""

    def __init__(self, keeper: Keeper) -> None:
        super().__init__(RIGHT_WAY[keeper])
        self.keeper = keeper


class HeldForPayment(Exception):
    """What is held for a payment of a run is moved by that payment alone, until the bank has answered."""

    def __init__(self) -> None:
        super().__init__(RIGHT_WAY[Keeper.PAYMENTS])


def refuse_if_held_for_payment(commitment_id: UUID) -> None:
    """Refuse to settle or let go of by hand what a payment of a run holds.

    Raises:
        HeldForPayment: it does.
    """
    if is_payment_id(commitment_id):
        raise HeldForPayment


async def refuse_if_kept(work: UnitOfWork, entry_id: UUID) -> None:
    """Refuse to take an entry back that belongs to something beside the journal.

    Raises:
        EntryKeptElsewhere: it does.
    """
    values = {"council": work.council, "entry_id": entry_id}
    keeper = await work.session.scalar(_KEPT, values)
    if keeper:
        raise EntryKeptElsewhere(Keeper(keeper))
