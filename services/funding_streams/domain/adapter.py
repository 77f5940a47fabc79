"""The port of a funding stream: what it is given, what it must say."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Protocol, Self

from services.funding_streams.domain.decision import Decision, FigureUsed, Stream
from services.funding_streams.domain.facts import Facts
from services.funding_streams.domain.figures import Figures


class AllocationOutcome(StrEnum):
    """What the resource allocation system could say; as in its contract."""

    CALCULATED = "calculated"
    NEEDS_A_PERSON = "needs_a_person"


@dataclass(frozen=True)
class Allocation:
    """The indicative allocation: a first figure for a year of support, in pence."""

    pence_per_year: int
    outcome: AllocationOutcome


class CapitalOperator(StrEnum):
    """When capital counts as above the upper limit."""

    EXCEEDS = "exceeds"
    AT_OR_ABOVE = "at_or_above"


class HomeImprovementCharge(StrEnum):
    """How a council charges for support by a home improvement agency, which the short-term exemption leaves out."""

    AS_LONG_TERM = "as_long_term"
    FREE = "free"


@dataclass(frozen=True)
class CouncilSettings:
    """What the law leaves to the council.

    Args:
        charging_percentage: share of the available income that is charged, 0 to 100.
        facs_threshold: lowest band that the council meets.
        capital_operator: whether capital at the upper limit exactly is above it.
        local_income_guarantee_pence_per_week: a protected income of the council's own, used where it is higher than the
            statutory one; None where there is none.
        income_guarantee_extra_pence_per_week: what the council adds to the statutory protected income.
        home_improvement_charge: how support by a home improvement agency is charged.
        adult_social_care_is_the_gate: an individual budget opens only to people eligible for adult social care.
        citations: for each setting by name, where the choice comes from.
    """

    charging_percentage: int
    facs_threshold: str
    capital_operator: CapitalOperator
    local_income_guarantee_pence_per_week: int | None
    income_guarantee_extra_pence_per_week: int
    home_improvement_charge: HomeImprovementCharge
    adult_social_care_is_the_gate: bool
    citations: Mapping[str, str] = field(default_factory=dict)

    def used(self, name: str) -> FigureUsed:
        """Return a setting as a step of a decision shows it."""
        return FigureUsed(
            name=f"council.{name}",
            value=str(getattr(self, name)),
            citation=self.citations.get(name, "a local choice of this council"),
            unconfirmed=False,
        )


@dataclass(frozen=True)
class Case:
    """All that a stream may look at when it decides.

    Args:
        facts: of the agreed assessment.
        on: the day of the decision; the law and the figures of that day apply.
        figures: of law and guidance.
        council: what the law leaves to the council.
        allocation: the indicative allocation, or None while there is none.
        decisions: what other streams have decided already, by stream.
    """

    facts: Facts
    on: date
    figures: Figures
    council: CouncilSettings
    allocation: Allocation | None = None
    decisions: Mapping[str, Decision] = field(default_factory=dict)

    def knowing(self, decisions: Mapping[str, Decision]) -> Self:
        """Return the case as the next stream sees it: nothing read yet, these decisions made."""
        return replace(self, facts=self.facts.afresh(), decisions=dict(decisions))


class StreamAdapter(Protocol):
    """One funding stream's own law.

    Attributes:
        stream: whose law it is.
        depends_on: streams that must be decided first.
    """

    @property
    def stream(self) -> Stream: ...

    @property
    def depends_on(self) -> tuple[str, ...]: ...

    def needs(self, on: date) -> tuple[str, ...]:
        """Return every fact that may matter to a decision on that day."""
        ...

    def decide(self, case: Case) -> Decision:
        """Decide, or say which fact or figure is missing; never guess and never fail for want of either."""
        ...
