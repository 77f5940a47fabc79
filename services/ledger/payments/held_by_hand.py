"""Money that is held by hand for an item which a schedule pays: put aside twice, it would keep payments back."""

from collections import defaultdict
from datetime import date, timedelta
from uuid import UUID, uuid4

from braid.kit.unit_of_work import UnitOfWork
from services.ledger import commitments, journal_store
from services.ledger.commitments import Commitment
from services.ledger.domain import postings
from services.ledger.domain.postings import About
from services.ledger.payments.following import paid_by_schedules
from services.ledger.spending.items_store import items_of

_REASON = "A schedule of the plan pays the item, and holds its money as it is paid"


async def let_go_of_what_schedules_pay(work: UnitOfWork, budget_id: UUID, on: date) -> None:
    """Release what is held by hand for items beyond what no schedule pays of them.

    What is paid out of it already, or held by a payment run itself, stays as it is.

    Args:
        on: today; no release is dated before what it releases, or in a closed period.

    Raises:
        EntryRefused: the journal does; the unit of work must not be committed.
    """
    held: dict[UUID, list[Commitment]] = defaultdict(list)
    for one in await commitments.commitments_of(work, budget_id):
        if one.item_id and one.held_pence:
            held[one.item_id].append(one)
    if not held:
        return
    by_schedule, items = await paid_by_schedules(work, budget_id), await items_of(work, budget_id)
    locked_until = await journal_store.locked_until(work)
    not_before = max(on, locked_until + timedelta(days=1)) if locked_until else on
    for item_id in sorted(held.keys() & by_schedule.keys() & items.keys()):
        item = items[item_id].item
        left = max(0, item.planned_pence(item.starts_on, item.ends_on) - by_schedule[item_id])
        for one in held[item_id]:
            too_much = max(0, one.held_pence - left)
            left = max(0, left - one.held_pence)
            await _release(work, one, too_much, max(not_before, item.starts_on))


async def _release(work: UnitOfWork, one: Commitment, too_much: int, not_before: date) -> None:
    """Let go of so much of a commitment; what ends last goes first."""
    for part in reversed(one.parts):
        pence = min(part.held_pence, too_much)
        if pence:
            too_much -= pence
            on = max(not_before, part.opens_on)
            about = About(uuid4(), one.budget_id, on, _REASON, one.use, one.commitment_id)
            await journal_store.post_all(work, postings.released(about, [part.part(pence)]))
