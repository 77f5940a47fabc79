"""Answers to queries, and what each does with the money: what was paid stays paid, whatever is answered."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid5

from braid.kit.unit_of_work import UnitOfWork
from services.ledger.domain import postings
from services.ledger.domain.journal import Entry
from services.ledger.domain.payments.periods import Every
from services.ledger.domain.payments.recovery import Plan, Recovery
from services.ledger.domain.postings import About
from services.ledger.domain.refusals import MEANING
from services.ledger.domain.spending.money_out import Source, spend_of_line
from services.ledger.domain.spending.queries import (
    DECISIONS,
    Answer,
    Query,
    QueryKind,
    answer_query,
    write_off_taken_back,
)
from services.ledger.payments import recoveries
from services.ledger.payments.fund_accounts import fund_account
from services.ledger.payments.journal import post_whole as post_entries
from services.ledger.spending import considering, query_store, spend_store
from services.ledger.spending.correcting import ItemShare, attribute, take_back
from services.ledger.spending.tables import SpendQueryRow, SpendRow
from services.ledger.tables import BudgetRow


class NoSuchQuery(Exception):
    """There is no query of this id, or it is not the caller's to see."""


class FundMissing(Exception):
    """It is not told whose money is to be paid back or written off, or how it is to come."""


class NotWrittenOff(Exception):
    """The journal refuses to write it off."""


@dataclass(frozen=True)
class Terms:
    """How money is to be paid back; see `services.ledger.domain.payments.recovery.Plan`."""

    instalments: int
    every: Every
    first_due_on: date
    notice_on: date
    reply_by: date


def recovery_id_of(query_id: UUID) -> UUID:
    """The recovery that an answer to a query proposes."""
    return uuid5(query_id, "recovery")


@dataclass(frozen=True)
class Given:
    """An answer as somebody gave it.

    Args:
        shares: for an attribution: which items, and how much for each; the rest is the person's own money.
        fund_id: to pay back or to write off: the fund whose money it was.
        terms: to pay back: in which instalments, and after which notice.
    """

    answer: Answer
    by: str
    is_staff: bool
    on: date
    reason: str = ""
    shares: tuple[ItemShare, ...] = ()
    fund_id: UUID | None = None
    terms: Terms | None = None


async def answer(
    work: UnitOfWork, query_id: UUID, budget_id: UUID, person_id: UUID, given: Given
) -> tuple[Query, list[Query]]:
    """Answer a query; returns it, and what is asked because of the answer.

    Raises:
        NoSuchQuery, NoSuchItem: what was named is not there.
        NotTakenBack: what the line had posted stays.
        PartsDoNotAddUp: the shares are more than the query is about.
        FundMissing: it is not told whose money is to be paid back or written off, or how it is to come.
        NoMoneyInFund: the budget has no such fund.
        RecoveryRefused: the terms of paying it back are against a rule.
        NotWrittenOff: the fund has not so much in the person's account, or the period is closed.
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
    if query.answer is None:
        return []
    if query.answer in DECISIONS:
        await _decide(work, query, spend, given)
    if query.answer is Answer.TAKE_THE_CHANGE:
        return await _take_the_change(work, spend, row, given)
    if query.kind is not QueryKind.LINE_CHANGED:
        parts = (await spend_store.parts_of(work, [spend.spend_id]))[spend.spend_id]
        spend.state = "attributed" if spend_store.still_out(parts) else "set_aside"
        work.session.add(spend)
    return []


async def _decide(work: UnitOfWork, query: Query, spend: SpendRow, given: Given) -> None:
    """Propose to ask the money back, which somebody else decides; or write it off, which two people have decided."""
    if given.fund_id is None or (query.answer is Answer.PAY_BACK and given.terms is None):
        raise FundMissing("name the fund whose money it was, and to have it paid back the instalments")
    fund = await fund_account(work, spend.budget_id, given.fund_id)
    if query.answer is Answer.WRITE_OFF:
        entry_id = _written_off_id(query.query_id, query.times_taken_back)
        about = About(entry_id, spend.budget_id, given.on, given.reason, None, query.query_id)
        if refused := await post_entries(work, [[postings.written_off(about, fund.part(query.pence))]]):
            raise NotWrittenOff(MEANING[refused[0]])
        return
    assert given.terms is not None
    plan = Plan(query.pence, **vars(given.terms))
    budget = await work.session.get(BudgetRow, spend.budget_id)
    assert budget is not None, "a spend is of a budget"
    proposal = Recovery(plan, given.by, given.reason)
    recovery_id = recovery_id_of(query.query_id)
    await recoveries.propose(work, budget, fund.part(query.pence), proposal, on=given.on, recovery_id=recovery_id)


async def ask_again(work: UnitOfWork, entry: Entry, *, by: str, on: date, reason: str) -> None:
    """Ask again about money that was written off by an entry which is taken back; any other entry asks nothing."""
    found = await query_store.read(work, entry.subject_id) if entry.subject_id else None
    if found is None:
        return
    row, query = found
    written_off = _written_off_id(query.query_id, query.times_taken_back)
    if query.answer is not Answer.WRITE_OFF or entry.entry_id != written_off:
        return
    await query_store.keep_asked_again(work, row, write_off_taken_back(query, by=by, on=on, reason=reason))
    spend = (await spend_store.spends_by_id(work, [query.spend_id]))[query.spend_id]
    spend.state = "asked"
    work.session.add(spend)
    await work.session.flush()


def _written_off_id(query_id: UUID, times_taken_back: int) -> UUID:
    """The entry by which money is written off; after it was taken back, another."""
    return uuid5(query_id, f"written-off/{times_taken_back}" if times_taken_back else "written-off")


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
