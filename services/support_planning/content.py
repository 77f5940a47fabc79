"""A plan's content as it comes in, is kept and goes out; and the same as the rules see it."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from braid.contracts.codes import PENCE_MAX, StreamCode
from braid.contracts.uses import Relation, Requirement, Use
from services.support_planning.domain.completeness import PlanContradictsItself, require_possible
from services.support_planning.domain.falling_due import Cadence
from services.support_planning.domain.holding import Holding, PayrollBy, Way, faults_of_holdings
from services.support_planning.domain.needs import Judged
from services.support_planning.domain.needs import Part as NeedPartCode
from services.support_planning.domain.plan import DayKind, PayeeKind, Plan, Unit, Weekday

Words = Annotated[str, Field(min_length=1, max_length=2000, pattern=r"^[^\x00]*$")]
Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]*$")]
Day = Annotated[date, Field(ge=date(2003, 1, 1), le=date(2099, 12, 31))]
#: The dearest unit: a million pounds. With the most units and the longest plan it stays far below the largest sum.
UnitPence = Annotated[int, Field(ge=0, le=100_000_000, strict=True)]
Units = Annotated[Decimal, Field(gt=0, le=10_000, decimal_places=2)]
Pence = Annotated[int, Field(ge=0, le=PENCE_MAX, strict=True)]

ITEMS_MOST = 200


class Part(BaseModel):
    """A part of a plan; what we do not know in it is a mistake."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class OutcomePart(Part):
    """What the person wants of life, in their own words."""

    outcome_id: Name
    text: Words


class NeedPart(Part):
    """A need that was found eligible."""

    need_id: Name
    text: Words
    met_without_money: Annotated[Words | None, Field(description="How, where no money is asked for it.")] = None


class PayeePart(Part):
    """Who is paid."""

    kind: PayeeKind
    reference: Annotated[Name | None, Field(description="The council's code for them, never a name.")] = None
    relation: Relation | None = None
    same_household: bool | None = None


class DayVersionPart(Part):
    """An item on one kind of day."""

    kind: DayKind
    days: Annotated[int, Field(ge=0, le=1827, description="Days of the plan on which it is used.")]
    units_each_day: Units


class StayPart(Part):
    """Nights in a care home, one after the other."""

    starts_on: Day
    nights: Annotated[int, Field(ge=1, le=366)]


class HeldSharePart(Part):
    """A part of an item that is held in one way."""

    holding_id: Name
    per_cent: Annotated[int, Field(ge=1, le=100)]


class ItemPart(Part):
    """Something to pay for; a draft may leave out what is not known yet."""

    item_id: UUID
    text: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
    use: Use | None = None
    unit: Unit | None = None
    unit_pence: Annotated[UnitPence | None, Field(description="0 where nobody asks for money.")] = None
    units: Annotated[Units | None, Field(description="How many each time it is due.")] = None
    cadence: Cadence | None = None
    starts_on: Annotated[Day | None, Field(description="None: the plan's first day.")] = None
    ends_on: Annotated[Day | None, Field(description="None: the plan's last day.")] = None
    versions: Annotated[
        list[DayVersionPart], Field(max_length=3, description="For good and bad days, in place of units.")
    ] = []
    days: Annotated[list[Weekday], Field(max_length=7)] = []
    hours_each_day: Units | None = None
    outcome_ids: Annotated[list[Name], Field(max_length=20)] = []
    need_ids: Annotated[list[Name], Field(max_length=20)] = []
    payee: PayeePart | None = None
    price_id: Annotated[Name | None, Field(description="Entry of the catalogue that the price is from.")] = None
    stays: Annotated[list[StayPart], Field(max_length=60)] = []
    shares: dict[StreamCode, Pence] = {}
    circumstances: dict[Requirement, bool | int] = {}
    exceptions: Annotated[
        list[Name], Field(max_length=10, description="Recorded decisions that it asks for, such as necessity.")
    ] = []
    other_uses: Annotated[list[Use], Field(max_length=10, description="Uses that would do as well.")] = []
    held: Annotated[
        list[HeldSharePart], Field(max_length=5, description="None: all of it in the plan's first way.")
    ] = []


class HoldingPart(Part):
    """Money that is held in one way."""

    holding_id: Name
    way: Way
    holder_reference: Annotated[Name | None, Field(description="The council's code for whoever holds it.")] = None
    payroll_by: PayrollBy = PayrollBy.NOBODY_IS_EMPLOYED
    signed: Annotated[dict[Name, Day], Field(description="Agreements that are signed, each with its day.")] = {}


class Content(Part):
    """Everything that a plan says."""

    starts_on: Day
    ends_on: Day
    outcomes: Annotated[list[OutcomePart], Field(max_length=50)] = []
    needs: Annotated[list[NeedPart], Field(max_length=50)] = []
    days_of_kind: Annotated[
        dict[DayKind, Annotated[int, Field(ge=0, le=1827)]] | None,
        Field(description="How many days of the plan are good, bad and other, where the condition comes and goes."),
    ] = None
    items: Annotated[list[ItemPart], Field(max_length=ITEMS_MOST)] = []
    holdings: Annotated[list[HoldingPart], Field(max_length=10)] = []
    if_things_go_wrong: Annotated[Words | None, Field(description="What happens if, say, a carer falls ill.")] = None
    area: Annotated[Name | None, Field(description="Part of the council's area, for its prices.")] = None
    planned_with: Annotated[Name | None, Field(description="The council's code for a broker who helped.")] = None

    def as_kept(self) -> dict[str, Any]:
        """As it is stored and compared."""
        return self.model_dump(mode="json")


class JudgedPart(Part):
    """What a practitioner says of a difference in needs that cannot be ranked: a part and a name of the comparison."""

    part: NeedPartCode
    name: Name
    is_less: bool
    because: Annotated[Words, Field(description="The person reads it.")]

    def judged(self) -> Judged:
        """As the rules take it."""
        return Judged(self.part, self.name, self.is_less, self.because)


_PLAN = TypeAdapter(Plan)
_HOLDINGS = TypeAdapter(tuple[Holding, ...])


def plan_of(content: Content) -> Plan:
    """The plan as the rules see it."""
    told = content.model_dump(exclude={"starts_on", "ends_on", "holdings", "planned_with"}, mode="json")
    return _PLAN.validate_python({**told, "span": {"starts_on": content.starts_on, "ends_on": content.ends_on}})


def holdings_of(content: Content) -> tuple[Holding, ...]:
    """How the money is held, as the rules see it."""
    return holdings_from([one.model_dump(mode="json") for one in content.holdings])


def holdings_from(kept: list[dict[str, Any]]) -> tuple[Holding, ...]:
    """Ways of holding as they are stored, as the rules see them."""
    return _HOLDINGS.validate_python(kept)


def require_it_fits_together(content: Content) -> None:
    """Refuse content that contradicts itself.

    Raises:
        PlanContradictsItself: with every fault.
    """
    plan = plan_of(content)
    require_possible(plan)
    faults = tuple(faults_of_holdings(holdings_of(content), plan))
    if faults:
        raise PlanContradictsItself(faults)
