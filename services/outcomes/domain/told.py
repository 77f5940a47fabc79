"""What other services told of one person, kept as it was told; what follows from it is worked out when it is read.

Each thing that was told has a name of its own here. So the order in which the services are heard changes nothing, and
hearing a thing again puts it in its own place.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID


class Thing(ABC):
    """A thing that was told."""

    @property
    @abstractmethod
    def name(self) -> str:
        """Its name among those of its kind: told again under one name, it takes its own place."""

    @property
    @abstractmethod
    def day(self) -> date:
        """The day from which it is known: the one that it is about, and not the one on which it was heard."""


@dataclass(frozen=True)
class CaseTold(Thing):
    """A case was opened."""

    opened_on: date

    @property
    def name(self) -> str:
        return ""

    @property
    def day(self) -> date:
        return self.opened_on


@dataclass(frozen=True)
class SubmissionTold(Thing):
    """A self-assessment was handed in."""

    assessment_id: UUID
    version: int
    submitted_on: date

    @property
    def name(self) -> str:
        return f"{self.assessment_id} {self.version}"

    @property
    def day(self) -> date:
        return self.submitted_on


@dataclass(frozen=True)
class NeedTold:
    """A domain in which an agreed assessment has a need.

    Args:
        is_met_by_others: a carer who is willing and able gives all the help.
    """

    domain: str
    is_met_by_others: bool


@dataclass(frozen=True)
class AgreementTold(Thing):
    """An assessment was agreed.

    Args:
        needs: None where the event is from before questions were told.
    """

    assessment_id: UUID
    agreed_on: date
    born_on: date | None
    needs: tuple[NeedTold, ...] | None

    @property
    def name(self) -> str:
        return str(self.assessment_id)

    @property
    def day(self) -> date:
        return self.agreed_on


@dataclass(frozen=True)
class WithdrawalTold(Thing):
    """The person withdrew; they may come back."""

    withdrawn_on: date
    reason: str

    @property
    def name(self) -> str:
        return self.withdrawn_on.isoformat()

    @property
    def day(self) -> date:
        return self.withdrawn_on


@dataclass(frozen=True)
class CarerTold(Thing):
    """A carer's own assessment; a later version takes the place of an earlier one."""

    carer_id: UUID
    version: int
    assessed_on: date
    outcome: str

    @property
    def name(self) -> str:
        return f"{self.carer_id} {self.version}"

    @property
    def day(self) -> date:
        return self.assessed_on


@dataclass(frozen=True)
class AllocationTold(Thing):
    """An indicative allocation.

    Args:
        pence_per_year: None where somebody has to settle it, and there is no figure.
    """

    assessment_id: UUID
    version: int
    as_of: date
    pence_per_year: int | None

    @property
    def name(self) -> str:
        return f"{self.assessment_id} {self.version}"

    @property
    def day(self) -> date:
        return self.as_of


@dataclass(frozen=True)
class SettlementTold(Thing):
    """A final figure was settled; pence a year."""

    version: int
    decided_on: date
    indicative_pence: int | None
    final_pence: int

    @property
    def name(self) -> str:
        return str(self.version)

    @property
    def day(self) -> date:
        return self.decided_on


@dataclass(frozen=True)
class AwardTold(Thing):
    """A version of a stream's award.

    Args:
        rules_as_of: the day whose rules decided it; from then on it is known here.
        amount_pence: over the whole award.
        uses: codes of what its money may pay for.
        failed: codes of the tests that the person did not pass.
    """

    stream: str
    version: int
    status: str
    assessment_id: UUID
    rules_as_of: date
    starts_on: date
    ends_on: date
    amount_pence: int
    cadence: str
    uses: tuple[str, ...]
    failed: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.stream} {self.version}"

    @property
    def day(self) -> date:
        return self.rules_as_of


@dataclass(frozen=True)
class BudgetTold(Thing):
    """The person's budget was opened."""

    budget_id: UUID
    opened_on: date

    @property
    def name(self) -> str:
        return str(self.budget_id)

    @property
    def day(self) -> date:
        return self.opened_on


@dataclass(frozen=True)
class HeldTold:
    """A part of an item that is held in one way; pence of what is due each time."""

    way: str
    pence: int


@dataclass(frozen=True)
class ItemTold:
    """A costed item of an approved plan.

    Args:
        pence: of what is due each time.
        shares: by stream, the most that it pays of that, where that is not all.
        held: the parts add up to the whole.
    """

    item_id: UUID
    use: str
    cadence: str
    pence: int
    starts_on: date
    ends_on: date
    relation: str | None
    same_household: bool | None
    shares: dict[str, int]
    held: tuple[HeldTold, ...]


@dataclass(frozen=True)
class PlanTold(Thing):
    """A plan was approved; until its first day the plan before it goes on."""

    plan_id: UUID
    version: int
    approved_on: date
    effective_from: date
    starts_on: date
    ends_on: date
    items: tuple[ItemTold, ...]

    @property
    def name(self) -> str:
        return f"{self.plan_id} {self.version}"

    @property
    def day(self) -> date:
        return self.approved_on


@dataclass(frozen=True)
class HeldItemTold:
    """How an item is held."""

    item_id: UUID
    held: tuple[HeldTold, ...]


@dataclass(frozen=True)
class HoldingTold(Thing):
    """How the money of an approved plan is held from a day on.

    Args:
        number: of the plan's changes; None in events from before they were counted.
    """

    plan_id: UUID
    effective_from: date
    number: int | None
    items: tuple[HeldItemTold, ...]

    @property
    def name(self) -> str:
        return f"{self.plan_id} {self.number or self.effective_from.isoformat()}"

    @property
    def day(self) -> date:
        return self.effective_from


@dataclass(frozen=True)
class ReturnTold(Thing):
    """A plan was not approved as it is: another was asked for, or it was refused."""

    plan_id: UUID
    version: int
    outcome: str
    returned_on: date

    @property
    def name(self) -> str:
        return f"{self.plan_id} {self.version}"

    @property
    def day(self) -> date:
        return self.returned_on


@dataclass(frozen=True)
class ReviewTold(Thing):
    """A review was held, with how many of the plan's outcomes are met, partly met and not met."""

    review_id: UUID
    kind: str
    outcome: str
    held_on: date
    outcomes_met: int
    outcomes_partly_met: int
    outcomes_not_met: int

    @property
    def name(self) -> str:
        return str(self.review_id)

    @property
    def day(self) -> date:
        return self.held_on


@dataclass(frozen=True)
class Told:
    """Everything that was told of one person, in no order.

    Args:
        user_group: a code; None until it is told.
        died_on: as it is recorded now.
        first_paid_on: the bank's day of the first payment that it made and did not give back.
    """

    user_group: str | None = None
    died_on: date | None = None
    first_paid_on: date | None = None
    cases: tuple[CaseTold, ...] = ()
    submissions: tuple[SubmissionTold, ...] = ()
    agreements: tuple[AgreementTold, ...] = ()
    withdrawals: tuple[WithdrawalTold, ...] = ()
    carers: tuple[CarerTold, ...] = ()
    allocations: tuple[AllocationTold, ...] = ()
    settlements: tuple[SettlementTold, ...] = ()
    awards: tuple[AwardTold, ...] = ()
    budgets: tuple[BudgetTold, ...] = ()
    plans: tuple[PlanTold, ...] = ()
    holdings: tuple[HoldingTold, ...] = ()
    returns: tuple[ReturnTold, ...] = ()
    reviews: tuple[ReviewTold, ...] = ()


#: The field of `Told` that each thing is kept in.
FIELDS: Mapping[type[Thing], str] = {
    CaseTold: "cases",
    SubmissionTold: "submissions",
    AgreementTold: "agreements",
    WithdrawalTold: "withdrawals",
    CarerTold: "carers",
    AllocationTold: "allocations",
    SettlementTold: "settlements",
    AwardTold: "awards",
    BudgetTold: "budgets",
    PlanTold: "plans",
    HoldingTold: "holdings",
    ReturnTold: "returns",
    ReviewTold: "reviews",
}


def known_by(told: Told, on: date) -> Told:
    """What is known on a day: nothing of what came after it."""
    kept: dict[str, Any] = {
        name: tuple(one for one in getattr(told, name) if one.day <= on) for name in FIELDS.values()
    }
    kept |= {name: None for name in ("died_on", "first_paid_on") if (getattr(told, name) or on) > on}
    return replace(told, **kept)
