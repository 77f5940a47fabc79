"""Events of the resource allocation system."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from braid.contracts.codes import PENCE_MAX, Pence, Version
from braid.contracts.event import Event, Part

ALLOCATION_TOPIC = "braid.allocation.v1"


class AllocationOutcome(StrEnum):
    """What the resource allocation system could say."""

    CALCULATED = "calculated"
    NEEDS_A_PERSON = "needs_a_person"


class AllocationLine(Part):
    """One line of the working; the lines add up to the allocation exactly."""

    code: str
    text: Annotated[str, Field(description="The step in plain words.")]
    pence_per_year: Pence


class DayFigure(Part):
    """One kind of day, for planning: what the sum would be if every day were such."""

    kind: Annotated[str, Field(description="good, bad or other.", pattern=r"^(good|bad|other)$")]
    days_per_week: Annotated[int, Field(ge=0, le=7)]
    points_thousandths: Annotated[int, Field(ge=0)]
    pence_per_year: Pence


class IndicativeAllocationCalculated(Event):
    """The resource allocation system put a first figure on an agreed assessment.

    A starting point for planning, never a decision. With ``needs_a_person`` there is no figure and ``notes`` say why.
    """

    TYPE: ClassVar[str] = "uk.braid.allocation.indicative-calculated.v1"
    TOPIC: ClassVar[str] = ALLOCATION_TOPIC

    allocation_id: UUID
    version: Version
    assessment_id: UUID
    assessment_version: Version
    outcome: AllocationOutcome
    table: Annotated[str, Field(description="Id of the council's allocation table.")]
    table_version: Version
    as_of: Annotated[date, Field(description="The date whose table and prices apply.")]
    points_thousandths: Annotated[int, Field(ge=0, description="Net points after informal help, in thousandths.")]
    pence_per_year: Pence
    lines: tuple[AllocationLine, ...]
    notes: tuple[str, ...]
    days: Annotated[
        tuple[DayFigure, ...],
        Field(description="The spread of good and bad days; empty where the table does not price them."),
    ]
    costed_hours_pence_per_year: Annotated[
        int | None,
        Field(ge=0, le=PENCE_MAX, description="What the hours behind the answers cost; null where no hours are set."),
    ]


class PhasedYear(Part):
    """What one year has while a figure falls step by step."""

    year: Annotated[int, Field(ge=1, le=100, description="1 is the first year after the decision.")]
    pence_per_year: Pence


class SettledBy(StrEnum):
    """In which role somebody settled a final figure."""

    PRACTITIONER = "practitioner"
    APPROVER = "approver"


class SettlementGrounds(StrEnum):
    """Why a final figure may be lower than one that was assessed."""

    LESS_NEED = "less_need"
    HELP_BY_OTHERS = "help_by_others"
    LOWER_PRICE = "lower_price"
    MET_BY_OTHER_MONEY = "met_by_other_money"


class AllocationSettled(Event):
    """Somebody settled the final figure that support is planned with, itemised.

    The reason in words, who gave it and whose help was counted stay where they were recorded: they may tell of other
    people. Their role and the grounds are told, since funders and the person must know why a figure is what it is.
    """

    TYPE: ClassVar[str] = "uk.braid.allocation.settled.v1"
    TOPIC: ClassVar[str] = ALLOCATION_TOPIC

    allocation_id: Annotated[UUID, Field(description="The indicative allocation that was settled.")]
    settlement_id: UUID
    version: Annotated[Version, Field(description="Rises by one with each settlement of this person.")]
    assessment_id: UUID
    assessment_version: Version
    decided_on: date
    decided_by: Annotated[
        SettledBy | None, Field(description="The role of whoever settled it; null in events from before it was told.")
    ] = None
    grounds: Annotated[
        SettlementGrounds | None,
        Field(description="Why it is lower than one that was assessed; null where it is not, or none were given."),
    ] = None
    indicative_pence_per_year: Annotated[
        int | None, Field(ge=0, le=PENCE_MAX, description="Null where the table had no figure.")
    ]
    pence_per_year: Pence
    lines: Annotated[tuple[AllocationLine, ...], Field(description="They add up to the final figure exactly.")]
    flags: Annotated[tuple[str, ...], Field(description="What a reader would ask about, in plain words.")]
    phased: Annotated[
        tuple[PhasedYear, ...], Field(description="What each year has where a fall is phased; empty where it is not.")
    ]
