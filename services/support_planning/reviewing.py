"""Reviews: planned when a plan is approved, asked for, or called for by what happens; reminded of, compared, held."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid5

from sqlmodel import col, select

from braid.contracts.plan import StepOverdue
from braid.contracts.review import ReviewCompleted, ReviewDue, ReviewKind, ReviewOutcome
from braid.kit.http import stale_version
from braid.kit.unit_of_work import UnitOfWork
from services.support_planning import council_choices, plan_store, reviews_compared, timers
from services.support_planning.asking_the_ledger import AskedByCaller
from services.support_planning.domain.needs import Judged
from services.support_planning.domain.reviews import (
    Compared,
    Kind,
    Met,
    Outcome,
    planned_after_approval,
    require_ground,
)
from services.support_planning.process_manager import end_of, start_of
from services.support_planning.reviews_compared import ComparedOut
from services.support_planning.tables import PlanRow, ReviewRow, TimerRow
from services.support_planning.timers import TimerKind

_REVIEWS = UUID("5d3f4b7e-5f39-5d8c-b6a6-1a4b9b5f2c21")


class AlreadyHeld(Exception):
    """The review was held already."""


class OutcomesNotCovered(Exception):
    """A review says of each outcome of the plan how far it is met."""


async def review(work: UnitOfWork, review_id: UUID, *, for_update: bool = False) -> ReviewRow | None:
    """A review."""
    query = select(ReviewRow).where(ReviewRow.review_id == review_id)
    return (await work.session.scalars(query.with_for_update() if for_update else query)).first()


async def reviews_of(work: UnitOfWork, person_id: UUID) -> Sequence[ReviewRow]:
    """A person's reviews, those that are due first coming first."""
    query = select(ReviewRow).where(ReviewRow.person_id == person_id)
    return (await work.session.scalars(query.order_by(col(ReviewRow.due_on), col(ReviewRow.review_id)))).all()


async def plan_reviews(work: UnitOfWork, row: PlanRow) -> None:
    """Plan the reviews of a plan that was just approved, and the reminders of them."""
    assert row.effective_from is not None, "an approved plan has a day on which it takes effect"
    limits = await council_choices.time_limits(work, row.effective_from)
    awards = await plan_store.awards_of(work, row.person_id)
    dates = {one.stream: one.review_on for one in awards if one.review_on is not None and one.status == "confirmed"}
    ends_on = plan_store.content_of(row.content).ends_on
    for one in planned_after_approval(row.effective_from, ends_on, limits.reviews, dates):
        key = f"{row.plan_id}/{one.kind}/{one.stream or one.due_on}"
        await _open(work, row, one.kind, one.due_on, "Planned.", key=key, stream=one.stream, remind_on=one.remind_on)


async def ask_for(work: UnitOfWork, person_id: UUID, reason: str, due_on: date, *, key: str) -> ReviewRow:
    """Open a review that somebody asks for."""
    plan = await plan_store.in_force(work, person_id, due_on)
    return await _open_for(work, person_id, plan, Kind.REQUESTED, due_on, reason, key=key)


async def call_for(work: UnitOfWork, person_id: UUID, reason: str) -> None:
    """Open a review that something calls for, where a plan is in force and no such review is open already."""
    today = work.now.date()
    plan = await plan_store.in_force(work, person_id, today)
    is_open = any(one.kind == Kind.TRIGGERED and one.held_on is None for one in await reviews_of(work, person_id))
    if plan is None or is_open:
        return
    limits = await council_choices.time_limits(work, today)
    due_on = today + timedelta(weeks=limits.reviews.first_at_latest_after_weeks)
    key = f"{plan.plan_id}/{reason}/{work.now.isoformat()}"
    await _open(work, plan, Kind.TRIGGERED, due_on, reason, key=key, remind_on=today)


async def _open(
    work: UnitOfWork,
    plan: PlanRow,
    kind: Kind,
    due_on: date,
    reason: str,
    *,
    key: str,
    remind_on: date,
    stream: str | None = None,
) -> ReviewRow:
    row = await _open_for(work, plan.person_id, plan, kind, due_on, reason, key=key, stream=stream)
    about = {"review_id": str(row.review_id)}
    await timers.set_timer(
        work, row.person_id, TimerKind.REVIEW_REMINDER, about, start_of(remind_on), key=str(row.review_id)
    )
    return row


async def _open_for(
    work: UnitOfWork,
    person_id: UUID,
    plan: PlanRow | None,
    kind: Kind,
    due_on: date,
    reason: str,
    *,
    key: str,
    stream: str | None = None,
) -> ReviewRow:
    row = ReviewRow(
        review_id=uuid5(_REVIEWS, f"{person_id}/{key}"),
        council=work.council,
        person_id=person_id,
        plan_id=plan.plan_id if plan else None,
        kind=kind.value,
        stream=stream,
        reason=reason,
        due_on=due_on,
        version=1,
    )
    work.session.add(row)
    await work.session.flush()
    about = {"review_id": str(row.review_id)}
    await timers.set_timer(work, person_id, TimerKind.REVIEW_OVERDUE, about, end_of(due_on), key=str(row.review_id))
    return row


async def remind(work: UnitOfWork, timer: TimerRow) -> None:
    """Remind of a review that is not held yet."""
    row = await review(work, UUID(timer.about["review_id"]), for_update=True)
    if row is None or row.held_on is not None:
        return
    row.reminded_at = work.now
    work.session.add(row)
    await work.publish(
        ReviewDue(
            person_id=row.person_id,
            council=work.council,
            review_id=row.review_id,
            kind=ReviewKind(row.kind),
            stream=row.stream,
            due_on=row.due_on,
        )
    )


async def tell_overdue(work: UnitOfWork, timer: TimerRow) -> None:
    """Tell of a review whose day is over."""
    row = await review(work, UUID(timer.about["review_id"]))
    if row is not None and row.held_on is None:
        await work.publish(
            StepOverdue(
                person_id=row.person_id,
                council=work.council,
                stage="review",
                since=row.recorded_at.date(),
                due_on=row.due_on,
            )
        )


async def compared(work: UnitOfWork, row: ReviewRow, ledger: AskedByCaller, on: date) -> Compared:
    """What a review looks at: needs, money, outcomes and spending, when the plan was handed in and now."""
    return await reviews_compared.compared(work, row, await reviews_of(work, row.person_id), ledger, on)


@dataclass(frozen=True)
class Result:
    """What came of a review.

    Args:
        met: how far each outcome of the plan is met, by outcome id.
        words: what was said of it, in the person's words and others'.
        asked_by_person: where money goes down or ends, that the person themselves asks for it.
        judged: what whoever holds it says of differences that cannot be ranked.
    """

    held_on: date
    outcome: Outcome
    met: Mapping[str, Met]
    words: str
    asked_by_person: bool = False
    judged: tuple[Judged, ...] = ()


async def hold(
    work: UnitOfWork, row: ReviewRow, result: Result, ledger: AskedByCaller, *, seen_version: int, by: str
) -> ReviewRow:
    """Keep what came of a review, with what it compared.

    Raises:
        Problem: 412, somebody else kept a result.
        AlreadyHeld: it was held.
        OutcomesNotCovered: an outcome of the plan has no word, or another has.
        NoGroundForLess: money would go down though needs give no ground for it.
        NothingToJudge: a word is said of a need that did not change, or that can be ranked.
    """
    if row.version != seen_version:
        raise stale_version()
    if row.held_on is not None:
        raise AlreadyHeld(f"It was held on {row.held_on}.")
    plan = await plan_store.plan(work, row.plan_id) if row.plan_id else None
    wanted = {one["outcome_id"] for one in plan.content["outcomes"]} if plan else set()
    if wanted != result.met.keys():
        raise OutcomesNotCovered(f"The plan's outcomes are {', '.join(sorted(wanted)) or 'none'}.")
    found = await compared(work, row, ledger, result.held_on)
    ground = require_ground(result.outcome, found.needs, asked_by_person=result.asked_by_person, judged=result.judged)
    row.held_on, row.version = result.held_on, row.version + 1
    row.result = {
        "outcome": result.outcome.value,
        "met": {outcome_id: met.value for outcome_id, met in result.met.items()},
        "words": result.words,
        "asked_by_person": result.asked_by_person,
        "held_by": by,
        "ground_for_less": ground,
        "compared": ComparedOut.model_validate(found, from_attributes=True).model_dump(mode="json"),
    }
    work.session.add(row)
    await work.session.flush()
    for kind in (TimerKind.REVIEW_REMINDER, TimerKind.REVIEW_OVERDUE):
        await timers.drop_timer(work, row.person_id, kind, key=str(row.review_id))
    await work.publish(_completed(row, result))
    return row


def _completed(row: ReviewRow, result: Result) -> ReviewCompleted:
    counted = {met: sum(1 for one in result.met.values() if one is met) for met in Met}
    return ReviewCompleted(
        person_id=row.person_id,
        council=row.council,
        review_id=row.review_id,
        kind=ReviewKind(row.kind),
        outcome=ReviewOutcome(result.outcome.value),
        held_on=result.held_on,
        outcomes_met=counted[Met.MET],
        outcomes_partly_met=counted[Met.PARTLY_MET],
        outcomes_not_met=counted[Met.NOT_MET],
    )
