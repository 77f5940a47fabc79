"""Challenging decisions over HTTP: made by the person or for them, read by both sides, answered by somebody else."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field, model_validator

from braid.contracts.codes import StreamCode
from braid.kit.http import Caller, ExpectedVersion, Reading, UnitOfWorkRoute, Writing, entity_tag
from braid.kit.identity import Principal
from braid.kit.paging import Cursor, cursor_of, moment_place
from braid.kit.permissions import Action, may
from braid.kit.problems import not_found, responses
from braid.kit.unit_of_work import UnitOfWork
from services.support_planning import challenges
from services.support_planning.api.finding_plans import KEY, NO_PERSON, NO_VERSION, STALE
from services.support_planning.content import Part, Words
from services.support_planning.domain.challenges import Challenged, Outcome
from services.support_planning.tables import ChallengeRow

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["challenges"])

NOT_YOURS = (404, "No such challenge, or the record is not yours to see.")
_CHALLENGES_A_PAGE = 200


class ChallengeIn(Part):
    """Which decision is challenged, and why."""

    about: Challenged
    stream: Annotated[StreamCode | None, Field(description="Of an award: which stream decided.")] = None
    plan_id: Annotated[UUID | None, Field(description="Of a plan: which one was decided on.")] = None
    words: Annotated[Words, Field(description="What is not right, in the person's own words.")]
    wants: Annotated[Words | None, Field(description="What should be different.")] = None

    @model_validator(mode="after")
    def _says_which(self) -> Self:
        told = (self.stream is not None, self.plan_id is not None)
        if told != (self.about is Challenged.AWARD, self.about is Challenged.PLAN):
            raise ValueError("an award names its stream, a plan its plan_id, and the allocation neither")
        return self


class AnswerIn(Part):
    """What comes of a challenge, and why."""

    outcome: Outcome
    reasons: Annotated[Words, Field(description="The person reads them.")]


class AnswerOut(BaseModel):
    """The answer to a challenge."""

    outcome: Outcome
    reasons: str
    answered_on: date
    answered_by: str


class ChallengeOut(BaseModel):
    """A challenge, and its answer once there is one."""

    challenge_id: UUID
    person_id: UUID
    about: Challenged
    stream: str | None
    plan_id: UUID | None
    words: str
    wants: str | None
    made_on: date
    made_by: str
    answer: AnswerOut | None
    version: int


class ChallengesOut(BaseModel):
    """Challenges."""

    challenges: list[ChallengeOut]


class ChallengesToAnswerOut(ChallengesOut):
    """A page of challenges that wait for an answer."""

    next: str | None = Field(description="What to send as ``after`` to go on.")


@router.post(
    "/people/{person_id}/challenges",
    status_code=201,
    dependencies=[may(Action.CHALLENGE_DECISION)],
    responses=responses(
        KEY,
        NO_PERSON,
        (409, "It is challenged already, and not answered yet."),
        (422, "No such decision was taken."),
    ),
)
async def challenge_decision(
    person_id: UUID, body: ChallengeIn, work: Writing, caller: Caller, response: Response
) -> ChallengeOut:
    """Challenge a decision; nothing that is paid or planned stops by it."""
    if not caller.may_read(person_id):
        raise not_found("person")
    subject = challenges.Subject(body.about, body.stream, body.plan_id)
    row = await challenges.make(work, person_id, subject, body.words, body.wants, by=caller.subject)
    response.headers["Location"] = f"/v1/challenges/{row.challenge_id}"
    return _out(row, response)


@router.get("/people/{person_id}/challenges", dependencies=[may(Action.READ_PLAN)], responses=responses(NO_PERSON))
async def read_challenges(person_id: UUID, work: Reading, caller: Caller) -> ChallengesOut:
    """A person's challenges, the latest first, each with its answer."""
    if not caller.may_read(person_id):
        raise not_found("person")
    return ChallengesOut(challenges=[_out(row) for row in await challenges.challenges_of(work, person_id)])


@router.get(
    "/challenges-to-answer",
    dependencies=[may(Action.READ_PLANNING_QUEUES)],
    responses=responses((403, "The caller is not of the council's staff."), (422, "The cursor is none of ours.")),
)
async def read_unanswered(
    work: Reading,
    after: Cursor = None,
    most: Annotated[int, Query(ge=1, le=_CHALLENGES_A_PAGE)] = 50,
) -> ChallengesToAnswerOut:
    """Challenges that wait for an answer, the longest wait first."""
    found = await challenges.unanswered(work, most + 1, after=moment_place(after) if after else None)
    shown = found[:most]
    work.touches(person_id=[row.person_id for row in shown])
    return ChallengesToAnswerOut(
        challenges=[_out(row) for row in shown],
        next=cursor_of(shown[-1].recorded_at, shown[-1].challenge_id) if len(found) > most else None,
    )


@router.get("/challenges/{challenge_id}", dependencies=[may(Action.READ_PLAN)], responses=responses(NOT_YOURS))
async def read_challenge(challenge_id: UUID, work: Reading, caller: Caller, response: Response) -> ChallengeOut:
    """A challenge, with its answer once there is one."""
    return _out(await _challenge(challenge_id, work, caller), response)


@router.post(
    "/challenges/{challenge_id}/answer",
    dependencies=[may(Action.ANSWER_CHALLENGE)],
    responses=responses(
        KEY,
        NOT_YOURS,
        STALE,
        NO_VERSION,
        (403, "The caller decided it, is involved with the person, or it is their own."),
        (409, "It was answered."),
    ),
)
async def answer_challenge(
    challenge_id: UUID, body: AnswerIn, work: Writing, caller: Caller, seen: ExpectedVersion, response: Response
) -> ChallengeOut:
    """Answer a challenge with written reasons; a decision that changes is taken anew by whoever takes it."""
    row = await _challenge(challenge_id, work, caller)
    await work.lock_person(row.person_id)
    await work.session.refresh(row, with_for_update=True)
    answerer = await challenges.answerer_for(work, row, caller.subject, caller.person_id)
    return _out(await challenges.answer(work, row, body.outcome, body.reasons, answerer, seen_version=seen), response)


async def _challenge(challenge_id: UUID, work: UnitOfWork, caller: Principal) -> ChallengeRow:
    row = await challenges.challenge(work, challenge_id)
    if row is None or not caller.may_read(row.person_id):
        raise not_found("challenge")
    return row


def _out(row: ChallengeRow, response: Response | None = None) -> ChallengeOut:
    if response is not None:
        response.headers.update(entity_tag(row.version))
    return ChallengeOut.model_validate(row, from_attributes=True)
