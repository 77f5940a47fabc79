"""What is held for items that a new plan leaves out: let go of, but for what falls due until the new plan takes effect.

What was paid or spent stays as it is, and money in a payment run is held by the payment itself, so that none of it that
is on its way to somebody is touched.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid5

from braid.kit.unit_of_work import UnitOfWork
from services.ledger import commitments, journal_store
from services.ledger.commitments import Commitment
from services.ledger.domain import postings
from services.ledger.domain.journal import Entry
from services.ledger.domain.postings import About
from services.ledger.domain.spending.planned_items import PlannedItem
from services.ledger.plan_check_money import money_of

_REASON = "The plan that is approved has this item no longer"


@dataclass(frozen=True)
class Dropped:
    """An item that the plan no longer has.

    Args:
        plan_id: the plan that leaves it out.
        last_day: until which it is still due.
    """

    plan_id: UUID
    item: PlannedItem
    last_day: date


async def let_go(work: UnitOfWork, budget_id: UUID, dropped: Dropped) -> None:
    """Release what is held for an item beyond what falls due until its last day; what ends last goes first.

    Raises:
        EntryRefused: the journal does; the unit of work must not be committed.
    """
    held = await commitments.commitments_of(work, budget_id, item_id=dropped.item.item_id)
    done = (await money_of(work, budget_id)).done.get(dropped.item.item_id, {})
    still_due = dropped.item.planned_pence(dropped.item.starts_on, dropped.last_day)
    locked_until = await journal_store.locked_until(work)
    not_before = locked_until + timedelta(days=1) if locked_until else date.min
    entries = list(_releases(held, sum(done.values()) - still_due, dropped, not_before))
    if entries:
        await journal_store.post_all(work, *entries)


def _releases(held: list[Commitment], too_much: int, dropped: Dropped, not_before: date) -> Iterator[Entry]:
    for commitment in reversed(held):
        for part in reversed(commitment.parts):
            pence = min(part.held_pence, too_much)
            if pence > 0:
                too_much -= pence
                # Dated after it was held: on no day in the past is less than nothing held.
                on = max(dropped.last_day + timedelta(days=1), dropped.item.starts_on, part.opens_on, not_before)
                entry_id = uuid5(commitment.commitment_id, f"dropped by {dropped.plan_id} from {part.fund_id}")
                about = About(entry_id, commitment.budget_id, on, _REASON, commitment.use, commitment.commitment_id)
                yield postings.released(about, [part.part(pence)])
