"""What happened in an assessment, over the API: every answer as it was given, every dispute, every step."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from braid.kit.http import Caller, Reading, UnitOfWorkRoute
from braid.kit.permissions import Action, may
from braid.kit.problems import responses
from services.assessment import store
from services.assessment.access import GivenAs, assessment_to_read
from services.assessment.bodies import NO_ASSESSMENT, NO_AUTHORITY
from services.assessment.tables import AssessmentChangeRow, GivenAnswerRow

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["assessment"])

_DISPUTED, _SETTLED = "disputed", "settled"
#: Begins the steps of which each answer is told by itself.
_ANSWERS = "answers "


class Kind(StrEnum):
    """What sort of thing happened."""

    ANSWER = "answer"
    DISPUTE = "dispute"
    SETTLEMENT = "settlement"
    STEP = "step"


class HappenedOut(BaseModel):
    """Something that happened; what does not belong to its kind is null."""

    kind: Kind
    at: datetime
    by: str = Field(description="The subject of whoever did it, or wrote it down for somebody else.")
    version: int = Field(description="Of the assessment, from then on.")
    question_id: str | None = None
    answer: Any = Field(None, description="Given, or in a dispute the practitioner's; null: it was taken back.")
    own_words: str | None = None
    given_as: GivenAs | None = Field(None, description="In what role it was answered.")
    given_on: date | None = Field(None, description="The day on which it was said, where it was written down later.")
    source: dict[str, Any] | None = Field(None, description="Where it was filled in from, if it was.")
    reason: str | None = Field(None, description="Of a dispute, or how one was settled.")
    counts: str | None = Field(None, description="Whose answer counts, once that is settled.")
    what: str | None = Field(None, description="Which step it was.")


class AssessmentHistoryOut(BaseModel):
    """Everything that happened in an assessment, the latest first."""

    assessment_id: UUID
    person_id: UUID
    happened: list[HappenedOut]


@router.get(
    "/assessments/{assessment_id}/history",
    dependencies=[may(Action.READ_RECORD)],
    responses=responses(NO_ASSESSMENT, NO_AUTHORITY),
)
async def read_history(
    assessment_id: UUID, work: Reading, caller: Caller, question_id: str | None = None
) -> AssessmentHistoryOut:
    """Who answered what and when, and how both sides came to agree; of one question alone, where one is named."""
    row = await assessment_to_read(work, caller, assessment_id)
    given, changes = await store.all_given(work, assessment_id), await store.changes_of(work, assessment_id)
    happened = [each for each in _happened(given, changes) if question_id in (None, each.question_id)]
    return AssessmentHistoryOut(
        assessment_id=row.assessment_id,
        person_id=row.person_id,
        happened=sorted(happened, key=lambda each: each.version, reverse=True),
    )


def _happened(given: Sequence[GivenAnswerRow], changes: Sequence[AssessmentChangeRow]) -> Iterator[HappenedOut]:
    for one in given:
        yield HappenedOut(
            kind=Kind.ANSWER,
            at=one.recorded_at,
            by=one.given_by,
            given_as=GivenAs(one.given_as),
            **one.model_dump(include={"version", "question_id", "answer", "own_words", "given_on", "source"}),
        )
    for change in changes:
        if not change.what.startswith(_ANSWERS):
            yield _step(change)


def _step(change: AssessmentChangeRow) -> HappenedOut:
    done = {"at": change.recorded_at, "by": change.changed_by, "version": change.version}
    told = change.told or {}
    if change.what == _DISPUTED:
        about = {"question_id": told["question"], "answer": told["answer"], "reason": told["reason"]}
        return HappenedOut(kind=Kind.DISPUTE, **done, **about)
    if change.what == _SETTLED:
        about = {"question_id": told["question"], "counts": told["counts"], "reason": told["reason"]}
        return HappenedOut(kind=Kind.SETTLEMENT, **done, **about)
    return HappenedOut(kind=Kind.STEP, **done, what=change.what)
