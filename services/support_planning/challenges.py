"""Challenges of decisions: made in the person's own words, answered by somebody else with written reasons."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import literal, tuple_
from sqlmodel import col, select

from braid.contracts.award import AwardStatus
from braid.contracts.challenge import ChallengeAnswered, ChallengeOutcome, DecisionChallenged
from braid.contracts.challenge import Challenged as ChallengedTold
from braid.contracts.codes import StreamCode
from braid.kit.forgetting import require_remembered
from braid.kit.http import stale_version
from braid.kit.unit_of_work import UnitOfWork
from services.support_planning import involvements, plan_store, progress_store
from services.support_planning.domain.challenges import Answerer, Challenged, Outcome, bars_to_answering
from services.support_planning.domain.stages import Milestone
from services.support_planning.planning import NoCase
from services.support_planning.tables import ChallengeRow


class NothingToChallenge(Exception):
    """No such decision was taken about the person."""


class AlreadyChallenged(Exception):
    """The decision is challenged already, and not answered yet."""


class AlreadyAnswered(Exception):
    """The challenge was answered."""


class MayNotAnswer(Exception):
    """Somebody may not answer a challenge; ``reasons`` has each reason."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


@dataclass(frozen=True)
class Subject:
    """Which decision is challenged: a stream's, a plan's, or the allocation."""

    about: Challenged
    stream: str | None = None
    plan_id: UUID | None = None


async def challenge(work: UnitOfWork, challenge_id: UUID) -> ChallengeRow | None:
    """A challenge."""
    return (await work.session.scalars(select(ChallengeRow).where(ChallengeRow.challenge_id == challenge_id))).first()


async def challenges_of(work: UnitOfWork, person_id: UUID) -> Sequence[ChallengeRow]:
    """A person's challenges, the latest first."""
    query = select(ChallengeRow).where(ChallengeRow.person_id == person_id)
    return (await work.session.scalars(query.order_by(col(ChallengeRow.recorded_at).desc()))).all()


async def unanswered(
    work: UnitOfWork, most: int, *, after: tuple[datetime, UUID] | None = None
) -> Sequence[ChallengeRow]:
    """Challenges that wait for an answer, the longest wait first.

    Args:
        work: the unit of work.
        most: how many.
        after: when the last one of the page before was made, and its id.
    """
    place = tuple_(col(ChallengeRow.recorded_at), col(ChallengeRow.challenge_id))
    query = select(ChallengeRow).where(col(ChallengeRow.answer).is_(None))
    if after:
        query = query.where(place > tuple_(*map(literal, after)))
    return (await work.session.scalars(query.order_by(place).limit(most))).all()


async def make(
    work: UnitOfWork, person_id: UUID, subject: Subject, words: str, wants: str | None, *, by: str
) -> ChallengeRow:
    """Challenge a decision; nothing that is paid or planned stops by it.

    Raises:
        NoCase: the person is not known here.
        NothingToChallenge: no such decision was taken.
        AlreadyChallenged: a challenge of it waits for its answer.
        Problem: 410, the person's record was erased.
    """
    await work.lock_person(person_id)
    await require_remembered(work, person_id)
    await _require_decided(work, person_id, subject)
    for one in await challenges_of(work, person_id):
        if one.answer is None and (one.about, one.stream, one.plan_id) == (
            subject.about.value,
            subject.stream,
            subject.plan_id,
        ):
            raise AlreadyChallenged("Your challenge of this decision waits for its answer.")
    row = ChallengeRow(
        challenge_id=uuid4(),
        council=work.council,
        person_id=person_id,
        about=subject.about.value,
        stream=subject.stream,
        plan_id=subject.plan_id,
        words=words,
        wants=wants,
        made_on=work.now.date(),
        made_by=by,
        version=1,
        recorded_at=work.now,
    )
    work.session.add(row)
    await work.session.flush()
    await work.publish(
        DecisionChallenged(
            person_id=person_id,
            council=work.council,
            challenge_id=row.challenge_id,
            about=ChallengedTold(row.about),
            stream=StreamCode(row.stream) if row.stream else None,
            plan_id=row.plan_id,
        )
    )
    return row


async def answer(
    work: UnitOfWork, row: ChallengeRow, outcome: Outcome, reasons: str, answerer: Answerer, *, seen_version: int
) -> ChallengeRow:
    """Answer a challenge with written reasons, which the person reads.

    Raises:
        Problem: 412, it changed in the meantime.
        AlreadyAnswered: it was answered.
        MayNotAnswer: they decided it, are involved, or it is their own.
    """
    if row.version != seen_version:
        raise stale_version()
    if row.answer is not None:
        raise AlreadyAnswered("A challenge is answered once; a new decision can be challenged anew.")
    if barred := bars_to_answering(answerer, made_by=row.made_by, decided_by=await _decided_by(work, row)):
        raise MayNotAnswer(barred)
    row.answer = {
        "outcome": outcome.value,
        "reasons": reasons,
        "answered_on": work.now.date().isoformat(),
        "answered_by": answerer.subject,
    }
    row.version += 1
    work.session.add(row)
    await work.session.flush()
    await work.publish(
        ChallengeAnswered(
            person_id=row.person_id,
            council=work.council,
            challenge_id=row.challenge_id,
            about=ChallengedTold(row.about),
            outcome=ChallengeOutcome(outcome.value),
        )
    )
    return row


async def answerer_for(work: UnitOfWork, row: ChallengeRow, subject: str, own_person: UUID | None) -> Answerer:
    """Somebody as one who would answer."""
    return Answerer(subject, own_person == row.person_id, await involvements.of(work, row.person_id, subject))


async def _require_decided(work: UnitOfWork, person_id: UUID, subject: Subject) -> None:
    progress = await progress_store.load(work, person_id)
    if progress is None:
        raise NoCase("No case of this person is known here. Where it was opened just now, try again in a moment.")
    match subject.about:
        case Challenged.ALLOCATION:
            is_there = Milestone.ALLOCATION_CALCULATED in progress.reached
        case Challenged.AWARD:
            awards = await plan_store.awards_of(work, person_id)
            is_there = any(one.stream == subject.stream and one.status != AwardStatus.UNDECIDED for one in awards)
        case Challenged.PLAN:
            plan = await plan_store.plan(work, subject.plan_id) if subject.plan_id else None
            is_there = plan is not None and plan.person_id == person_id and plan.decision is not None
    if not is_there:
        raise NothingToChallenge("Nothing of this kind was decided yet.")


async def _decided_by(work: UnitOfWork, row: ChallengeRow) -> str | None:
    plan = await plan_store.plan(work, row.plan_id) if row.plan_id else None
    return str(plan.decision["decided_by"]) if plan and plan.decision else None
