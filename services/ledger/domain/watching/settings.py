"""What a council may set about watching, each with its default and bounds."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.ledger.domain.spending.settings import Bounds


@dataclass(frozen=True)
class WatchingSettings:
    """When an alert is raised.

    Args:
        overspend_percent: what is spent, or will be, is this much above what was planned or awarded.
        underspend_percent: what will be left at the end is this much of the award.
        quiet_weeks: nothing was spent for so long.
        surplus_weeks: more than so many weeks of the award lie unspent in the person's account. Councils commonly
            look at eight; no law names a figure.
        ends_soon_days: the money ends within so many days.
        trend_weeks: how many weeks back the trend of spending looks.
        first_weeks: how long a fund must have run before its trend says anything.
    """

    overspend_percent: int = 10
    underspend_percent: int = 20
    quiet_weeks: int = 8
    surplus_weeks: int = 8
    ends_soon_days: int = 42
    trend_weeks: int = 12
    first_weeks: int = 8


WATCHING_BOUNDS: Mapping[str, Bounds] = {
    "overspend_percent": Bounds(0, 100, "Spent, or to be spent, so much above what was planned or awarded."),
    "underspend_percent": Bounds(1, 100, "So much of the award will be left at its end."),
    "quiet_weeks": Bounds(1, 52, "Nothing was spent for so many weeks."),
    "surplus_weeks": Bounds(1, 52, "More than so many weeks of the award lie unspent in the person's account."),
    "ends_soon_days": Bounds(1, 180, "The money ends within so many days."),
    "trend_weeks": Bounds(1, 52, "How many weeks back the trend of spending looks."),
    "first_weeks": Bounds(1, 26, "How long a fund must have run before its trend says anything."),
}
