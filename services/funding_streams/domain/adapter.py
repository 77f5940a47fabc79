"""The port of a funding stream: what it is given, what it must say."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from services.funding_streams.domain.council_settings import CouncilSettings
from services.funding_streams.domain.decision import Decision
from services.funding_streams.domain.eras import years_old
from services.funding_streams.domain.facts import Facts
from services.funding_streams.domain.figures import Figures
from services.funding_streams.domain.partner_decisions import PartnerDecision
from services.funding_streams.domain.quick_values import made_quickly


class AllocationOutcome(StrEnum):
    """What the resource allocation system could say; as in its contract."""

    CALCULATED = "calculated"
    NEEDS_A_PERSON = "needs_a_person"


@dataclass(frozen=True)
class SettledFigure:
    """The final figure that somebody settled; pence.

    Args:
        phased: what each year from the decision on has while a fall is phased: more than the figure.
        decided_by: the role of whoever settled it, as the contract writes it; None where it was not told.
        grounds: why it is lower than an assessed one, likewise.
    """

    pence_per_year: int
    decided_on: date
    phased: tuple[int, ...] = ()
    decided_by: str | None = None
    grounds: str | None = None

    @property
    def first_year_pence(self) -> int:
        """What the year has that is awarded on the decision."""
        return self.pence_in_year_of(self.decided_on)

    def pence_in_year_of(self, day: date) -> int:
        """What the year has in which a day lies, counted from the decision; the days before it are of its first."""
        year = max(years_old(self.decided_on, day), 0)
        return self.phased[year] if year < len(self.phased) else self.pence_per_year


@dataclass(frozen=True)
class Allocation:
    """The indicative allocation: a first figure for a year of support, in pence; and the final one, once it is settled.

    Args:
        settled: what was settled on this allocation.
        settled_before: what was settled on one before it, which carries on until this one is settled itself.
    """

    pence_per_year: int
    outcome: AllocationOutcome
    settled: SettledFigure | None = None
    settled_before: SettledFigure | None = None

    def year_to_award_pence(self, on: date) -> int:
        """What a year is awarded on: the settled figure, else the one settled before, else the indicative one."""
        if self.settled:
            return self.settled.first_year_pence
        return self.settled_before.pence_in_year_of(on) if self.settled_before else self.pence_per_year


@made_quickly
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
        partner_words: what partner agencies have decided, by stream; no stream's rules look at it.
        traced: whether the decision must tell its tests and sums; without them it is made faster.
    """

    facts: Facts
    on: date
    figures: Figures
    council: CouncilSettings
    allocation: Allocation | None = None
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    partner_words: Mapping[str, tuple[PartnerDecision, ...]] = field(default_factory=dict)
    traced: bool = True

    def knowing(self, decisions: Mapping[str, Decision]) -> "Case":
        """Return the case as the next stream sees it: nothing read yet, these decisions made."""
        return Case(
            self.facts.afresh(),
            self.on,
            self.figures,
            self.council,
            self.allocation,
            dict(decisions),
            self.partner_words,
            self.traced,
        )


class StreamAdapter(ABC):
    """One funding stream's own law.

    Attributes:
        stream: name of the stream: the name of its folder.
        depends_on: streams that must be decided first, so that this one may look at them.
        displaces: streams that give way to this one. They are decided before it; `displace` then says what is left of
            their decisions. Streams that depend on them see what is left.
    """

    stream: str
    depends_on: tuple[str, ...] = ()
    displaces: tuple[str, ...] = ()

    @abstractmethod
    def needs(self, on: date) -> tuple[str, ...]:
        """Return every fact that may matter to a decision on that day."""

    @abstractmethod
    def decide(self, case: Case) -> Decision:
        """Decide, or say which fact or figure is missing; never guess and never fail for want of either."""

    def displace(self, case: Case, own: Decision, other: Decision) -> Decision:
        """Return what is left of the decision of a stream named in ``displaces``; all of it where nothing is said."""
        del case, own
        return other
