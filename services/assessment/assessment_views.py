"""An assessment as it is shown: answers with who gave them, what is open, and what each stream lacks."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from fastapi import Response
from pydantic import BaseModel, Field

from braid.kit.http import entity_tag
from braid.kit.unit_of_work import UnitOfWork
from services.assessment import authority_store, joint_signatures, store
from services.assessment.access import GivenAs
from services.assessment.domain.alignment import SectionProgress, progress, still_lacking
from services.assessment.domain.answers import not_sure_of
from services.assessment.domain.authority import Act, Decision, who_is_waited_for
from services.assessment.domain.questionnaire import Role as AnswerRole
from services.assessment.tables import AssessmentRow, GivenAnswerRow


class LackingOut(BaseModel):
    """An answer that a stream does not have yet."""

    question_id: str
    fact: str | None
    label: str
    answered_by: AnswerRole
    required: bool
    not_sure: bool


class GivenOut(BaseModel):
    """Who gave an answer last, in what role, and when."""

    given_as: GivenAs
    given_by: str
    given_at: datetime
    authorities: list[UUID] = Field(description="The authorities to act that it rests on.")
    given_on: date | None = Field(description="The day on which it was said, where it was written down later.")
    own_words: str | None
    source: dict[str, Any] | None = Field(description="Where it was filled in from, if it was.")
    etag: str = Field(description="Send it in If-Match to change this one answer.")


class AnswerOut(BaseModel):
    """One answer."""

    question_id: str
    answer: Any
    given: GivenOut | None
    to_confirm: bool
    assessment_version: int
    asked: list[str] = Field(description="The questions to show after this answer.")


class DisputeOut(BaseModel):
    """The practitioner's answer beside the person's."""

    answer: Any
    reason: str
    counts: AnswerRole | None = Field(description="Whose answer counts; null while that is open.")
    settled_because: str
    person_agrees: bool | None


class SectionOut(BaseModel):
    """How far a section has got."""

    section_id: str
    title: str
    asked: int
    answered: int
    not_sure: list[str]
    missing: list[str] = Field(description="Required questions without an answer.")
    finished: bool


class WaitingActOut(BaseModel):
    """Something that one of several joint holders did, and that counts once the others have done the same."""

    act: Act
    signed: list[UUID] = Field(description="Authorities whose holders have signed the assessment as it stands.")
    waits_for: list[UUID] = Field(description="Authorities whose holders have not.")


class AssessmentOut(BaseModel):
    """An assessment as it stands."""

    assessment_id: UUID
    person_id: UUID
    version: int
    state: str
    questionnaire: str
    questionnaire_version: int
    answers: dict[str, Any]
    asked: list[str] = Field(description="The questions to show: those that can matter after the answers so far.")
    submitted_on: date | None
    agreed_on: date | None
    still_lacking: dict[str, list[LackingOut]] = Field(description="By stream; ``ras`` is the indicative allocation.")
    given: dict[str, GivenOut] = Field(description="By question: who gave the answer.")
    sections: list[SectionOut]
    not_sure: list[str] = Field(description="Questions of which somebody is not sure.")
    to_confirm: dict[str, dict[str, Any]] = Field(
        description="Answers filled in beforehand or asked again, each with its source."
    )
    disputes: dict[str, DisputeOut]
    to_settle: dict[str, str] = Field(description="What keeps person and practitioner from agreeing, by question.")
    waiting_acts: list[WaitingActOut] = Field(description="A change of the assessment ends them: it is signed anew.")
    replaces: UUID | None = Field(description="The agreed assessment before the change of circumstances.")
    changed_on: date | None


async def assessment_out(row: AssessmentRow, work: UnitOfWork, response: Response) -> AssessmentOut:
    """An assessment as its reader sees it, with its version in the headers."""
    response.headers.update(entity_tag(row.version))
    questionnaire, state = store.questionnaire_of(row), store.aggregate_of(row)
    given = await store.given_answers(work, row.assessment_id)
    plain = {"assessment_id", "person_id", "version", "state", "questionnaire", "questionnaire_version", "answers"}
    return AssessmentOut(
        **row.model_dump(include=plain | {"submitted_on", "agreed_on", "to_confirm", "replaces", "changed_on"}),
        asked=[question.question_id for question in questionnaire.asked(row.answers)],
        still_lacking={
            stream: [LackingOut.model_validate(each, from_attributes=True) for each in answers]
            for stream, answers in still_lacking(questionnaire, row.answers).items()
        },
        given={question_id: given_out(each) for question_id, each in given.items()},
        sections=[_section_out(each) for each in progress(questionnaire, row.answers)],
        not_sure=[question.question_id for question in not_sure_of(questionnaire, row.answers)],
        disputes={name: DisputeOut.model_validate(each, from_attributes=True) for name, each in state.disputes.items()},
        to_settle=state.to_settle(questionnaire),
        waiting_acts=await _waiting_acts(row, work),
    )


async def _waiting_acts(row: AssessmentRow, work: UnitOfWork) -> list[WaitingActOut]:
    waiting = await joint_signatures.waiting(work, row.person_id, joint_signatures.paper_of(row))
    if not waiting:
        return []
    known, today = await authority_store.authorities_of(work, row.person_id), work.now.date()
    acts = []
    for act in dict.fromkeys(Act(each.act) for each in waiting):
        signed = [str(each.authority_id) for each in waiting if each.act == act]
        absent = who_is_waited_for(known, signed, Decision.ASSESSMENT, today)
        acts.append(WaitingActOut(act=act, signed=list(map(UUID, signed)), waits_for=list(map(UUID, absent))))
    return acts


def given_out(given: GivenAnswerRow) -> GivenOut:
    """Who gave an answer."""
    return GivenOut(
        given_as=GivenAs(given.given_as),
        given_by=given.given_by,
        given_at=given.recorded_at,
        authorities=[UUID(each) for each in given.authorities or ()],
        given_on=given.given_on,
        own_words=given.own_words,
        source=given.source,
        etag=answer_tag(given)["ETag"],
    )


def answer_out(row: AssessmentRow, question_id: str, given: GivenAnswerRow | None, response: Response) -> AnswerOut:
    """One answer, with its own version in the headers."""
    response.headers.update(answer_tag(given))
    return AnswerOut(
        question_id=question_id,
        answer=row.answers.get(question_id),
        given=given_out(given) if given else None,
        to_confirm=question_id in row.to_confirm,
        assessment_version=row.version,
        asked=[question.question_id for question in store.questionnaire_of(row).asked(row.answers)],
    )


def answer_tag(given: GivenAnswerRow | None) -> Mapping[str, str]:
    """The ETag of one answer: the version at which it was given last, 0 where it never was."""
    return entity_tag(given.version if given else 0)


def _section_out(section: SectionProgress) -> SectionOut:
    return SectionOut.model_validate(section, from_attributes=True)
