"""Answering over the API: a whole form at once, or one answer after the other, each saved as it is given."""

from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field, model_validator

from braid.kit.http import Caller, ExpectedVersion, Reading, UnitOfWorkRoute, Writing
from braid.kit.identity import Principal
from braid.kit.permissions import Action, may
from braid.kit.problems import Problem, responses
from braid.kit.unit_of_work import UnitOfWork
from services.assessment import answering, store
from services.assessment.access import GivenAs, Hand, assessment_to_change, assessment_to_read, hand_of
from services.assessment.answering import Answering, require_version
from services.assessment.assessment_views import (
    AnswerOut,
    AssessmentOut,
    GivenOut,
    answer_out,
    assessment_out,
    given_out,
)
from services.assessment.bodies import (
    CLOSED,
    KEY,
    NO_ASSESSMENT,
    NO_AUTHORITY,
    NO_VERSION,
    OFFICE,
    STALE,
    Command,
    LongText,
    PlausibleDay,
)
from services.assessment.domain.authority import Act
from services.assessment.domain.questionnaire import Role as AnswerRole
from services.assessment.tables import AssessmentRow

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["assessment"])

_MISFIT = (422, "An answer does not fit its question; nothing was saved.")
QuestionIds = Annotated[list[Annotated[str, Field(max_length=100)]], Field(min_length=1, max_length=500)]


class _Hand(Command):
    """Who answers or acts, where it is not the caller themselves."""

    given_as: GivenAs | None = Field(None, description="In what role; by default the caller's own.")
    authorities: list[UUID] = Field([], max_length=10, description="The authorities to act that it rests on.")
    given_on: PlausibleDay | None = Field(None, description="The day on which it was said; the office's to tell.")


class AnswersIn(_Hand):
    """Answers by question id; null withdraws an answer."""

    answered_as: AnswerRole = Field(description="person: by or for the person. practitioner: the practitioner's own.")
    answers: Annotated[dict[str, Any], Field(min_length=1, max_length=500)]
    own_words: dict[str, LongText] = Field({}, description="Beside an answer of the same request, by question id.")

    @model_validator(mode="after")
    def _words_beside_answers(self) -> Self:
        if alone := sorted(set(self.own_words) - set(self.answers)):
            raise ValueError(f"gives own words without an answer to {', '.join(alone)}; null is an answer too")
        return self


class AnswerIn(_Hand):
    """One answer, in its own shape, and what there is to say beside it. Null without words withdraws it."""

    answered_as: AnswerRole = AnswerRole.PERSON
    answer: Any = None
    own_words: LongText | None = None


class ConfirmationIn(_Hand):
    """Answers that were filled in beforehand and still hold."""

    answered_as: AnswerRole = AnswerRole.PERSON
    questions: QuestionIds


class AnswerHistoryOut(AnswerOut):
    """One answer, and every one before it."""

    history: list["EarlierAnswerOut"] = Field(description="Newest first.")


class EarlierAnswerOut(GivenOut):
    """An answer as it was given."""

    answer: Any


@router.put(
    "/assessments/{assessment_id}/answers",
    dependencies=[may(Action.CHANGE_RECORD)],
    responses=responses(NO_ASSESSMENT, NO_AUTHORITY, CLOSED, STALE, NO_VERSION, _MISFIT),
)
async def save_answers(
    assessment_id: UUID, body: AnswersIn, work: Writing, caller: Caller, seen: ExpectedVersion, response: Response
) -> AssessmentOut:
    """Save answers, all of them or none; the rest stays as it is."""
    row = await assessment_to_change(work, caller, assessment_id)
    hand = await _hand(work, caller, row, body, body.answered_as)
    require_version(row, seen)
    await answering.save_answers(row, Answering(body.answers, body.answered_as, hand, body.own_words), work)
    return await assessment_out(row, work, response)


@router.put(
    "/assessments/{assessment_id}/answers/{question_id}",
    dependencies=[may(Action.CHANGE_RECORD)],
    responses=responses(
        NO_ASSESSMENT,
        NO_AUTHORITY,
        CLOSED,
        (412, "The answer has changed since you read it; both are told, and nothing was overwritten."),
        NO_VERSION,
        _MISFIT,
    ),
)
async def save_answer(
    assessment_id: UUID,
    question_id: str,
    body: AnswerIn,
    work: Writing,
    caller: Caller,
    seen: ExpectedVersion,
    response: Response,
) -> AnswerOut:
    """Save one answer at once. Its ETag is its own: what others save to other questions does not stand in its way.

    ``If-Match: "0"`` says that there was no answer yet. A repeat of what is there already changes nothing.
    """
    row = await assessment_to_change(work, caller, assessment_id)
    hand = await _hand(work, caller, row, body, body.answered_as)
    words = {question_id: body.own_words} if body.own_words else {}
    told = Answering({question_id: body.answer}, body.answered_as, hand, words)
    given = await answering.save_answer(row, question_id, told, work, seen_version=seen)
    return answer_out(row, question_id, given, response)


@router.get(
    "/assessments/{assessment_id}/answers/{question_id}",
    dependencies=[may(Action.READ_RECORD)],
    responses=responses(NO_ASSESSMENT),
)
async def read_answer(
    assessment_id: UUID, question_id: str, work: Reading, caller: Caller, response: Response
) -> AnswerHistoryOut:
    """One answer, who gave it, and every one before it."""
    row = await assessment_to_read(work, caller, assessment_id)
    history = await store.answers_given_to(work, assessment_id, question_id)
    newest = answer_out(row, question_id, history[0] if history else None, response)
    earlier = [EarlierAnswerOut(answer=each.answer, **given_out(each).model_dump()) for each in history]
    return AnswerHistoryOut(**newest.model_dump(), history=earlier)


@router.post(
    "/assessments/{assessment_id}/confirmations",
    dependencies=[may(Action.CHANGE_RECORD)],
    responses=responses(KEY, NO_ASSESSMENT, NO_AUTHORITY, CLOSED, STALE, NO_VERSION, _MISFIT),
)
async def confirm_answers(
    assessment_id: UUID, body: ConfirmationIn, work: Writing, caller: Caller, seen: ExpectedVersion, response: Response
) -> AssessmentOut:
    """Confirm answers that were filled in beforehand, each with its source in sight."""
    row = await assessment_to_change(work, caller, assessment_id)
    hand = await _hand(work, caller, row, body, body.answered_as)
    require_version(row, seen)
    row = await answering.confirm(row, body.questions, body.answered_as, hand, work)
    return await assessment_out(row, work, response)


async def _hand(work: UnitOfWork, caller: Principal, row: AssessmentRow, body: _Hand, role: AnswerRole) -> Hand:
    if role is AnswerRole.PERSON:
        if body.given_as is GivenAs.PRACTITIONER:
            raise Problem(
                422,
                "invalid-request",
                "The request is not valid",
                "A practitioner who sees it otherwise disputes the answer; the person's own answer stays.",
            )
        return await hand_of(
            work,
            caller,
            row.person_id,
            Act.ANSWER,
            given_as=body.given_as,
            authorities=body.authorities,
            on=body.given_on,
        )
    if not caller.roles & OFFICE:
        raise Problem(403, "not-allowed", "Your role does not allow this", "These are the practitioner's questions.")
    return Hand(GivenAs.PRACTITIONER, caller.subject)
