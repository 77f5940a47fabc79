"""What is told over HTTP about statutory returns, in and out."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.outcomes.api.bodies import Day, Part
from services.outcomes.api.evaluation_bodies import JobProblemOut, LeftOutOut, Status


class ReturnIn(Part):
    """What is asked."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"quarter_ends_on": "2026-12-31", "la_code": "503"}]})

    quarter_ends_on: Day = Field(description="The last day of a quarter that is over; a return tells of twelve months.")
    la_code: Annotated[str, Field(pattern=r"^[0-9]{3}$")] | None = Field(
        None, description="The Department's code of the council; that of the latest return if left out."
    )


class DiscardedOut(BaseModel):
    """What was discarded."""

    discarded: int = Field(description="Returns whose file is gone now; their counts stay.")


class FieldCountsOut(BaseModel):
    """How the values of one field fared."""

    field: str
    module: str
    asked_is_confirmed: bool = Field(description="Whether a source says when the field is asked for.")
    counts: dict[str, int] = Field(description="By check, in the Department's words.")


class NeverToldOut(BaseModel):
    """A field that is blank in every row."""

    field: str
    why: str


class PeriodOut(BaseModel):
    """Both days included."""

    starts_on: date
    ends_on: date


class ReturnResultsOut(BaseModel):
    """How a return fared when it was made."""

    as_of: datetime = Field(description="The moment of the records.")
    period: PeriodOut
    people: int
    erased_since: int = Field(description="People whose records were erased since: the file has no row of theirs.")
    rows: int
    faults: int
    may_be_sent: bool
    events: dict[str, int] = Field(description="Rows by kind of event.")
    fields: list[FieldCountsOut]
    never_told: list[NeverToldOut]
    left_out: list[LeftOutOut] = Field(description="What has no row, and of how many people.")


class ReturnInList(BaseModel):
    """A return in a list."""

    return_id: UUID
    status: Status
    progress: float = Field(description="From 0 to 1.")
    asked_by: str
    asked_at: datetime
    quarter_ends_on: date
    la_code: str
    kept_until: date = Field(description="The last day on which its file is there.")
    is_kept: bool = Field(description="Whether its file is there.")


class ReturnsOut(BaseModel):
    """A page of a council's returns, the latest first."""

    returns: list[ReturnInList]
    next: str | None = Field(description="Give it as ``after`` for the next page; null on the last one.")


class ReturnOut(ReturnInList):
    """A return, how far it is and how it fared."""

    results: ReturnResultsOut | None
    problem: JobProblemOut | None
