"""The sums of Access to Work: who pays what of a cost, and how a yearly limit is shared among the lines of an award.

Everything is exact pence until `award_lines` rounds once: whole numbers where a cost is whole, as nearly every cost is,
and fractions where one is divided.

Source:
    Cost share (S121, S129 to S131); journeys (S132); private use (S131); yearly limit (S134 to S137).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import floor
from typing import NamedTuple

from services.funding_streams.domain.decision import AwardLine, MoneyKind
from services.funding_streams.domain.money import (
    DAYS_PER_WEEK,
    Exact,
    exact,
    half_up,
    half_up_a_week,
    in_proportion,
    percent_of,
    total,
)


class Element(StrEnum):
    """What Access to Work pays for, in its own terms."""

    EQUIPMENT = "equipment"
    PREMISES = "premises"
    SUPPORT_WORKER = "support_worker"
    TRAVEL_TO_WORK = "travel_to_work"
    TRAVEL_IN_WORK = "travel_in_work"
    INTERVIEW_COMMUNICATOR = "interview_communicator"


#: Elements of which the employer may have to pay a share; what it pays is worked out on both together.
SHARED = (Element.EQUIPMENT, Element.PREMISES)

#: For each element its name in words, what sort of money it is, and its use in the shared taxonomy.
_TOLD: Mapping[Element, tuple[str, MoneyKind, str]] = {
    Element.EQUIPMENT: ("Special aids and equipment", MoneyKind.REIMBURSABLE, "work.equipment"),
    Element.PREMISES: ("Adaptations to premises and equipment", MoneyKind.REIMBURSABLE, "work.premises"),
    Element.SUPPORT_WORKER: ("Support worker", MoneyKind.WEEKLY, "work.support"),
    Element.TRAVEL_TO_WORK: ("Travel to work", MoneyKind.WEEKLY, "travel.to_work"),
    Element.TRAVEL_IN_WORK: ("Travel during work", MoneyKind.WEEKLY, "travel.in_work"),
    Element.INTERVIEW_COMMUNICATOR: ("Communicator at job interviews", MoneyKind.REIMBURSABLE, "work.support"),
}

Costs = Mapping[Element, Exact]


class BandReading(StrEnum):
    """Where the band ends in which the employer pays a percentage; sources conflict (S121, S131)."""

    TO_BAND_TOP = "to_band_top"
    ABOVE_THRESHOLD = "above_threshold"


@dataclass(frozen=True)
class CostShare:
    """The employer's share: all of a cost up to the threshold, and a percentage of what is above it in the band.

    Args:
        threshold: what the employer pays first, in pence.
        percent: of what is above the threshold.
        band: the sum that ends the band, in pence; read as ``reading`` says.
    """

    threshold: Exact
    percent: int
    band: Exact
    reading: BandReading = BandReading.TO_BAND_TOP

    @property
    def band_top(self) -> Exact:
        """The cost above which the employer pays no more, in pence."""
        return self.band if self.reading is BandReading.TO_BAND_TOP else self.threshold + self.band

    def of(self, cost: Exact) -> Exact:
        """Return what the employer pays of a cost, in pence."""
        if cost <= self.threshold:
            return cost
        return self.threshold + percent_of(min(cost, self.band_top) - self.threshold, self.percent)


def for_work(cost_pence: int, private_days: int) -> Exact:
    """Return the part of a cost that is for work; days of private use are sevenths of it."""
    return exact(cost_pence * (DAYS_PER_WEEK - private_days), DAYS_PER_WEEK)


class JourneyShares(NamedTuple):
    """Who pays what of journeys, whether for a week or for a mile, in pence."""

    by_person: int
    by_access_to_work: int


def journey_shares(cost_pence: int, usual_pence: int) -> JourneyShares:
    """Split the cost of journeys: the person pays what they would cost otherwise, Access to Work the rest."""
    by_person = min(cost_pence, usual_pence)
    return JourneyShares(by_person, cost_pence - by_person)


def shared_cost(costs: Costs) -> Exact:
    """Return the cost of which the employer may have to pay a share."""
    return total([costs.get(element, 0) for element in SHARED])


def less_employers_share(costs: Costs, employer_pays: Exact) -> dict[Element, Exact]:
    """Return what Access to Work would pay for each element.

    What the employer pays is taken from equipment and premises in proportion to their costs.
    """
    if not employer_pays:
        return dict(costs)
    shared = shared_cost(costs)
    kept = shared - employer_pays
    return {
        element: in_proportion(cost, kept, shared) if element in SHARED else cost for element, cost in costs.items()
    }


def award_lines(needed: Costs, limit: Exact | None, days_of_work: int) -> tuple[AwardLine, ...]:
    """Return the lines of the award, rounded: their sum is the whole need, or the limit where that is less.

    A limit lowers every line in proportion. The whole is rounded half up and its pennies go to the lines with the
    largest remainders, so a line is never above its need rounded up. Elements without cost have no line.

    Args:
        needed: what Access to Work would pay over the whole award without a limit.
        limit: for the whole award; None where there is none.
        days_of_work: days of the award to which its weekly lines apply.
    """
    wanted = {element: pence for element, pence in needed.items() if pence}
    whole = total(wanted.values())
    if limit is not None and whole > limit:
        wanted = {element: in_proportion(pence, limit, whole) for element, pence in wanted.items()}
        whole = limit
    amounts = whole_pence(tuple(wanted.values()), whole)
    return tuple(_line(element, amount, days_of_work) for element, amount in zip(wanted, amounts, strict=True))


def whole_pence(parts: Sequence[Exact], whole: Exact | None = None) -> tuple[int, ...]:
    """Round sums so that they add up to their total rounded half up, by largest remainder; of equal ones the first.

    Args:
        parts: the sums, in pence.
        whole: their total, where it is known already.
    """
    down = [floor(part) for part in parts]
    over = half_up(total(parts) if whole is None else whole) - sum(down)
    if over:
        by_remainder = sorted(range(len(parts)), key=lambda place: down[place] - parts[place])
        for place in by_remainder[:over]:
            down[place] += 1
    return tuple(down)


def _line(element: Element, amount_pence: int, days_of_work: int) -> AwardLine:
    text, money, use = _TOLD[element]
    pence = half_up_a_week(amount_pence, days_of_work) if money is MoneyKind.WEEKLY else amount_pence
    return AwardLine(element.value, text, money, pence, amount_pence, use)
