"""Events of the assessment service."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from braid.contracts.codes import Pence, UserGroup, Version
from braid.contracts.event import Event, Part

ASSESSMENT_TOPIC = "braid.assessment.v1"


class IncomeLine(Part):
    """One income of the person: a benefit, a pension, earnings."""

    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", description="Code from the fact catalogue.")]
    pence_per_week: Pence


FactValue = bool | int | str | tuple[IncomeLine, ...]


class CaseOpened(Event):
    """A council opened a case for a person."""

    TYPE: ClassVar[str] = "uk.braid.assessment.case-opened.v1"
    TOPIC: ClassVar[str] = ASSESSMENT_TOPIC

    user_group: UserGroup
    opened_on: date


class AssessmentSubmitted(Event):
    """The person, or somebody for them, finished the self-assessment and handed it in."""

    TYPE: ClassVar[str] = "uk.braid.assessment.submitted.v1"
    TOPIC: ClassVar[str] = ASSESSMENT_TOPIC

    assessment_id: UUID
    version: Version
    submitted_on: date


class DayProfile(Part):
    """How often a kind of day comes. Needs are the average; the spread is kept."""

    kind: Annotated[str, Field(description="good, bad or other.", pattern=r"^(good|bad|other)$")]
    days_per_week: Annotated[int, Field(ge=0, le=7)]


class AnswersOfDay(Part):
    """How the answers of a kind of day are other than those of a usual day."""

    kind: Annotated[str, Field(description="good or bad.", pattern=r"^(good|bad)$")]
    answers: Annotated[
        dict[str, tuple[str, ...]], Field(description="Choice codes by question id; only those that differ.")
    ]


class SupportLine(Part):
    """Specialist support that an agreed assessment names one by one, for the exceptional-needs route.

    Prices are not here: they belong to the council's rate card.
    """

    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", description="Kind of support, as on the rate card.")]
    text: str
    minutes_per_day: Annotated[int, Field(ge=1, le=1440)]


class NeedAsked(Part):
    """A question about a need, as far as two agreed assessments must know it to be compared; no words of a person."""

    question_id: str
    domain: Annotated[str, Field(description="Code of the domain of need.")]
    label: Annotated[str, Field(description="The question in a few words.")]
    takes_several: Annotated[bool, Field(description="Whether several answers may apply.")]
    choices: Annotated[
        tuple[str, ...],
        Field(
            description="Codes from least to most need; where several may apply, those alone that are a need, in no"
            " order of need."
        ),
    ]


class AssessmentAgreed(Event):
    """A practitioner and the person agreed the assessment; it is frozen.

    ``answers`` are choice codes by question id, for the resource allocation system. ``facts`` are values by name from
    the fact catalogue (`braid.contracts.facts`), for the funding streams.
    """

    TYPE: ClassVar[str] = "uk.braid.assessment.agreed.v1"
    TOPIC: ClassVar[str] = ASSESSMENT_TOPIC

    assessment_id: UUID
    version: Version
    user_group: UserGroup
    questionnaire: Annotated[str, Field(description="Id of the questionnaire.")]
    questionnaire_version: Version
    agreed_on: Annotated[date, Field(description="The date whose law and figures apply.")]
    answers: dict[str, tuple[str, ...]]
    informal_help: Annotated[
        dict[str, str], Field(description="Help by family and friends, by domain: none, some, most or all.")
    ]
    carer_willing_and_able: Annotated[
        bool | None, Field(description="Null where the carer was not asked: help then reduces nothing.")
    ]
    day_profiles: tuple[DayProfile, ...]
    specialist_support: tuple[SupportLine, ...]
    facts: dict[str, FactValue]
    answers_by_day: Annotated[
        tuple[AnswersOfDay, ...] | None,
        Field(
            description="Answers of kinds of day that differ from a usual one; null in events from before it was asked."
        ),
    ] = None
    replaces: Annotated[
        UUID | None,
        Field(description="The agreed assessment before a change of circumstances; null in the first one."),
    ] = None
    needs_asked: Annotated[
        tuple[NeedAsked, ...] | None,
        Field(
            description="The questions of ``answers``, so that two assessments can be compared without the"
            " questionnaire; null in events from before it was told."
        ),
    ] = None


class CircumstancesChanged(Event):
    """Circumstances changed after an agreement: a new assessment is begun, and the agreed one stands until then."""

    TYPE: ClassVar[str] = "uk.braid.assessment.circumstances-changed.v1"
    TOPIC: ClassVar[str] = ASSESSMENT_TOPIC

    assessment_id: Annotated[UUID, Field(description="The new assessment.")]
    replaces: Annotated[UUID, Field(description="The agreed one that it will replace.")]
    changed_on: date


class WithdrawalReason(StrEnum):
    """Why a person withdrew; their own words stay in the assessment service."""

    OWN_WISH = "own_wish"
    TOO_MUCH_WORK = "too_much_work"
    LESS_MONEY_THAN_BEFORE = "less_money_than_before"
    MOVED_AWAY = "moved_away"
    NO_LONGER_NEEDED = "no_longer_needed"
    OTHER = "other"


class PersonWithdrew(Event):
    """A person withdrew. Nothing was lost, they may come back, and no payment stops by itself."""

    TYPE: ClassVar[str] = "uk.braid.assessment.withdrawn.v1"
    TOPIC: ClassVar[str] = ASSESSMENT_TOPIC

    withdrawn_on: date
    reason: WithdrawalReason
    assessments_ended: Annotated[
        tuple[UUID, ...], Field(description="Assessments that were open and ended unfinished.")
    ]


class CarerOutcome(StrEnum):
    """What came of a carer's own assessment."""

    ELIGIBLE = "eligible"
    NOT_ELIGIBLE = "not_eligible"
    REFUSED = "refused"


class CarerAssessed(Event):
    """A carer's own assessment was made (Care Act 2014 s10); the event is about the person whom they help."""

    TYPE: ClassVar[str] = "uk.braid.assessment.carer-assessed.v1"
    TOPIC: ClassVar[str] = ASSESSMENT_TOPIC

    carer_id: Annotated[UUID, Field(description="Opaque id of the carer.")]
    carer_assessment_id: UUID
    version: Version
    assessed_on: date
    outcome: CarerOutcome
    willing: Annotated[bool | None, Field(description="Null where the carer is not sure, or refused.")]
    able: Annotated[bool | None, Field(description="Null where the carer is not sure, or refused.")]


class PersonErased(Event):
    """Everything that told who a person was is erased here: whoever holds more than money records forgets it too."""

    TYPE: ClassVar[str] = "uk.braid.assessment.person-erased.v1"
    TOPIC: ClassVar[str] = ASSESSMENT_TOPIC
    OVERTAKES: ClassVar[bool] = True

    erased_on: date
    basis: Annotated[str, Field(description="retention_ended or request.", pattern=r"^(retention_ended|request)$")]
