"""What a council may set about spending, each with its default, its bounds and why.

No law or guidance that we know of fixes these figures: a default asks rarely, and never lets a sum go unseen.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar


@dataclass(frozen=True)
class Bounds:
    """How far a setting may go, and what it does.

    Args:
        only: the figures that it may have, where not all between the bounds mean something.
    """

    least: int
    most: int
    meaning: str
    only: tuple[int, ...] = ()

    def require(self, name: str, figure: int) -> None:
        """Refuse a figure that the setting of this name cannot have.

        Raises:
            SettingRefused: it cannot.
        """
        if not self.least <= figure <= self.most:
            raise SettingRefused(f"{name} goes from {self.least} to {self.most}, not {figure}")
        if self.only and figure not in self.only:
            raise SettingRefused(f"{name} is one of {', '.join(map(str, self.only))}, not {figure}")


class SettingRefused(ValueError):
    """A setting is unknown or out of its bounds."""


@dataclass(frozen=True)
class SpendingSettings:
    """How spending is matched and asked about.

    Args:
        amount_tolerance_pence: a sum this near to what is due still counts as it.
        amount_tolerance_percent: or this near, of what is due; the larger of the two holds.
        days_around: a payment this many days around its due day is in time.
        same_payment_days: two alike within this many days may be one payment told twice.
        refund_days: money that comes back this many days later may still be of that spend.
        ask_above_pence: what fits no item and is no larger is set aside unasked, and shown.
        answer_days: how long a question may wait for its answer.
    """

    amount_tolerance_pence: int = 200
    amount_tolerance_percent: int = 5
    days_around: int = 4
    same_payment_days: int = 3
    refund_days: int = 180
    ask_above_pence: int = 0
    answer_days: int = 28


Settings = TypeVar("Settings", bound=Any)

SPENDING_BOUNDS: Mapping[str, Bounds] = {
    "amount_tolerance_pence": Bounds(0, 2_000, "A sum this near to what is due still counts as it."),
    "amount_tolerance_percent": Bounds(0, 25, "Or this near, of what is due; the larger of the two holds."),
    "days_around": Bounds(0, 14, "A payment this many days around its due day is in time."),
    "same_payment_days": Bounds(0, 14, "Two alike within this many days may be one payment told twice."),
    "refund_days": Bounds(0, 730, "Money that comes back this many days later may still be of that spend."),
    "ask_above_pence": Bounds(0, 5_000, "What fits no item and is no larger is set aside unasked, and shown."),
    "answer_days": Bounds(7, 90, "How long a question may wait for its answer."),
}


def settings_with(defaults: Settings, bounds: Mapping[str, Bounds], given: Mapping[str, int]) -> Settings:
    """Defaults with a council's own figures in place of some.

    Raises:
        SettingRefused: a name is unknown, or a figure out of its bounds.
    """
    known = {field.name for field in fields(defaults)}
    for name, figure in given.items():
        if name not in known:
            raise SettingRefused(f"there is no setting {name}")
        bounds[name].require(name, figure)
    return replace(defaults, **given)
