"""Alignment over the API: whom each question serves, what each stream has and lacks, and how much asking is saved."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from braid.kit.http import Caller, Reading, UnitOfWorkRoute
from braid.kit.permissions import Action, may
from braid.kit.problems import not_found, responses
from services.assessment import store
from services.assessment.access import assessment_to_read
from services.assessment.assessment_views import LackingOut
from services.assessment.bodies import NO_ASSESSMENT, NO_AUTHORITY
from services.assessment.domain.alignment import QuestionCount, count_questions, stream_parts
from services.assessment.domain.questionnaire import Aspect, Question
from services.assessment.domain.questionnaire import Role as AnswerRole
from services.assessment.questionnaire_files import QuestionnaireRefused, released_questionnaire

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["assessment"])


class QuestionCountOut(BaseModel):
    """How many questions one assessment asks, and how many the schemes would if each asked for itself."""

    ours: int
    together: int = Field(description="If each scheme asked for itself what its rules need, and no more.")
    saved: int
    by_scheme: dict[str, int]
    shared: dict[str, int] = Field(description="Questions that serve two schemes or more, with their number.")


class AlignedQuestionOut(BaseModel):
    """A question, and whom its answer serves."""

    question_id: str
    label: str
    serves: list[str]
    fact: str | None
    answered_by: AnswerRole


class QuestionnaireAlignmentOut(BaseModel):
    """Whom the questions of a questionnaire serve."""

    count: QuestionCountOut
    questions: list[AlignedQuestionOut]


class StreamPartOut(BaseModel):
    """What one stream has and lacks; ``ras`` is the indicative allocation."""

    stream: str
    told: list[str]
    to_confirm: list[str]
    lacking: list[LackingOut]


class AssessmentAlignmentOut(BaseModel):
    """How far an assessment serves each stream."""

    count: QuestionCountOut = Field(description="Of the questions that are asked after the answers so far.")
    streams: list[StreamPartOut]
    filled_in: dict[str, dict[str, Any]] = Field(description="Answers to be confirmed, each with its source.")


@router.get(
    "/questionnaires/{questionnaire}/{version}/alignment",
    dependencies=[may(Action.READ_PUBLISHED)],
    responses=responses((404, "No such questionnaire.")),
)
async def read_questionnaire_alignment(questionnaire: str, version: int, _caller: Caller) -> QuestionnaireAlignmentOut:
    """Whom each question serves, and how many fewer there are than on a form for each scheme."""
    try:
        released = released_questionnaire(questionnaire, version)
    except QuestionnaireRefused as error:
        raise not_found("questionnaire") from error
    return QuestionnaireAlignmentOut(
        count=_count(count_questions(released)),
        questions=[_aligned(question) for question in released.questions.values()],
    )


@router.get(
    "/assessments/{assessment_id}/alignment",
    dependencies=[may(Action.READ_RECORD)],
    responses=responses(NO_ASSESSMENT, NO_AUTHORITY),
)
async def read_assessment_alignment(assessment_id: UUID, work: Reading, caller: Caller) -> AssessmentAlignmentOut:
    """What each stream has of an assessment, what it lacks, and what was filled in from where."""
    row = await assessment_to_read(work, caller, assessment_id)
    questionnaire = store.questionnaire_of(row)
    parts = stream_parts(questionnaire, row.answers, row.to_confirm)
    return AssessmentAlignmentOut(
        count=_count(count_questions(questionnaire, row.answers)),
        streams=[StreamPartOut.model_validate(each, from_attributes=True) for each in parts],
        filled_in=row.to_confirm,
    )


def _count(count: QuestionCount) -> QuestionCountOut:
    return QuestionCountOut(
        ours=count.ours,
        together=count.together,
        saved=count.together - count.ours,
        by_scheme=dict(count.by_scheme),
        shared=dict(count.shared),
    )


def _aligned(question: Question) -> AlignedQuestionOut:
    return AlignedQuestionOut(
        question_id=question.question_id,
        label=question.label,
        serves=list(question.serves),
        fact=question.about if question.asks is Aspect.FACT else None,
        answered_by=question.answered_by,
    )
