"""What is told over HTTP about evaluations, in and out."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.outcomes.api.bodies import Day, Part
from services.outcomes.jobs.evaluation_work import ARMS

#: A file of people to compare with, in characters: some ten thousand people.
COMPARISON_MOST = 5_000_000

Measure = Annotated[str, Field(max_length=81, pattern=r"^[a-z][a-z0-9-]*\.[a-z][a-z0-9_]*$")]


class Compare(StrEnum):
    """What is compared with what."""

    BEFORE_AND_AFTER = "before_and_after"
    ARMS = ARMS


class EvaluationIn(Part):
    """What is asked."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"from_day": "2026-01-05", "to_day": "2026-12-27", "compare": "before_and_after"}]
        }
    )

    from_day: Day
    to_day: Day = Field(description="Whole weeks between both days count, Monday to Sunday.")
    compare: Compare = Field(
        description="The same people before and after, or people with a budget beside people known here without one."
    )
    measures: list[Measure] | None = Field(
        None, min_length=1, max_length=50, description="As `<instrument>.<score>`; all that were answered if left out."
    )
    seed: int = Field(1, ge=0, le=2**31, strict=True, description="The same seed makes the same report.")
    draws: int = Field(2000, ge=100, le=100_000, strict=True)
    pounds_a_point: int = Field(
        200, ge=1, le=100_000, strict=True, description="The most that a point, held for a week, may be worth."
    )
    comparison_csv: str | None = Field(
        None,
        min_length=1,
        max_length=COMPARISON_MOST,
        description="People without a budget with what they cost, to compare with in place of those known here; the"
        " columns of a file of people. Kept until the evaluation has ended.",
    )

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.to_day < self.from_day:
            raise ValueError("the last day is before the first")
        if self.comparison_csv and self.compare is not Compare.ARMS:
            raise ValueError("people to compare with are for a comparison of arms")
        return self


class Status(StrEnum):
    """How far a job is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class JobFaultOut(BaseModel):
    """One thing that is wrong with what was given."""

    row: int | None
    column: str
    message: str


class JobProblemOut(BaseModel):
    """Why a job came to nothing."""

    type: str
    title: str
    detail: str
    errors: list[JobFaultOut]


class EvaluationQuestionOut(BaseModel):
    """What was asked."""

    from_day: date
    to_day: date
    weeks_from: date = Field(description="A Monday: the first day that counts.")
    weeks_to: date = Field(description="A Sunday: the last day that counts.")
    compare: Compare
    measures: list[str] | None
    seed: int
    draws: int
    pounds_a_point: int
    has_comparison_file: bool


class EstimateOut(BaseModel):
    """A figure with the ends of its interval, which holds 95 times in 100; null where there is none."""

    value: float | None
    low: float | None
    high: float | None
    p: float | None


class CostOut(BaseModel):
    """What a person-week costs, in pence."""

    stream: str
    group: str | None = Field(description="A user group; null for everybody.")
    budget: EstimateOut
    comparison: EstimateOut | None = Field(description="Null where nothing tells what those without a budget cost.")
    difference: EstimateOut | None


class OutcomeDifferenceOut(BaseModel):
    """A difference in one measure; those with a budget less those without, or after less before."""

    measure: str
    label: str
    group: str | None
    answered: str = Field(description="Whose answers count: `all`, `self` or `others`.")
    people: list[int] | None = Field(description="Of both sides; null where too few to publish.")
    estimate: EstimateOut | None
    adjusted: EstimateOut | None = Field(description="Among people alike in baseline and group.")
    p_holm: float | None
    p_false_discovery: float | None
    finding: str = Field(description="`clear`, `only_if_alone`, `not_clear` or `kept_back`.")


class LeftOutOut(BaseModel):
    """How many people are in no arm, and why."""

    why: str
    people: int


class EvaluationResultsOut(BaseModel):
    """What was found; money in pence a person-week."""

    design: str
    draws: int
    seed: int
    as_of: datetime = Field(description="The moment of the records.")
    people: dict[str, int] = Field(description="By arm.")
    arms: dict[str, str | None] = Field(description="Who they are, and who they are not.")
    left_out: list[LeftOutOut]
    warnings: list[str]
    costs: list[CostOut]
    outcomes: list[OutcomeDifferenceOut]
    groups_differ_p: dict[str, float | None]
    cost_and_effect: list[dict[str, Any]] = Field(description="Empty where nothing tells what those without cost.")


class EvaluationInList(BaseModel):
    """An evaluation in a list."""

    evaluation_id: UUID
    status: Status
    progress: float = Field(description="From 0 to 1.")
    asked_by: str
    asked_at: datetime
    question: EvaluationQuestionOut


class EvaluationsOut(BaseModel):
    """A page of a council's evaluations, the latest first."""

    evaluations: list[EvaluationInList]
    next: str | None = Field(description="Give it as ``after`` for the next page; null on the last one.")


class EvaluationOut(EvaluationInList):
    """An evaluation, how far it is and what it found."""

    results: EvaluationResultsOut | None
    problem: JobProblemOut | None
