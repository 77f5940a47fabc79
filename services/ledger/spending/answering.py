"""Answers to queries, and what each does with the money: what was paid stays paid, whatever is answered."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from braid.kit.unit_of_work import UnitOfWork
from services.ledger.domain.spending.money_out import Source, spend_of_line
from services.ledger.domain.spending.queries import Answer, Query, QueryKind, answer_query
from services.ledger.spending import considering, query_store, spend_store
from services.ledger.spending.correcting import ItemShare, attribute, take_back
from services.ledger.spending.tables import SpendQueryRow, SpendRow


class NoSuchQuery(Exception):
    """There is no query of this id, or it is not the caller's to see."""


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
        NotTakenBack: what the line had posted stays.
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
        return await attribute(work, spend, given.shares, query.pence, given.on)
    if query.answer is Answer.TAKE_THE_CHANGE:
        return await _take_the_change(work, spend, row, given)
    if query.kind is not QueryKind.LINE_CHANGED:
        parts = (await spend_store.parts_of(work, [spend.spend_id]))[spend.spend_id]
        spend.state = "attributed" if spend_store.still_out(parts) else "set_aside"
        work.session.add(spend)
    return []


async def _take_the_change(work: UnitOfWork, spend: SpendRow, row: SpendQueryRow, given: Given) -> list[Query]:
    """Take back what the line had posted, and consider it anew as the bank now tells it."""
    assert row.changed_line is not None
    await take_back(work, spend, "The bank told the line otherwise")
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
