"""What the ledger does when something happened elsewhere."""

from uuid import UUID

from sqlmodel import select

from braid.contracts.award import AwardDecided, Cadence
from braid.contracts.award import AwardStatus as Status
from braid.contracts.budget import BudgetOpened, FundClosed, FundOpened
from braid.kit.unit_of_work import UnitOfWork
from services.ledger import journal_store
from services.ledger.domain.funds import Award, AwardStatus, FundChange, OpenFund, budget_id_of, change_for, fund_id_of
from services.ledger.domain.journal import reversal_of
from services.ledger.tables import AwardSeenRow, BudgetRow, FundRow


async def record_award(event: AwardDecided, work: UnitOfWork) -> None:
    """Open, replace or close the ring-fenced fund of an award, and post what is confirmed."""
    await work.lock_person(event.person_id)
    award = _award(event)
    seen = await _seen(work, event)
    row = await _open_fund_row(work, award.award_id)
    change = change_for(
        award,
        seen_version=seen.version,
        current=await _open_fund(work, row),
        budget_id=budget_id_of(event.council, event.person_id),
    )
    if change is None:
        return
    seen.version = award.version
    work.session.add(seen)
    if change.closes and row:
        await _close(work, event, row, change.closes)
    if change.opens:
        await _open(work, event, change, fund_id_of(award))


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


async def _open_fund_row(work: UnitOfWork, award_id: UUID) -> FundRow | None:
    query = select(FundRow).where(FundRow.award_id == award_id, FundRow.closed_on == None)  # noqa: E711
    return (await work.session.scalars(query)).first()


async def _open_fund(work: UnitOfWork, row: FundRow | None) -> OpenFund | None:
    if row is None:
        return None
    entry = await journal_store.read_entry(work, row.entry_sequence) if row.entry_sequence else None
    return OpenFund(row.fund_id, entry, row.entry_sequence)


async def _close(work: UnitOfWork, event: AwardDecided, row: FundRow, fund: OpenFund) -> None:
    if fund.entry and fund.sequence:
        reason = f"Version {event.version} of the award takes the place of version {row.award_version}"
        await journal_store.post(work, reversal_of(fund.entry, fund.sequence, reason))
    row.closed_on, row.closed_by_version = event.rules_as_of, event.version
    work.session.add(row)
    await work.session.flush()
    await work.publish(
        FundClosed(
            person_id=event.person_id,
            council=event.council,
            budget_id=row.budget_id,
            fund_id=row.fund_id,
            award_id=row.award_id,
            award_version=event.version,
            stream=row.stream,
            closed_on=event.rules_as_of,
        )
    )


async def _open(work: UnitOfWork, event: AwardDecided, change: FundChange, fund_id: UUID) -> None:
    budget_id = await _budget(work, event)
    sequence = await journal_store.post(work, change.posts) if change.posts else None
    work.session.add(_fund_row(event, budget_id, fund_id, sequence))
    await work.publish(
        FundOpened(
            person_id=event.person_id,
            council=event.council,
            budget_id=budget_id,
            fund_id=fund_id,
            award_id=event.award_id,
            award_version=event.version,
            stream=event.stream,
            status=Status(event.status),
            amount_pence=event.amount_pence,
            starts_on=event.starts_on,
            ends_on=event.ends_on,
        )
    )


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


def _fund_row(event: AwardDecided, budget_id: UUID, fund_id: UUID, sequence: int | None) -> FundRow:
    return FundRow(
        fund_id=fund_id,
        council=event.council,
        budget_id=budget_id,
        award_id=event.award_id,
        award_version=event.version,
        stream=event.stream,
        status=event.status.value,
        decided_by=event.decided_by,
        amount_pence=event.amount_pence,
        contribution_pence=event.contribution_pence,
        starts_on=event.starts_on,
        ends_on=event.ends_on,
        cadence=event.cadence.value,
        permitted_uses=[use.model_dump(mode="json") for use in event.permitted_uses],
        conditions=list(event.conditions),
        entry_sequence=sequence,
    )
