"""What the reports are made of: a budget's journey, its money, its needs and its carers. Ids are opaque."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class StreamState(StrEnum):
    """How far a stream got in a budget."""

    CONFIRMED = "confirmed"
    #: Found, and its decision-maker has not decided: nothing of it can be spent.
    INDICATIVE = "indicative"
    #: Facts are missing that would decide it.
    UNDECIDED = "undecided"
    NOT_ELIGIBLE = "not_eligible"


@dataclass(frozen=True)
class StreamInBudget:
    """A stream of a budget.

    Args:
        awarded_pence: for the days that the report is about; of an indicative one, what the whole would be.
        spent_pence, recovered_pence: None where nobody told.
        since: when it came into this state.
    """

    state: StreamState
    awarded_pence: int = 0
    spent_pence: int | None = 0
    recovered_pence: int | None = 0
    since: date | None = None


@dataclass(frozen=True)
class Need:
    """A need of the agreed assessment: whether the plan meets it, or others do, and if neither, why.

    Args:
        is_in_plan: None where there is a plan, and nobody told whether it meets the need.
    """

    domain: str
    is_in_plan: bool | None
    is_met_by_others: bool = False
    reason: str = ""


@dataclass(frozen=True)
class RelativePaid:
    """Money of a plan that goes to a relative."""

    relation: str
    same_household: bool
    pence_per_year: int


@dataclass(frozen=True)
class Carer:
    """A carer of the budget holder.

    Args:
        outcome: of the carer's own assessment; empty where none was made.
        scores: by measure, the score at the baseline and at the latest follow-up, where there are both.
    """

    outcome: str
    scores: Mapping[str, tuple[float, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Journey:
    """One person's budget, from the case to the money.

    Args:
        reached: the day of each milestone that was reached, by its code.
        left_on: the day on which the person died, withdrew or moved away; nobody waits after it.
        indicative_pence, final_pence: a year; None before there is one.
        held_pence: a year, by way of holding.
        characteristics: as the person told them, by attribute; what they did not tell is left out.
    """

    user_group: str
    reached: Mapping[str, date]
    left_on: date | None = None
    indicative_pence: int | None = None
    final_pence: int | None = None
    streams: Mapping[str, StreamInBudget] = field(default_factory=dict)
    held_pence: Mapping[str, int] = field(default_factory=dict)
    needs: tuple[Need, ...] = ()
    carers: tuple[Carer, ...] = ()
    relatives_paid: tuple[RelativePaid, ...] = ()
    characteristics: Mapping[str, str] = field(default_factory=dict)

    @property
    def has_budget(self) -> bool:
        """Whether any stream's money is confirmed."""
        return any(one.state is StreamState.CONFIRMED for one in self.streams.values())
