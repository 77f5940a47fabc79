"""Support that a council may charge nobody for, so that it is left out of the cost on which a charge is worked out.

Source:
    SI 2014/2672 (S41), council practice (S52, S66): community equipment and minor adaptations of 1,000 pounds or less,
    intermediate care including reablement for six weeks, aftercare under section 117 of the Mental Health Act 1983, and
    support for people with Creutzfeldt-Jakob disease.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.funding_streams.domain.figures import Figures
from services.funding_streams.domain.money import DAYS_PER_WEEK

FREE_SUPPORT = "adult_social_care.support_free_of_charge"
FREE_WEEKS = "adult_social_care.intermediate_care_free_weeks"
MINOR_ADAPTATION_LIMIT = "adult_social_care.minor_adaptation_free_at_most"


class SupportKind(StrEnum):
    """What sort of support an item is, as far as charging goes."""

    CARE = "care"
    COMMUNITY_EQUIPMENT = "community_equipment"
    MINOR_ADAPTATION = "minor_adaptation"
    INTERMEDIATE_CARE = "intermediate_care"
    SECTION_117_AFTERCARE = "section_117_aftercare"
    FOR_CREUTZFELDT_JAKOB_DISEASE = "for_creutzfeldt_jakob_disease"


ALWAYS_FREE = frozenset(
    {SupportKind.COMMUNITY_EQUIPMENT, SupportKind.SECTION_117_AFTERCARE, SupportKind.FOR_CREUTZFELDT_JAKOB_DISEASE}
)


@dataclass(frozen=True)
class SupportItem:
    """One item of support.

    Args:
        kind: what sort of support it is.
        cost_pence: its whole cost, over ``days`` where it is given by the day.
        days: how many days of it were given, for intermediate care; each costs the same.
    """

    kind: SupportKind
    cost_pence: int
    days: int = 0


def days_charged(days: int, figures: Figures, on: date) -> int:
    """Return how many of the days of intermediate care or reablement may be charged: those after the free weeks."""
    return max(0, days - figures.at(FREE_WEEKS, on).whole * DAYS_PER_WEEK)


def chargeable_cost(items: Iterable[SupportItem], figures: Figures, on: date) -> int:
    """Return what the items that may be charged for cost together, in pence; part of a penny is not charged.

    Raises:
        NoValueInForce: the free weeks or the limit of a minor adaptation is not loaded for the day.
    """
    return sum(_chargeable(item, figures, on) for item in items)


def _chargeable(item: SupportItem, figures: Figures, on: date) -> int:
    if item.kind in ALWAYS_FREE:
        return 0
    if item.kind is SupportKind.MINOR_ADAPTATION:
        return item.cost_pence if item.cost_pence > figures.at(MINOR_ADAPTATION_LIMIT, on).pence else 0
    if item.kind is SupportKind.INTERMEDIATE_CARE:
        return item.cost_pence * days_charged(item.days, figures, on) // item.days if item.days else item.cost_pence
    return item.cost_pence
