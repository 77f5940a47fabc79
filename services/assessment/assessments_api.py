"""The life of an assessment over the API: begun, read, handed in, agreed, changed circumstances, withdrawn."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from braid.contracts.assessment import WithdrawalReason
from braid.kit.http import Caller, ExpectedVersion, Reading, UnitOfWorkRoute, Writing
from braid.kit.permissions import Action, may
from braid.kit.problems import responses
from services.assessment import agreeing, handlers, joint_signatures
from services.assessment.access import (
    GivenAs,
    Hand,
    assessment_to_change,
    assessment_to_read,
    hand_of,
    person_to_change,
)
from services.assessment.assessment_views import AssessmentOut, assessment_out
from services.assessment.bodies import (
    CLOSED,
    INVALID,
    KEY,
    NO_ASSESSMENT,
    NO_AUTHORITY,
    NO_PERSON,
    NO_VERSION,
    STALE,
    Command,
    LongText,
    PlausibleDay,
)
from services.assessment.domain.authority import Act
from services.assessment.domain.questionnaire import Role as AnswerRole

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["assessment"])

_WAITS = "Signed by one of several joint holders: nothing is done until the others have signed the same."
_INCOMPLETE = (422, "An answer is missing or unconfirmed; each names the streams that need it.")


class BeginIn(Command):
    """Which questionnaire to begin with; the newest version is taken."""

    questionnaire: Annotated[str, Field(min_length=1, max_length=64)]
    fill_in: bool = Field(
        False,
        description="Fill in what is known from the person's record and their last agreed assessment, to confirm.",
    )


class SubmissionIn(Command):
    """The day on which the assessment is handed in, and by whom where it is not the caller."""

    submitted_on: PlausibleDay
    given_as: GivenAs | None = None
    authorities: list[UUID] = Field(
        [], max_length=10, description="Joint holders are named together, or sign one after the other."
    )


class AgreementIn(Command):
    """The day whose law and figures apply from here on."""

    agreed_on: PlausibleDay
    agreed_with: GivenAs = Field(GivenAs.PERSON, description="Who agreed for the person, if not they themselves.")
    authorities: list[UUID] = Field([], max_length=10)


class DisputeIn(Command):
    """The practitioner's answer, and why."""

    answer: Any
    reason: LongText


class SettlementIn(Command):
    """Whose answer counts, and why."""

    counts: AnswerRole
    reason: LongText
    person_agrees: bool = Field(description="Where they do not, the council decides, and they may challenge it.")


class ChangeIn(Command):
    """Circumstances changed after an agreement."""

    changed_on: PlausibleDay


class DifferenceOut(BaseModel):
    """One question that is answered in another way than before."""

    question_id: str
    label: str
    before: Any
    now: Any
    kind: str = Field(description="other, new or gone.")


class DifferencesOut(BaseModel):
    """What is other than in the agreed assessment before."""

    before: UUID
    differences: list[DifferenceOut]


class WithdrawalIn(Command):
    """The person withdraws."""

    withdrawn_on: PlausibleDay
    reason: WithdrawalReason
    own_words: Annotated[str, Field(max_length=4000)] = ""


class WithdrawalOut(BaseModel):
    """A withdrawal; everything that was told is kept, and a new assessment may be begun at any time."""

    person_id: UUID
    withdrawn_on: date
    reason: WithdrawalReason
    assessments_ended: list[UUID]
    waits_for: list[UUID] = Field(
        [], description="Authorities of joint holders who must withdraw too before it counts."
    )


@router.post(
    "/people/{person_id}/assessments",
    dependencies=[may(Action.CHANGE_RECORD)],
    status_code=201,
    responses=responses(KEY, NO_PERSON, NO_AUTHORITY, (422, "No such questionnaire.")),
)
async def begin_assessment(
    person_id: UUID, body: BeginIn, work: Writing, caller: Caller, response: Response
) -> AssessmentOut:
    """Begin an assessment."""
    person = await person_to_change(work, caller, person_id)
    row = await handlers.begin_assessment(person, body.questionnaire, work, by=caller.subject, fill_in=body.fill_in)
    response.headers["Location"] = f"/v1/assessments/{row.assessment_id}"
    return await assessment_out(row, work, response)


@router.get(
    "/assessments/{assessment_id}",
    dependencies=[may(Action.READ_RECORD)],
    responses=responses(NO_ASSESSMENT, NO_AUTHORITY),
)
async def read_assessment(assessment_id: UUID, work: Reading, caller: Caller, response: Response) -> AssessmentOut:
    """An assessment, who answered what, and what each stream still lacks."""
    row = await assessment_to_read(work, caller, assessment_id)
    return await assessment_out(row, work, response)


@router.post(
    "/assessments/{assessment_id}/submission",
    dependencies=[may(Action.CHANGE_RECORD)],
    responses={
        202: {"model": AssessmentOut, "description": _WAITS},
        **responses(KEY, NO_ASSESSMENT, NO_AUTHORITY, CLOSED, STALE, NO_VERSION, _INCOMPLETE),
    },
)
async def submit(
    assessment_id: UUID, body: SubmissionIn, work: Writing, caller: Caller, seen: ExpectedVersion, response: Response
) -> AssessmentOut:
    """Hand the person's answers in."""
    row = await assessment_to_change(work, caller, assessment_id)
    hand = await hand_of(
        work,
        caller,
        row.person_id,
        Act.HAND_IN,
        given_as=body.given_as,
        authorities=body.authorities,
        on=body.submitted_on,
        paper=joint_signatures.paper_of(row),
    )
    row = await handlers.submit(row, body.submitted_on, work, hand, seen_version=seen)
    _say_if_it_waits(hand, response)
    return await assessment_out(row, work, response)


@router.put(
    "/assessments/{assessment_id}/disputes/{question_id}",
    dependencies=[may(Action.AGREE_ASSESSMENT)],
    responses=responses(NO_ASSESSMENT, CLOSED, STALE, NO_VERSION, INVALID),
)
async def dispute(
    assessment_id: UUID,
    question_id: str,
    body: DisputeIn,
    work: Writing,
    caller: Caller,
    seen: ExpectedVersion,
    response: Response,
) -> AssessmentOut:
    """Put the practitioner's answer beside the person's, with a reason; both stay in sight."""
    row = await assessment_to_change(work, caller, assessment_id)
    told = agreeing.DisputeTold(question_id, body.answer, body.reason)
    row = await agreeing.dispute(row, told, work, seen_version=seen, by=caller.subject)
    return await assessment_out(row, work, response)


@router.post(
    "/assessments/{assessment_id}/disputes/{question_id}/settlement",
    dependencies=[may(Action.AGREE_ASSESSMENT)],
    responses=responses(KEY, NO_ASSESSMENT, CLOSED, STALE, NO_VERSION, INVALID),
)
async def settle(
    assessment_id: UUID,
    question_id: str,
    body: SettlementIn,
    work: Writing,
    caller: Caller,
    seen: ExpectedVersion,
    response: Response,
) -> AssessmentOut:
    """Say whose answer counts, and whether the person agrees with that."""
    row = await assessment_to_change(work, caller, assessment_id)
    told = agreeing.SettlementTold(question_id, body.counts, body.reason, body.person_agrees)
    row = await agreeing.settle(row, told, work, seen_version=seen, by=caller.subject)
    return await assessment_out(row, work, response)


@router.post(
    "/assessments/{assessment_id}/agreement",
    dependencies=[may(Action.AGREE_ASSESSMENT)],
    responses={
        202: {"model": AssessmentOut, "description": _WAITS},
        **responses(
            KEY,
            NO_ASSESSMENT,
            NO_AUTHORITY,
            CLOSED,
            (409, "A dispute is open, or nobody is sure of a need."),
            STALE,
            NO_VERSION,
            _INCOMPLETE,
        ),
    },
)
async def agree(
    assessment_id: UUID, body: AgreementIn, work: Writing, caller: Caller, seen: ExpectedVersion, response: Response
) -> AssessmentOut:
    """Agree and freeze the assessment; the allocation and the streams follow at once."""
    row = await assessment_to_change(work, caller, assessment_id)
    hand = await hand_of(
        work,
        caller,
        row.person_id,
        Act.AGREE,
        given_as=body.agreed_with,
        authorities=body.authorities,
        on=body.agreed_on,
        paper=joint_signatures.paper_of(row),
    )
    row = await handlers.agree(row, body.agreed_on, work, hand, seen_version=seen)
    _say_if_it_waits(hand, response)
    return await assessment_out(row, work, response)


def _say_if_it_waits(hand: Hand, response: Response) -> None:
    if hand.waits_for:
        response.status_code = 202


@router.post(
    "/assessments/{assessment_id}/changes-of-circumstances",
    dependencies=[may(Action.CHANGE_RECORD)],
    status_code=201,
    responses=responses(KEY, NO_ASSESSMENT, NO_AUTHORITY, CLOSED, INVALID),
)
async def change_circumstances(
    assessment_id: UUID, body: ChangeIn, work: Writing, caller: Caller, response: Response
) -> AssessmentOut:
    """Open a new version of an agreed assessment, filled in with what was agreed; the old one stays as it is."""
    before = await assessment_to_change(work, caller, assessment_id)
    row = await agreeing.change_circumstances(before, body.changed_on, work, by=caller.subject)
    response.headers["Location"] = f"/v1/assessments/{row.assessment_id}"
    return await assessment_out(row, work, response)


@router.get(
    "/assessments/{assessment_id}/differences",
    dependencies=[may(Action.READ_RECORD)],
    responses=responses((404, "No such assessment, nothing before it, or the record is not yours to see.")),
)
async def read_differences(assessment_id: UUID, work: Reading, caller: Caller) -> DifferencesOut:
    """What is other than in the agreed assessment before the change of circumstances."""
    row = await assessment_to_read(work, caller, assessment_id)
    before, differences = await agreeing.differences(row, work)
    return DifferencesOut(
        before=before, differences=[DifferenceOut.model_validate(each, from_attributes=True) for each in differences]
    )


@router.post(
    "/people/{person_id}/withdrawal",
    dependencies=[may(Action.CHANGE_RECORD)],
    status_code=201,
    responses={
        202: {"model": WithdrawalOut, "description": _WAITS},
        **responses(KEY, NO_PERSON, NO_AUTHORITY, INVALID),
    },
)
async def withdraw(
    person_id: UUID, body: WithdrawalIn, work: Writing, caller: Caller, response: Response
) -> WithdrawalOut:
    """Withdraw at any time. Nothing is lost, and coming back later is as if one had never left."""
    person = await person_to_change(work, caller, person_id)
    hand = await hand_of(
        work,
        caller,
        person_id,
        Act.AGREE,
        authorities=[],
        on=body.withdrawn_on,
        paper=joint_signatures.paper_of_withdrawal(body.withdrawn_on, body.reason),
    )
    told = agreeing.WithdrawalTold(body.withdrawn_on, body.reason, body.own_words)
    ended = await agreeing.withdraw(person, told, work, hand)
    _say_if_it_waits(hand, response)
    return WithdrawalOut(
        person_id=person_id,
        withdrawn_on=body.withdrawn_on,
        reason=body.reason,
        assessments_ended=ended,
        waits_for=[UUID(each) for each in hand.waits_for],
    )
