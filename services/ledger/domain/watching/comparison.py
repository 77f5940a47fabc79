"""Planned against actual on a day: by item, by fund, and for the budget whole."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from services.ledger.domain.watching.alerts import ItemActual
from services.ledger.domain.watching.forecast import FundPosition


@dataclass(frozen=True)
class ItemAgainstPlan:
    """One item: what was due by the day, what was spent, and what is still to come by the item's end."""

    item: ItemActual
    planned_pence: int
    to_come_pence: int

    @property
    def difference_pence(self) -> int:
        """Above zero where more was spent than planned."""
        return self.item.spent_pence - self.planned_pence


@dataclass(frozen=True)
class BudgetAgainstPlan:
    """The budget on a day; each total is the sum of its parts.

    Args:
        unplanned_pence: spent on no item of the plan.
    """

    on: date
    items: tuple[ItemAgainstPlan, ...]
    funds: tuple[FundPosition, ...]
    unplanned_pence: int

    @property
    def planned_pence(self) -> int:
        """What was due by the day, over all items."""
        return sum(one.planned_pence for one in self.items)

    @property
    def spent_pence(self) -> int:
        """What was spent, over all funds."""
        return sum(fund.spent_pence for fund in self.funds)

    @property
    def awarded_pence(self) -> int:
        """What was awarded, over all funds."""
        return sum(fund.awarded_pence for fund in self.funds)


def against_plan(items: Iterable[ItemActual], funds: Sequence[FundPosition], on: date) -> BudgetAgainstPlan:
    """Compare a budget with its plan on a day."""
    compared = tuple(_against_plan(one, on) for one in items)
    spent = sum(fund.spent_pence for fund in funds)
    on_items = sum(one.item.spent_pence for one in compared)
    return BudgetAgainstPlan(on, compared, tuple(funds), spent - on_items)


def _against_plan(one: ItemActual, on: date) -> ItemAgainstPlan:
    whole = one.item.planned_pence(one.item.starts_on, one.item.ends_on)
    planned = one.item.planned_pence(one.item.starts_on, on)
    return ItemAgainstPlan(one, planned, whole - planned)
