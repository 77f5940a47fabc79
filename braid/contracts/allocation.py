"""Events of the resource allocation system."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from braid.contracts.codes import Pence, Version
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
