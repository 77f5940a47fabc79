"""What the process manager does when something happened elsewhere."""

from collections.abc import Awaitable, Callable

from braid.contracts.allocation import AllocationOutcome, IndicativeAllocationCalculated
from braid.contracts.award import AwardDecided
from braid.contracts.event import Event
from braid.kit.unit_of_work import UnitOfWork
from services.support_planning import progress_store
from services.support_planning.domain.progress import (
    AllocationCalculated,
    Happened,
    Milestone,
    Progress,
    StreamDecided,
    decide,
)


def reached(milestone: Milestone) -> Callable[[Event, UnitOfWork], Awaitable[None]]:
    """A handler that notes a milestone."""

    async def note(event: Event, work: UnitOfWork) -> None:
        await _apply(event, work, Happened(milestone, work.now))

    return note


async def note_allocation(event: IndicativeAllocationCalculated, work: UnitOfWork) -> None:
    """Note that the allocation was worked out, or that it needs a person."""
    needs_a_person = event.outcome is AllocationOutcome.NEEDS_A_PERSON
    await _apply(event, work, AllocationCalculated(event.version, needs_a_person, work.now))


async def note_award(event: AwardDecided, work: UnitOfWork) -> None:
    """Note what a stream decided."""
    await _apply(event, work, StreamDecided(event.stream, event.status.value, event.version, work.now))


async def _apply(event: Event, work: UnitOfWork, what: Happened | AllocationCalculated | StreamDecided) -> None:
    await work.lock_person(event.person_id)
    progress = await progress_store.load(work, event.person_id) or Progress()
    await progress_store.save(work, event.person_id, decide(progress, what))
