"""Answers to queries, and what each does with the money: what was paid stays paid, whatever is answered."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid5

from braid.kit.unit_of_work import UnitOfWork
from services.ledger import journal_store
from services.ledger.domain.journal import reversal_of
from services.ledger.domain.spending.money_out import Source, spend_of_line
from services.ledger.domain.spending.queries import Answer, Query, QueryKind, answer_query
from services.ledger.spending import considering, query_store, spend_store
from services.ledger.spending.entries import PostedPart
from services.ledger.spending.journal import post_whole
from services.ledger.spending.tables import SpendQueryRow, SpendRow


class NoSuchQuery(Exception):
    """There is no query of this id, or it is not the caller's to see."""


class NoSuchItem(Exception):
    """The budget's plan has no such item."""


class PartsDoNotAddUp(Exception):
    """What is attributed to items is more than the query is about, or a part is nothing."""


class ChangeNotTaken(Exception):
    """What a changed line had posted cannot be taken back: its period is closed, or the money was spent again."""


@dataclass(frozen=True)
class ItemShare:
    """So much of a spend for an item."""

    item_id: UUID
    pence: int


@dataclass(frozen=True)
class Given:
    """An answer as somebody gave it.

    Args:
        shares: for an attribution: which items, and how much for each; the rest is the person's own money.
    """

    answer: Answer
    by: str
    is_staff: bool
    on: date
    reason: str = ""
    shares: tuple[ItemShare, ...] = ()


async def answer(
    work: UnitOfWork, query_id: UUID, budget_id: UUID, person_id: UUID, given: Given
) -> tuple[Query, list[Query]]:
    """Answer a query; returns it, and what is asked because of the answer.

    Raises:
        NoSuchQuery, NoSuchItem: what was named is not there.
        ChangeNotTaken: what the line had posted stays.
        PartsDoNotAddUp: the shares are more than the query is about.
        QueryRefusal: the answer is not taken; see `services.ledger.domain.spending.queries`.
    """
    await work.lock_person(person_id)
    found = await query_store.read(work, query_id)
    if found is None or found[0].budget_id != budget_id:
        raise NoSuchQuery(str(query_id))
    row, query = found
    answered = answer_query(query, given.answer, by=given.by, is_staff=given.is_staff, on=given.on, reason=given.reason)
    await query_store.keep_answer(work, row, answered, given.on)
    asked = await _carry_out(work, row, answered, given)
    await work.session.flush()
    return answered, asked


async def _carry_out(work: UnitOfWork, row: SpendQueryRow, query: Query, given: Given) -> list[Query]:
    spend = (await spend_store.spends_by_id(work, [query.spend_id]))[query.spend_id]
    if query.answer is Answer.ATTRIBUTE:
        return await _attribute(work, spend, query, given)
    if query.answer is Answer.TAKE_THE_CHANGE:
        return await _take_the_change(work, spend, row, given)
    if query.kind is not QueryKind.LINE_CHANGED:
        parts = (await spend_store.parts_of(work, [spend.spend_id]))[spend.spend_id]
        spend.state = "attributed" if spend_store.still_out(parts) else "set_aside"
        work.session.add(spend)
    return []


async def _attribute(work: UnitOfWork, spend: SpendRow, query: Query, given: Given) -> list[Query]:
    named = sum(share.pence for share in given.shares)
    if not given.shares or any(share.pence <= 0 for share in given.shares) or named > query.pence:
        raise PartsDoNotAddUp(f"{named} pence of {query.pence}")
    budget = await considering.load(work, spend.budget_id, [spend])
    if unknown := {share.item_id for share in given.shares} - budget.items.keys():
        raise NoSuchItem(", ".join(sorted(map(str, unknown))))
    asked: list[Query] = []
    before = await _entries_before(work, spend)
    for number, share in enumerate(given.shares):
        outcome = considering.attribute_to(budget, spend, budget.items[share.item_id], share.pence, before + number)
        (refused,) = await post_whole(work, [outcome.entries])
        asked += considering.settle(work, budget, considering.instead(outcome, refused, share.pence), given.on)
    spend.state = "asked" if asked else "attributed"
    work.session.add(spend)
    return asked


async def _entries_before(work: UnitOfWork, spend: SpendRow) -> int:
    parts = (await spend_store.parts_of(work, [spend.spend_id]))[spend.spend_id]
    return len({part.entry_id for part in parts}) + 1


async def _take_the_change(work: UnitOfWork, spend: SpendRow, row: SpendQueryRow, given: Given) -> list[Query]:
    """Take back what the line had posted, and consider it anew as the bank now tells it."""
    assert row.changed_line is not None
    await _take_back(work, spend)
    line = spend_store.statement_line(row.changed_line)
    changed = spend_store.spend_row(
        work,
        spend.budget_id,
        spend_of_line(line, Source(spend.source)),
        line,
        account=spend.account,
        by=given.by,
        version=spend.version + 1,
    )
    work.session.add(changed)
    await work.session.flush()
    budget = await considering.load(work, spend.budget_id, [changed])
    return await considering.consider_all(work, budget, [changed], given.on)


async def _take_back(work: UnitOfWork, spend: SpendRow) -> None:
    parts = (await spend_store.parts_of(work, [spend.spend_id]))[spend.spend_id]
    own = [part for part in parts if part.spend_id == spend.spend_id]
    posted_by = {part.entry_id for part in own}
    standing = sorted(one for one in posted_by if not {one, _reversal_id(one)} & _reversals(posted_by))
    recorded = [await journal_store.read_entry(work, entry_id) for entry_id in standing]
    reversals = [
        reversal_of(one.entry, entry_id=_reversal_id(one.entry.entry_id), reason="The bank told the line otherwise")
        for one in recorded
        if one
    ]
    if any(await post_whole(work, [[reversal] for reversal in reversals])):
        raise ChangeNotTaken("what the line had posted can no longer be taken back")
    ids = {reversal.reverses: reversal.entry_id for reversal in reversals}
    drawn = [(part, ids[part.entry_id]) for part in own if part.entry_id in ids]
    for part, entry_id in drawn:
        posted = PostedPart(entry_id, spend_store.drawn_part(part))
        spend_store.add_parts(
            work, spend, [posted], of_spend_id=part.of_spend_id, item_id=part.item_id, use=part.use, sign=-1
        )


def _reversal_id(entry_id: UUID) -> UUID:
    return uuid5(entry_id, "taken-back")


def _reversals(entry_ids: set[UUID]) -> set[UUID]:
    return {_reversal_id(one) for one in entry_ids} & entry_ids
