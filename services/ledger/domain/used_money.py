"""What is used of a budget's funds, by day: what limits that funds share are held against.

Money that was spent counts on its value dates; money that is held counts evenly over the days of what it is held for.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from services.ledger.domain.braiding.plan import Payment


def spent(fund_id: str, by_day: Mapping[date, int]) -> list[Payment]:
    """Return what was spent of a fund, by day.

    Args:
        by_day: pence by value date; below zero where more came back than went out, which takes it off what was spent
            last before, or next where nothing was.
    """
    standing: list[tuple[date, int]] = []
    back = 0
    for on, pence in sorted(by_day.items()):
        back -= min(pence, 0)
        if pence > 0:
            standing.append((on, pence))
        while back and standing:
            day, out = standing.pop()
            taken = min(back, out)
            back -= taken
            if out > taken:
                standing.append((day, out - taken))
    return [Payment("", fund_id, on, on, pence) for on, pence in standing]


Days = tuple[date, date]


def held(fund_id: str, pence: int, of_fund: Days, of_item: Days | None) -> Payment:
    """Return what is held of a fund for an item, on the days that both have; on the fund's own where they have none.

    Args:
        of_fund, of_item: first and last days; a fund that was closed before its first day has that day alone.
    """
    opens_on = of_fund[0]
    of_fund = opens_on, max(of_fund)
    first, last = (max(opens_on, of_item[0]), min(of_fund[1], of_item[1])) if of_item else of_fund
    return Payment("", fund_id, *((first, last) if first <= last else of_fund), pence)


def pence_by_fund(used: Iterable[Payment]) -> Mapping[str, int]:
    """Return how much is used of each fund."""
    found: dict[str, int] = {}
    for one in used:
        found[one.fund_id] = found.get(one.fund_id, 0) + one.pence
    return found
