"""What the process manager does when something happened elsewhere."""

from collections.abc import Awaitable, Callable

from braid.contracts.allocation import AllocationOutcome, IndicativeAllocationCalculated
from braid.contracts.assessment import AssessmentAgreed, CarerAssessed, CaseOpened, CircumstancesChanged, PersonWithdrew
from braid.contracts.award import AwardDecided, AwardStatus, TermKind
from braid.contracts.budget import AlertKind, AlertRaised
from braid.contracts.event import Event
from braid.kit.unit_of_work import UnitOfWork
from services.support_planning import agreed_needs, process_manager, progress_store, reviewing
from services.support_planning.domain import process, progress
from services.support_planning.domain.process import AllocationCalculated, Happened, StreamDecided
from services.support_planning.domain.stages import Milestone
from services.support_planning.tables import AwardRow

#: Alerts that call for a review. Spending little is none of them: who saves in good months is not asked why.
CALL_FOR_REVIEW = frozenset({AlertKind.OVERSPEND, AlertKind.ITEM_OVERSPEND, AlertKind.HELD_PAST_THE_END})


def reached(milestone: Milestone) -> Callable[[Event, UnitOfWork], Awaitable[None]]:
    """A handler that notes a milestone."""

    async def note(event: Event, work: UnitOfWork) -> None:
        await process_manager.note(work, event.person_id, Happened(milestone, work.now))

    return note


async def note_case(event: CaseOpened, work: UnitOfWork) -> None:
    """Note that a case was opened, and for whom."""
    await process_manager.note(work, event.person_id, Happened(Milestone.CASE_OPENED, work.now))
    await progress_store.keep_group(work, event.person_id, event.user_group)


async def note_assessment(event: AssessmentAgreed, work: UnitOfWork) -> None:
    """Note that an assessment was agreed; a new one calls for a review of the plan in force."""
    await agreed_needs.keep(work, event)
    agreement = f"{event.assessment_id}/{event.version}"
    await process_manager.note(work, event.person_id, process.AssessmentAgreed(agreement, work.now))
    await progress_store.keep_group(work, event.person_id, event.user_group)
    await reviewing.call_for(work, event.person_id, "The needs were assessed again.")


async def note_change(event: CircumstancesChanged, work: UnitOfWork) -> None:
    """Open a review of the plan in force where circumstances have changed; the plan and its money stand until then."""
    await work.lock_person(event.person_id)
    await reviewing.call_for(work, event.person_id, "Circumstances have changed.")


async def note_carer(event: CarerAssessed, work: UnitOfWork) -> None:
    """Note a carer's own assessment; where a plan may count on them wrongly, it calls for a review of the one in force.

    The reason names no outcome: a carer's assessment is for the carer and the council's staff.
    """
    told = progress.CarerAssessed(
        str(event.carer_id), event.version, event.assessed_on, event.outcome.value, event.willing, event.able
    )
    now = await process_manager.note(work, event.person_id, told)
    if now.carers[told.carer] == told and told.calls_for_review:
        await reviewing.call_for(work, event.person_id, "A carer's own assessment was made.")


async def note_withdrawal(event: PersonWithdrew, work: UnitOfWork) -> None:
    """Note that the person withdrew: nothing is waited for, nothing is lost, and no payment stops by itself."""
    await process_manager.note(work, event.person_id, process.Withdrew(work.now))


async def note_allocation(event: IndicativeAllocationCalculated, work: UnitOfWork) -> None:
    """Note that the allocation was worked out, or that it needs a person."""
    needs_a_person = event.outcome is AllocationOutcome.NEEDS_A_PERSON
    await process_manager.note(work, event.person_id, AllocationCalculated(event.version, needs_a_person, work.now))


async def note_award(event: AwardDecided, work: UnitOfWork) -> None:
    """Note what a stream decided; one that ends or gives less calls for a review of the plan in force."""
    await process_manager.note(
        work, event.person_id, StreamDecided(event.stream, event.status.value, event.version, work.now)
    )
    row = await work.session.get(AwardRow, event.award_id)
    if row is not None and event.version <= row.version:
        return
    had_pence = row.amount_pence if row is not None and row.status == AwardStatus.CONFIRMED else 0
    has_pence = event.amount_pence if event.status is AwardStatus.CONFIRMED else 0
    reviews = [term.due_on for term in event.terms if term.kind is TermKind.REVIEW and term.due_on]
    await work.session.merge(
        AwardRow(
            award_id=event.award_id,
            council=event.council,
            person_id=event.person_id,
            version=event.version,
            stream=event.stream,
            status=event.status.value,
            amount_pence=event.amount_pence,
            starts_on=event.starts_on,
            ends_on=event.ends_on,
            review_on=min(reviews, default=None),
        )
    )
    await work.session.flush()
    if has_pence < had_pence:
        await reviewing.call_for(work, event.person_id, "A stream gives less than before.")


async def note_alert(event: AlertRaised, work: UnitOfWork) -> None:
    """Open a review where a budget is spent faster than planned, or money is held past its end."""
    if event.kind in CALL_FOR_REVIEW:
        await work.lock_person(event.person_id)
        await reviewing.call_for(work, event.person_id, f"An alert was raised: {event.kind.replace('_', ' ')}.")
