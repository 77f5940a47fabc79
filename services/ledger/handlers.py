"""What the ledger does when something happened elsewhere."""

from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select

from braid.contracts.award import AwardDecided, Cadence
from braid.contracts.award import AwardStatus as Status
from braid.contracts.budget import BudgetOpened, FundClosed, FundOpened
from braid.kit.unit_of_work import UnitOfWork
from services.ledger import journal_store, queries
from services.ledger.domain.funds import (
    Award,
    AwardStatus,
    FundChange,
    Held,
    KnownFund,
    award_entry_id,
    budget_id_of,
    change_for,
    fund_id_of,
)
from services.ledger.payments.approved_plans import has_plans
from services.ledger.payments.plan_schedules import follow_plans
from services.ledger.payments.run_steps import lock_payments
from services.ledger.tables import AwardSeenRow, BudgetRow, FundRow, FundVersionRow, JournalEntryRow


async def record_award(event: AwardDecided, work: UnitOfWork) -> None:
    """Open, revise or close the ring-fenced fund of an award, post the difference, and have payments follow."""
    await work.lock_person(event.person_id)
    is_planned = await has_plans(work, budget_id_of(event.council, event.person_id))
    if is_planned:
        # Whoever steps payments holds them before the journal.
        await lock_payments(work)
    award = _award(event)
    seen = await _seen(work, event)
    fund = await work.session.get(FundRow, fund_id_of(event.award_id))
    change = change_for(
        award,
        KnownFund(seen.version, fund is not None, fund is not None and fund.closed_on is None, await _held(work, fund)),
        budget_id=budget_id_of(event.council, event.person_id),
        locked_until=await journal_store.locked_until(work),
    )
    if change is None:
        return
    seen.version = award.version
    work.session.add(seen)
    if change.opens or fund:
        await _keep_version(work, event, change, fund)
    if change.opens:
        await work.publish(_opened(event))
    elif change.closes:
        await work.publish(_closed(event))
    if change.posts:
        await journal_store.post_all(work, change.posts)
    if is_planned and (budget := await queries.budget_of(work, event.person_id)):
        await follow_plans(work, budget)


def _award(event: AwardDecided) -> Award:
    return Award(
        event.award_id,
        event.version,
        event.stream,
        AwardStatus(event.status.value),
        event.amount_pence,
        event.contribution_pence,
        event.starts_on,
        event.ends_on,
        in_kind=event.cadence is Cadence.IN_KIND,
    )


async def _seen(work: UnitOfWork, event: AwardDecided) -> AwardSeenRow:
    row = await work.session.get(AwardSeenRow, event.award_id)
    return row or AwardSeenRow(award_id=event.award_id, council=event.council, person_id=event.person_id, version=0)


async def _held(work: UnitOfWork, fund: FundRow | None) -> Held:
    """What the versions of a fund posted so far, together, but for what was taken back since."""
    if fund is None:
        return Held(0, 0)
    query = select(FundVersionRow).where(FundVersionRow.fund_id == fund.fund_id)
    versions = {
        award_entry_id(fund.fund_id, row.award_version): row for row in (await work.session.scalars(query)).all()
    }
    taken_back = select(JournalEntryRow.reverses).where(col(JournalEntryRow.reverses).in_(list(versions)))
    for entry_id in (await work.session.scalars(taken_back)).all():
        del versions[entry_id]
    return Held(
        sum(row.posted_pence for row in versions.values()),
        sum(row.posted_contribution_pence for row in versions.values()),
    )


async def _keep_version(work: UnitOfWork, event: AwardDecided, change: FundChange, fund: FundRow | None) -> None:
    budget_id = await _budget(work, event)
    if fund is None:
        fund = FundRow(
            fund_id=fund_id_of(event.award_id),
            council=event.council,
            budget_id=budget_id,
            award_id=event.award_id,
            stream=event.stream,
            award_version=event.version,
        )
    fund.award_version = event.version
    if change.opens:
        fund.closed_on, fund.closed_by_version = None, None
    elif change.closes:
        fund.closed_on, fund.closed_by_version = event.rules_as_of, event.version
    work.session.add(fund)
    work.session.add(_version_row(event, fund.fund_id, change.posted))
    await work.session.flush()
    await work.session.execute(text("SELECT keep_fund_rules(ARRAY[CAST(:fund_id AS uuid)])"), {"fund_id": fund.fund_id})


async def _budget(work: UnitOfWork, event: AwardDecided) -> UUID:
    budget_id = budget_id_of(event.council, event.person_id)
    if await work.session.get(BudgetRow, budget_id) is None:
        work.session.add(
            BudgetRow(
                budget_id=budget_id, council=event.council, person_id=event.person_id, opened_on=event.rules_as_of
            )
        )
        await work.publish(
            BudgetOpened(
                person_id=event.person_id, council=event.council, budget_id=budget_id, opened_on=event.rules_as_of
            )
        )
    return budget_id


def _version_row(event: AwardDecided, fund_id: UUID, posted: Held) -> FundVersionRow:
    return FundVersionRow(
        fund_id=fund_id,
        award_version=event.version,
        council=event.council,
        status=event.status.value,
        decided_by=event.decided_by,
        amount_pence=event.amount_pence,
        contribution_pence=event.contribution_pence,
        starts_on=event.starts_on,
        ends_on=event.ends_on,
        cadence=event.cadence.value,
        permitted_uses=[use.model_dump(mode="json") for use in event.permitted_uses],
        payee_bars=[bar.model_dump(mode="json") for bar in event.payee_bars],
        conditions=list(event.conditions),
        terms=[term.model_dump(mode="json") for term in event.terms],
        partner_decision=event.partner_decision,
        posted_pence=posted.amount_pence,
        posted_contribution_pence=posted.contribution_pence,
        stream_label=event.stream_label,
        joint_limits=[one.model_dump(mode="json") for one in event.joint_limits],
        minimums=[one.model_dump(mode="json") for one in event.minimums],
    )


def _opened(event: AwardDecided) -> FundOpened:
    return FundOpened(
        person_id=event.person_id,
        council=event.council,
        budget_id=budget_id_of(event.council, event.person_id),
        fund_id=fund_id_of(event.award_id),
        award_id=event.award_id,
        award_version=event.version,
        stream=event.stream,
        status=Status(event.status),
        amount_pence=event.amount_pence,
        starts_on=event.starts_on,
        ends_on=event.ends_on,
    )


def _closed(event: AwardDecided) -> FundClosed:
    return FundClosed(
        person_id=event.person_id,
        council=event.council,
        budget_id=budget_id_of(event.council, event.person_id),
        fund_id=fund_id_of(event.award_id),
        award_id=event.award_id,
        award_version=event.version,
        stream=event.stream,
        closed_on=event.rules_as_of,
    )
