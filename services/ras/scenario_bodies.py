"""Bodies of the scenario API: what is asked, and what is told."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field, model_validator

from services.ras.domain.protection import YEARS_MOST, ShareOf
from services.ras.simulation.protection_rule import PaidBy

BYTES_MOST = 20_000_000
ROWS_MOST = 10_000

Share = Annotated[Decimal, Field(ge=0, le=1, max_digits=8, decimal_places=6)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _OneOf(_Body):
    """A body of which exactly one field is given."""

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if len(self.model_fields_set) != 1:
            raise ValueError(f"give exactly one of {', '.join(type(self).model_fields)}")
        return self


class TableIn(_OneOf):
    """An allocation table: a released one, or the text of a file that nobody has released yet."""

    released: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,80}:[1-9][0-9]{0,5}$", examples=["example-council:2"])] = ""
    text: Annotated[str, Field(min_length=1, max_length=200_000, description="The YAML of a table's file.")] = ""


class ProtectionIn(_Body):
    """How fast a sum may fall, and who pays for that."""

    most_lost_a_year: Annotated[Share, Field(description="0 holds everybody harmless.", examples=["0.10"])]
    share_of: ShareOf = ShareOf.STARTING
    years: Annotated[int, Field(ge=1, le=YEARS_MOST)]
    floor: Annotated[Share, Field(description="Nobody falls below this share of their starting sum meanwhile.")] = (
        Decimal(0)
    )
    paid_by: PaidBy = PaidBy.COUNCIL


class PeopleIn(_OneOf):
    """Whom to try it on; docs/calibration.md tells the columns."""

    csv: Annotated[str, Field(min_length=1, max_length=BYTES_MOST)] = ""
    parquet_base64: Annotated[Base64Bytes, Field(min_length=1, max_length=BYTES_MOST)] = b""
    rows: Annotated[
        list[dict[str, str | int | float]], Field(min_length=1, max_length=ROWS_MOST, description="Values by column.")
    ] = []
    stored: Annotated[Literal[True] | None, Field(description="The council's own people, by their latest figures.")] = (
        None
    )


class ScenarioIn(_Body):
    """What to try out, and on whom."""

    table: TableIn
    against: Annotated[
        TableIn | None, Field(description="A table to compare with; else what people's packages cost now.")
    ] = None
    prices: Annotated[
        Decimal,
        Field(
            gt=0, le=100, max_digits=10, decimal_places=6, description="Every sum of the table is multiplied by this."
        ),
    ] = Decimal(1)
    protection: ProtectionIn | None = None
    budget_pence_per_year: Annotated[int | None, Field(ge=0, le=10**14)] = None
    people: PeopleIn

    def question(self) -> dict[str, Any]:
        """The question as it is stored, without the people."""
        tables = {name: table and table.model_dump(exclude_unset=True) for name, table in self._tables().items()}
        return {**self.model_dump(mode="json", exclude={"people"}), **tables}

    def _tables(self) -> dict[str, TableIn | None]:
        return {"table": self.table, "against": self.against}


class ChangeOut(BaseModel):
    """Winners and losers among some people; pence a year. People without a figure are counted and not compared."""

    name: str
    people: int
    for_a_person: int = Field(description="The table has no figure: a person looks.")
    winners: int
    losers: int
    winners_above_a_tenth: int
    losers_above_a_tenth: int
    gained_pence: int
    lost_pence: int
    before_pence: int
    after_pence: int
    costed_hours_pence: int | None = Field(description="The same needs in hours; null where the table has no hours.")
    gap_pence: int | None = Field(description="The table's figures less the costed hours.")
    below_costed_hours: int | None = Field(description="Whose figure buys less than the hours.")


class CliffOut(BaseModel):
    """What one more point adds."""

    at_points: int
    pence_per_year: int


class YearOut(BaseModel):
    """What a year of protection costs; pence a year."""

    year: int
    pence: int = Field(description="Everybody's sums.")
    cost_pence: int
    council_pence: int = Field(description="What of that the council pays.")
    still_protected: int


class ResultsOut(BaseModel):
    """What would happen; pence a year."""

    table: str
    version: int
    uplift: str
    synthetic: bool
    people: int
    without_figure: dict[str, int] = Field(description="People without a figure, by the reason why a person must look.")
    budget_pence: int | None
    before_pence: int
    total_pence: int = Field(description="All figures; where a person must look, the sum before stands in.")
    covered: int | None = Field(description="Whose figure is at least what the package costs.")
    reductions_refused: int = Field(description="No reassessment is recorded, so the sum stays (Care Act 2014 s.27).")
    groups: list[ChangeOut] = Field(description="Everybody, then each user group.")
    deciles: list[ChangeOut] = Field(description="By tenth of the sum before, the lowest first.")
    cliffs: list[CliffOut]
    years: list[YearOut]
    warnings: list[str]


class FaultOut(BaseModel):
    """One thing that is wrong with the people."""

    row: int | None = Field(description="As a spreadsheet counts: row 1 has the names of the columns.")
    column: str
    message: str


class ScenarioProblemOut(BaseModel):
    """Why there are no results."""

    type: str
    title: str
    detail: str
    errors: list[FaultOut]


class Status(StrEnum):
    """How far a scenario is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class ScenarioInList(BaseModel):
    """A scenario in a list: what was asked, and how far it is."""

    scenario_id: UUID
    status: Status
    progress: float = Field(description="Share of the people that is done, from 0 to 1.")
    asked_by: str
    asked_at: datetime
    question: dict[str, Any] = Field(
        description="What was asked, without the people, and without the texts of tables that nobody has released."
    )


class ScenariosOut(BaseModel):
    """A page of a council's scenarios, the latest first."""

    scenarios: list[ScenarioInList]
    next: str | None = Field(description="Give it as ``after`` for the next page; null on the last one.")


class ScenarioOut(BaseModel):
    """A scenario and how far it is."""

    scenario_id: UUID
    status: Status
    progress: float = Field(description="Share of the people that is done, from 0 to 1.")
    asked_by: str
    question: dict[str, Any] = Field(description="What was asked, without the people.")
    left_out: int = Field(description="Stored people who have no figure yet, or none that can be worked out again.")
    results: ResultsOut | None
    problem: ScenarioProblemOut | None
