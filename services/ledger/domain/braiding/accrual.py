"""Money by the day: what a weekly, monthly or yearly sum comes to over any days.

What has come due up to a day is worked out from the first day and rounded once, half a penny up; a span's sum is the
difference of two such sums. So spans that follow one another add up to the whole, and nothing is lost between them.
"""

from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache

from services.ledger.domain.braiding.plan import Item, Per

_DAYS = {Per.WEEK: 7, Per.WEEK_ON_AVERAGE: 7, Per.FOUR_WEEKS: 28}
_MONTHS = {Per.MONTH: 1, Per.YEAR: 12}


def accrued_pence(pence: int, per: Per, starts_on: date, until: date) -> int:
    """Return what has come due from the first day up to a day that is not counted; what is due once is due at once."""
    if until <= starts_on:
        return 0
    if per is Per.ONCE:
        return pence
    whole, days, length = _periods(per, starts_on, until)
    return pence * whole + (2 * pence * days + length) // (2 * length)


def due_pence(item: Item, pence: int, starts_on: date, until: date) -> int:
    """Return what a sum for each ``per`` of an item comes to on some of its days; what is paid once is due on any."""
    if item.per is Per.ONCE:
        return pence
    return accrued_pence(pence, item.per, item.starts_on, until) - accrued_pence(
        pence, item.per, item.starts_on, starts_on
    )


def cost_pence(item: Item) -> int:
    """Return what an item costs in all."""
    return due_pence(item, item.pence, item.starts_on, item.ends_on + timedelta(days=1))


@lru_cache(maxsize=4096)
def _periods(per: Per, starts_on: date, until: date) -> tuple[int, int, int]:
    """Whole periods before a day, days of the period that it is in, and how many days that period has."""
    first, following = period_around(per, starts_on, until)
    passed = (first - starts_on).days // _DAYS[per] if per in _DAYS else _whole_months(starts_on, first) // _MONTHS[per]
    return passed, (until - first).days, (following - first).days


def period_around(per: Per, starts_on: date, day: date) -> tuple[date, date]:
    """Return the first day of the period that holds a day, and that of the next; periods begin at ``starts_on``."""
    if per in _DAYS:
        length = _DAYS[per]
        first = day - timedelta(days=(day - starts_on).days % length)
        return first, first + timedelta(days=length)
    step = _MONTHS[per]
    count = _whole_months(starts_on, day) // step
    return months_later(starts_on, count * step), months_later(starts_on, (count + 1) * step)


def months_later(day: date, months: int) -> date:
    """Return the same day of a later month, or the last day of a month that has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _whole_months(starts_on: date, day: date) -> int:
    months = (day.year - starts_on.year) * 12 + day.month - starts_on.month
    return months - (months_later(starts_on, months) > day)
