"""What a spend posted, taken back and attributed anew: the journal and the record of its parts stay the same story."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid5

from braid.kit.unit_of_work import UnitOfWork
from services.ledger import journal_store
from services.ledger.domain.journal import reversal_of
from services.ledger.domain.spending.queries import Query
from services.ledger.spending import considering, query_store, spend_store
from services.ledger.spending.entries import PostedPart
from services.ledger.spending.journal import post_whole
from services.ledger.spending.tables import SpendRow


class NoSuchSpend(Exception):
    """The budget has no spend of this id."""


class NoSuchItem(Exception):
    """The budget's plan has no such item."""


class PartsDoNotAddUp(Exception):
    """What is attributed to items is more than there is, or a part is nothing."""


class NotTakenBack(Exception):
    """What a spend posted cannot be taken back: its period is closed, or the money was spent again."""


class NotToBeCorrected(Exception):
    """A question about the spend is open, or money came back of it: that comes first."""


@dataclass(frozen=True)
class ItemShare:
    """So much of a spend for an item."""

    item_id: UUID
    pence: int


async def correct(
    work: UnitOfWork,
    budget_id: UUID,
    person_id: UUID,
    spend_id: UUID,
    shares: Sequence[ItemShare],
    *,
    on: date,
    reason: str,
) -> tuple[SpendRow, list[Query]]:
    """Take back what a spend posted, and attribute it as it is now told; returns it, and what is asked because of it.

    Args:
        work: the unit of work.
        budget_id: whose spend it is.
        person_id: the same.
        spend_id: the spend.
        shares: which items, and how much for each; what they leave is the person's own money, and so is all of it where
            there are none. None for money that came back: it is of no spend then.
        on: the day of the correction.
        reason: in words; the journal keeps it.

    Raises:
        NoSuchSpend, NoSuchItem: what was named is not there.
        NotToBeCorrected: something else comes first.
        NotTakenBack: what it posted stays.
        PartsDoNotAddUp: the shares are more than the spend.
    """
    await work.lock_person(person_id)
    spend = (await spend_store.spends_by_id(work, [spend_id])).get(spend_id)
    if spend is None or spend.budget_id != budget_id:
        raise NoSuchSpend(str(spend_id))
    if await query_store.is_asked_about(work, spend_id):
        raise NotToBeCorrected("A question about it is open: answer that.")
    others = [part for part in (await spend_store.parts_of(work, [spend_id]))[spend_id] if part.spend_id != spend_id]
    if spend_store.still_out(others):
        raise NotToBeCorrected("Money came back of it: correct that line first, then this one, then that again.")
    await take_back(work, spend, reason)
    spend.state = "set_aside" if spend.pence > 0 else "paid_in"
    work.session.add(spend)
    await work.session.flush()
    return spend, await attribute(work, spend, shares, max(spend.pence, 0), on) if shares else []


async def attribute(
    work: UnitOfWork, spend: SpendRow, shares: Sequence[ItemShare], pence: int, on: date
) -> list[Query]:
    """Attribute so much of a spend to items that somebody named; returns what is asked because of it.

    Raises:
        NoSuchItem: the plan has no such item.
        PartsDoNotAddUp: the shares are more than that, or one is nothing, or there is none.
    """
    named = sum(share.pence for share in shares)
    if not shares or any(share.pence <= 0 for share in shares) or named > pence:
        raise PartsDoNotAddUp(f"{named} pence of {pence}")
    budget = await considering.load(work, spend.budget_id, [spend])
    if unknown := {share.item_id for share in shares} - budget.items.keys():
        raise NoSuchItem(", ".join(sorted(map(str, unknown))))
    asked: list[Query] = []
    before = await _entries_before(work, spend)
    for number, share in enumerate(shares):
        outcome = considering.attribute_to(budget, spend, budget.items[share.item_id], share.pence, before + number)
        (refused,) = await post_whole(work, [outcome.entries])
        asked += considering.settle(work, budget, considering.instead(outcome, refused, share.pence), on)
    spend.state = "asked" if asked else "attributed"
    work.session.add(spend)
    return asked


async def take_back(work: UnitOfWork, spend: SpendRow, reason: str) -> None:
    """Take back what a spend, or money that came back, posted and has not taken back before.

    Raises:
        NotTakenBack: the journal refuses it.
    """
    own = (await spend_store.parts_by_line(work, [spend.spend_id])).get(spend.spend_id, [])
    posted_by = {part.entry_id for part in own}
    reversals_before = {_reversal_id(one) for one in posted_by} & posted_by
    standing = sorted(one for one in posted_by - reversals_before if _reversal_id(one) not in reversals_before)
    recorded = [await journal_store.read_entry(work, entry_id) for entry_id in standing]
    reversals = [
        reversal_of(one.entry, entry_id=_reversal_id(one.entry.entry_id), reason=reason) for one in recorded if one
    ]
    if any(await post_whole(work, [[reversal] for reversal in reversals])):
        raise NotTakenBack("what the line had posted can no longer be taken back")
    ids = {reversal.reverses: reversal.entry_id for reversal in reversals}
    for part in own:
        if part.entry_id in ids:
            posted = PostedPart(ids[part.entry_id], spend_store.drawn_part(part))
            spend_store.add_parts(
                work, spend, [posted], of_spend_id=part.of_spend_id, item_id=part.item_id, use=part.use, sign=-1
            )


async def _entries_before(work: UnitOfWork, spend: SpendRow) -> int:
    parts = (await spend_store.parts_of(work, [spend.spend_id]))[spend.spend_id]
    return len({part.entry_id for part in parts}) + 1


def _reversal_id(entry_id: UUID) -> UUID:
    return uuid5(entry_id, "taken-back")
