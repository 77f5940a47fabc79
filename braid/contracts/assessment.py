"""Events of the assessment service."""

from datetime import date
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
