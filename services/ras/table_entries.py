"""The form of an allocation table's file: what may stand in it, and that every value says where it comes from."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from braid.contracts.codes import CouncilCode, UserGroup
from services.ras.domain.costed_lines import RoundTo
from services.ras.domain.points import Counting
from services.ras.domain.protection import ShareOf

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Text = Annotated[str, Field(min_length=1)]
Exact = Annotated[str, Field(pattern=r"^\d+(\.\d+)?$|^\d+/[1-9]\d*$")] | Annotated[int, Field(ge=0)]
WholePence = Annotated[int, Field(ge=0)]
Codes = Annotated[list[Code], Field(min_length=1)]


class Strict(BaseModel):
    """A part of a file; an unknown key is refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Source(Strict):
    """Where a value comes from. ``inferred`` is our arithmetic on published figures; ``made_up`` is ours alone."""

    kind: Literal["published", "inferred", "made_up"]
    title: Text
    pinpoint: str = ""
    href: str = ""


class QuestionEntry(Strict):
    id: Code
    label: Text
    domain: Code
    several: bool
    choices: Annotated[dict[Code, Text], Field(min_length=1)]


class QuestionnaireFile(Strict):
    id: str
    version: Annotated[int, Field(ge=1)]
    domains: Annotated[dict[Code, Text], Field(min_length=1)]
    questions: Annotated[list[QuestionEntry], Field(min_length=1)]


class KnotEntry(Strict):
    points: Exact
    pence_per_week: WholePence | None = None
    pence_per_year: WholePence | None = None
    source: Source


class KnotsEntry(Strict):
    kind: Literal["linear_between_knots"]
    knots: list[KnotEntry]


class BandEntry(Strict):
    points_from: int
    points_to: int
    pence_per_year: WholePence
    source: Source


class BandsEntry(Strict):
    """Bands. ``begins_at`` says that lower scores have no row here, and so go to a person."""

    kind: Literal["bands"]
    begins_at: Annotated[int, Field(ge=0)] = 0
    bands: list[BandEntry]


class PriceEntry(Strict):
    kind: Literal["price_per_point"]
    pence_per_point_per_week: Exact
    points_max: Exact
    source: Source


class SquareEntry(Strict):
    kind: Literal["square_of_a_sum"]
    base: Exact
    points_max: Exact
    source: Source


class WeightEntry(Strict):
    """What the points of a question count for where other answers are such."""

    factor: Exact
    where: dict[Code, Codes] = {}


class LeastScoreEntry(Strict):
    points: Exact
    where: Annotated[dict[Code, Codes], Field(min_length=1)]
    text: Text


class PointsEntry(Strict):
    """Points for answers.

    ``no_order`` names questions whose choices are no degrees of need, such as where somebody lives.
    """

    source: Source
    counting: dict[Code, Annotated[Counting, Field(strict=False)]] = {}
    by_question: dict[Code, dict[Code, Exact]]
    weights: dict[Code, Annotated[list[WeightEntry], Field(min_length=1)]] = {}
    no_order: list[Code] = []
    least_scores: list[LeastScoreEntry] = []


class HelpEntry(Strict):
    source: Source
    multipliers: dict[str, Exact]


class RateEntry(Strict):
    pence_per_hour: Exact
    inferred: bool
    priced_on: date | None = None
    source: Source


class RateCardEntry(Strict):
    days_per_week: Annotated[int, Field(ge=1, le=7)]
    weeks_per_year: Annotated[int, Field(ge=52, le=53)]
    round_to: Annotated[RoundTo, Field(strict=False)]
    rates: dict[Code, RateEntry]


class QuestionHoursEntry(Strict):
    question: Code
    rate: Code
    per_week: dict[Code, Exact]


class HoursEntry(Strict):
    source: Source
    by_question: Annotated[list[QuestionHoursEntry], Field(min_length=1)]
    rates: dict[Code, RateEntry]


class DaysEntry(Strict):
    source: Source
    multipliers: dict[str, Exact]


class ShareEntry(Strict):
    share: Exact
    source: Source


class SoftLimitEntry(Strict):
    pence_per_year: WholePence
    text: Text
    source: Source


class PhasingEntry(Strict):
    most_lost_a_year: Exact
    share_of: Annotated[ShareOf, Field(strict=False)]
    source: Source


class SettlementEntry(Strict):
    """How an indicative figure becomes a final one. Soft limits say who decides; comparators warn; neither cuts."""

    tolerance: ShareEntry
    soft_limits: list[SoftLimitEntry] = []
    comparators: list[SoftLimitEntry] = []
    phasing: PhasingEntry | None = None


class Scored(Strict):
    id: str
    version: int


class TableFile(Strict):
    id: str
    version: Annotated[int, Field(ge=1)]
    title: Text
    council: CouncilCode
    user_group: Literal["all"] | Annotated[UserGroup, Field(strict=False)]
    in_force_from: date
    in_force_to: date | None = None
    statement: Text
    questionnaire: Scored
    points: PointsEntry
    informal_help: HelpEntry
    money: Annotated[KnotsEntry | BandsEntry | PriceEntry | SquareEntry, Field(discriminator="kind")]
    rate_card: RateCardEntry
    hours: HoursEntry | None = None
    days: DaysEntry | None = None
    held_back: ShareEntry | None = None
    settlement: SettlementEntry | None = None
