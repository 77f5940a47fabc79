"""What is held for items that a new plan leaves out or lowers: let go of, but for what its plans still need.

What falls due until the new plan takes effect stays held. What was paid or spent stays as it is, and money in a payment
run is held by the payment itself, so that none of it that is on its way to somebody is touched.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from uuid import UUID, uuid5

from braid.kit.unit_of_work import UnitOfWork
from services.ledger import commitments, journal_store
from services.ledger.commitments import Commitment
from services.ledger.domain import postings
from services.ledger.domain.changing_plans import needs_of
from services.ledger.domain.journal import Entry
from services.ledger.domain.postings import About
from services.ledger.payments.approved_plans import plans_of
from services.ledger.plan_check_change import Change, money_and_needs

_REASON = "The plan that is approved needs less for this item, or has it no longer"


async def let_go(work: UnitOfWork, budget_id: UUID, plan_id: UUID) -> None:
    """Release what is held for items beyond what they need now that a plan is approved; what was held last goes first.

    Raises:
        EntryRefused: the journal does; the unit of work must not be committed.
    """
    plans = [one.plan for one in await plans_of(work, budget_id)]
    change = Change(needs_of(one for one in plans if one.plan_id != plan_id), needs_of(plans))
    if not change.lowered:
        return
    _, _, too_much = await money_and_needs(work, budget_id, change)
    if not too_much:
        return
    approved = next(one for one in plans if one.plan_id == plan_id)
    locked_until = await journal_store.locked_until(work)
    not_before = locked_until + timedelta(days=1) if locked_until else date.min
    begins = {one.item.item_id: one.item.starts_on for one in sorted(change.before, key=lambda one: one.item.starts_on)}
    first_days = {item_id: max(day, approved.effective_from, not_before) for item_id, day in begins.items()}
    held = [one for one in await commitments.commitments_of(work, budget_id) if one.item_id in change.lowered]
    await journal_store.post_all(work, *_releases(held, dict(too_much), plan_id, first_days))


def _releases(
    held: list[Commitment], too_much: dict[tuple[UUID, UUID], int], plan_id: UUID, first_days: Mapping[UUID, date]
) -> Iterator[Entry]:
    for commitment in reversed(held):
        for part in reversed(commitment.parts):
            assert commitment.item_id is not None, "what is held for no item is lowered by no plan"
            key = commitment.item_id, part.fund_id
            pence = min(part.held_pence, too_much.get(key, 0))
            if pence > 0:
                too_much[key] -= pence
                # Dated after it was held: on no day in the past is less than nothing held.
                on = max(first_days[commitment.item_id], part.opens_on)
                entry_id = uuid5(commitment.commitment_id, f"dropped by {plan_id} from {part.fund_id}")
                about = About(entry_id, commitment.budget_id, on, _REASON, commitment.use, commitment.commitment_id)
                yield postings.released(about, [part.part(pence)])
