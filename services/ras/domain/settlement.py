"""From the indicative figure to the final one: itemised, with its author and reason, and never lower without grounds.

Nothing here clamps. A soft limit says who may decide; a comparator warns; the figure is what the lines come to.

Source:
    R (Savva) v Kensington and Chelsea [2010] EWCA Civ 1209: whoever departs from the indicative figure says why. R (P)
    v Croydon [2022] EWHC 2886 (Admin): a fall below an earlier assessed figure needs a cogent reason, and family care
    that is counted is named and agreed. Care Act 2014 s.26; R (CP) v North East Lincolnshire [2019] EWCA Civ 1614: an
    itemised budget. Care Act 2014 s.27: no reduction without a reassessment.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import floor
from uuid import UUID

from services.ras.domain.errors import (
    FallWithoutGrounds,
    GroundsWithoutFall,
    NotItemised,
    NotReassessed,
    ReasonMissing,
    SomebodyElseMustDecide,
)
from services.ras.domain.packages import PackageLine
from services.ras.domain.protection import Phasing, phased
from services.ras.domain.sums import plain_number, pounds


class DecidedBy(StrEnum):
    """Who may settle a figure."""

    PRACTITIONER = "practitioner"
    APPROVER = "approver"


class Grounds(StrEnum):
    """Why a figure may be lower than one that was assessed before."""

    LESS_NEED = "less_need"
    HELP_BY_OTHERS = "help_by_others"
    LOWER_PRICE = "lower_price"
    MET_BY_OTHER_MONEY = "met_by_other_money"


@dataclass(frozen=True)
class SoftLimit:
    """A sum above which an approver decides; pence a year, the sum itself included below it. It cuts nothing."""

    pence_per_year: int
    text: str


@dataclass(frozen=True)
class Comparator:
    """What another way to meet such needs costs; pence a year. It is shown and never an answer by itself."""

    pence_per_year: int
    text: str


@dataclass(frozen=True)
class SettlementRule:
    """A council's rule from the indicative to the final figure.

    Args:
        tolerance: the share of the indicative figure by which a practitioner may depart without an approver.
        phasing: how fast a sum may fall, where the council phases falls.
    """

    tolerance: Fraction = Fraction(0)
    soft_limits: tuple[SoftLimit, ...] = ()
    comparators: tuple[Comparator, ...] = ()
    phasing: Phasing | None = None

    def soft_limits_passed(self, pence_per_year: int) -> tuple[SoftLimit, ...]:
        """Return the limits that a sum is above."""
        return tuple(limit for limit in self.soft_limits if pence_per_year > limit.pence_per_year)


NO_RULE = SettlementRule()
"""Of a table that says nothing about settlement: every departure is an approver's."""


@dataclass(frozen=True)
class Indicative:
    """The indicative allocation that is settled; sums are pence a year.

    Args:
        pence_per_year: None where a person must look: there is no figure to depart from.
        costed_hours_pence_per_year: the other view, where the table has one.
    """

    assessment_id: UUID
    assessment_version: int
    points: Fraction
    pence_per_year: int | None
    costed_hours_pence_per_year: int | None = None


@dataclass(frozen=True)
class Earlier:
    """The figure that was settled before, and on which assessment; pence a year."""

    assessment_id: UUID
    assessment_version: int
    points: Fraction
    pence_per_year: int


@dataclass(frozen=True)
class CarerHours:
    """Hours a week that somebody named gives instead of paid support, and whether they agreed to give them."""

    who: str
    hours_per_week: Fraction
    agreed: bool


@dataclass(frozen=True)
class Proposal:
    """The final figure that somebody sets.

    Args:
        lines: the budget, itemised; none takes the indicative figure as it stands.
        grounds: for a fall; None where there is none.
    """

    lines: tuple[PackageLine, ...]
    reason: str
    decided_by: DecidedBy
    grounds: Grounds | None = None
    carer_hours: tuple[CarerHours, ...] = ()


@dataclass(frozen=True)
class Settled:
    """A final figure; pence a year.

    Args:
        departure_pence_per_year: from the indicative figure; None where there was none.
        flags: what a reader would ask about, in plain words.
        yearly_sums: what is paid in each year where a fall is phased; empty where it is not.
    """

    pence_per_year: int
    departure_pence_per_year: int | None
    flags: tuple[str, ...]
    yearly_sums: tuple[int, ...]


def left_to_practitioner(rule: SettlementRule, assessed: int | None) -> tuple[int, int] | None:
    """Return the least and the most that a practitioner may settle without an approver; pence a year.

    Args:
        assessed: the indicative figure; None where a person must find it.

    Returns:
        None where every figure is an approver's.
    """
    if assessed is None:
        return None
    departure = floor(assessed * rule.tolerance)
    most = min([assessed + departure, *(limit.pence_per_year for limit in rule.soft_limits)])
    return (assessed - departure, most) if assessed - departure <= most else None


def settle(rule: SettlementRule, indicative: Indicative, proposal: Proposal, earlier: Earlier | None = None) -> Settled:
    """Settle a figure, or refuse with what is missing.

    Raises:
        NotItemised: there are neither lines nor an indicative figure.
        ReasonMissing: it departs from the indicative figure and no reason is given.
        NotReassessed: it is lower than before and need was not looked at again.
        FallWithoutGrounds: it is lower than an assessed figure, without what such a fall needs.
        GroundsWithoutFall: it has grounds for a fall, and is lower than nothing.
        SomebodyElseMustDecide: beyond the tolerance or a soft limit, and no approver decides.
    """
    final = _final(indicative, proposal)
    departure = None if indicative.pence_per_year is None else final - indicative.pence_per_year
    if departure != 0 and not proposal.reason.strip():
        raise ReasonMissing("say why the final figure is not the indicative one")
    _must_be_reassessed(indicative, final, earlier)
    if _falls(rule, indicative, final, earlier):
        _must_have_grounds(indicative, proposal, earlier)
    elif proposal.grounds is not None and not (departure is not None and departure < 0):
        raise GroundsWithoutFall("the figure is lower than none that was assessed: leave the grounds out")
    if proposal.decided_by is not DecidedBy.APPROVER and (why := list(_for_an_approver(rule, indicative, final))):
        raise SomebodyElseMustDecide("; ".join(why))
    fallen = earlier is not None and final < earlier.pence_per_year
    return Settled(
        pence_per_year=final,
        departure_pence_per_year=departure,
        flags=tuple(_flags(rule, indicative, final, earlier)),
        yearly_sums=phased(earlier.pence_per_year, final, rule.phasing) if earlier and fallen and rule.phasing else (),
    )


def _final(indicative: Indicative, proposal: Proposal) -> int:
    if proposal.lines:
        return sum(line.pence_per_year for line in proposal.lines)
    if indicative.pence_per_year is None:
        raise NotItemised("there is no indicative figure: itemise the budget, line by line")
    return indicative.pence_per_year


def _must_be_reassessed(indicative: Indicative, final: int, earlier: Earlier | None) -> None:
    if earlier is None or final >= earlier.pence_per_year:
        return
    if (indicative.assessment_id, indicative.assessment_version) == (earlier.assessment_id, earlier.assessment_version):
        raise NotReassessed(
            f"{pounds(earlier.pence_per_year)} a year was settled on this same assessment: assess the needs again"
            " before the figure may fall (Care Act 2014 s.27)"
        )


def _falls(rule: SettlementRule, indicative: Indicative, final: int, earlier: Earlier | None) -> bool:
    """Whether the figure is below what was settled before, or below the assessed figure by more than the tolerance."""
    if earlier is not None and final < earlier.pence_per_year:
        return True
    assessed = indicative.pence_per_year
    return assessed is not None and final < assessed * (1 - rule.tolerance)


def _must_have_grounds(indicative: Indicative, proposal: Proposal, earlier: Earlier | None) -> None:
    if proposal.grounds is None:
        grounds = ", ".join(Grounds)
        raise FallWithoutGrounds(f"the figure is lower than one that was assessed: give its grounds ({grounds})")
    if not proposal.reason.strip():
        raise ReasonMissing("say why the figure is lower than before")
    if proposal.grounds is Grounds.LESS_NEED and (earlier is None or indicative.points >= earlier.points):
        raise FallWithoutGrounds("the assessment does not show less need than before")
    if proposal.grounds is Grounds.HELP_BY_OTHERS and not _are_named(proposal.carer_hours):
        raise FallWithoutGrounds("name each person who helps instead, with their hours, and that they agreed to them")


def _are_named(carer_hours: Sequence[CarerHours]) -> bool:
    return bool(carer_hours) and all(
        carer.who.strip() and carer.hours_per_week > 0 and carer.agreed for carer in carer_hours
    )


def _for_an_approver(rule: SettlementRule, indicative: Indicative, final: int) -> Iterator[str]:
    assessed = indicative.pence_per_year
    if assessed is None:
        yield "the table has no figure to start from"
    elif abs(final - assessed) > assessed * rule.tolerance:
        yield (
            f"{pounds(final)} a year departs from {pounds(assessed)} by more than {plain_number(rule.tolerance * 100)}%"
        )
    for limit in rule.soft_limits_passed(final):
        yield f"{pounds(final)} a year is above {pounds(limit.pence_per_year)} ({limit.text})"


def _flags(rule: SettlementRule, indicative: Indicative, final: int, earlier: Earlier | None) -> Iterator[str]:
    if earlier is not None:
        rise = indicative.points - earlier.points
        moved = "is unchanged" if final == earlier.pence_per_year else "fell"
        if rise > 0 and final <= earlier.pence_per_year:
            yield f"the score rose by {plain_number(rise)} and the final figure {moved}"
        elif rise == 0 and final < earlier.pence_per_year:
            yield "the score is unchanged and the final figure fell"
    for comparator in rule.comparators:
        if final > comparator.pence_per_year:
            yield (
                f"{comparator.text} costs {pounds(comparator.pence_per_year)} a year: a comparison, which cuts nothing"
                " and may not suit this person"
            )
    hours = indicative.costed_hours_pence_per_year
    if hours is not None and final < hours:
        yield f"the figure is {pounds(hours - final)} a year below the costed hours: is it enough to meet the needs?"
