"""Limits over time: own limits of funds, joint limits and minimums, cut into stretches that each hold a sum.

A week's money cannot be spent in another week. But weeks in which nothing begins or ends are alike, and what can be
paid in all of them together can be paid in each: so they are taken together. A week in which something begins, ends or
was spent stands alone. A year's limit is a ceiling for each year from its first day, in full however short the last one
is; a weekly or monthly one runs by the day, since awards are paid by the day when they end in mid-week.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from services.ledger.domain.braiding.accrual import accrued_pence, months_later, period_around
from services.ledger.domain.braiding.plan import FIRST_DAY, LAST_DAY, Dated, Payment, Per, Plan

_ONE_DAY = timedelta(days=1)
#: Limits whose money stays within a week, four weeks or a month.
_SHORT = {Per.WEEK, Per.FOUR_WEEKS, Per.MONTH}


@dataclass(frozen=True)
class Limit:
    """A sum over periods, for the spending of some funds together.

    Args:
        limit_id: of the fund, joint limit or minimum that it is.
        until: the day after its last.
    """

    limit_id: str
    label: str
    fund_ids: frozenset[str]
    pence: int
    per: Per
    starts_on: date
    until: date

    @property
    def is_own(self) -> bool:
        """Whether it is a fund's own: then all that the fund spent counts, on whatever day."""
        return self.limit_id in self.fund_ids


@dataclass(frozen=True)
class NotKept:
    """Days on which more was used than a limit lets be, or less than a minimum; in pence, the last day not counted."""

    limit_id: str
    label: str
    starts_on: date
    until: date
    limit_pence: int
    used_pence: int


@dataclass(frozen=True)
class Stretch:
    """Days over which a limit is one sum, in pence; the last day is not counted."""

    starts_on: date
    until: date
    pence: int


def day_after(day: date) -> date:
    """Return the next day."""
    return day + _ONE_DAY


def limits_of(plan: Plan) -> list[Limit]:
    """Return the limits of a plan: each fund's own, then the joint ones."""
    own = [
        Limit(
            one.fund_id, one.label, frozenset({one.fund_id}), one.pence, one.per, one.starts_on, day_after(one.ends_on)
        )
        for one in plan.funds
    ]
    joint = [
        Limit(one.limit_id, one.label, one.fund_ids, one.pence, one.per, one.starts_on, day_after(one.ends_on))
        for one in plan.joint_limits
    ]
    return own + joint


def minimums_of(plan: Plan) -> list[Limit]:
    """Return the minimums of a plan, over the funds whose spending counts towards them."""
    return [
        Limit(one.rule_id, one.label, one.spent_from, one.pence, one.per, one.starts_on, day_after(one.ends_on))
        for one in plan.minimums
    ]


def changes_of(plan: Plan) -> list[date]:
    """Return the days on which something begins, or has ended."""
    dated: tuple[Dated, ...] = (
        *plan.items,
        *plan.funds,
        *plan.joint_limits,
        *plan.minimums,
    )
    return sorted({one.starts_on for one in dated} | {day_after(one.ends_on) for one in dated})


def overspent(plan: Plan) -> list[NotKept]:
    """Return where what is used already passes a limit; the plan's items do not matter."""
    found = []
    for limit in limits_of(plan):
        for stretch in stretches_of(limit, changes_of(plan), plan.used):
            used = used_pence(limit, stretch, plan.used)
            if used > stretch.pence:
                found.append(_not_kept(limit, stretch, used))
    return found


def underspent(plan: Plan) -> list[NotKept]:
    """Return where a fund was used though less was put in before than it asks for; the plan's items do not matter."""
    found = []
    for rule, limit in zip(plan.minimums, minimums_of(plan), strict=True):
        for stretch in stretches_of(limit, changes_of(plan), plan.used):
            put_in = used_pence(limit, stretch, plan.used)
            pays = any(
                share_within(one, stretch.starts_on, stretch.until) for one in plan.used if one.fund_id == rule.fund_id
            )
            if pays and put_in < stretch.pence:
                found.append(_not_kept(limit, stretch, put_in))
    return found


def _not_kept(limit: Limit, stretch: Stretch, used: int) -> NotKept:
    return NotKept(limit.limit_id, limit.label, stretch.starts_on, stretch.until, stretch.pence, used)


def stretches_of(limit: Limit, changes: Sequence[date], used: Sequence[Payment] = ()) -> list[Stretch]:
    """Cut a limit's days into stretches.

    Args:
        changes: days on which something begins or has ended.
        used: what is used already.
    """
    spent = (one for one in used if one.fund_id in limit.fund_ids) if limit.per in _SHORT else ()
    days = {*changes, *(day for one in spent for day in (one.starts_on, day_after(one.ends_on)))}
    borders = sorted({limit.starts_on, limit.until, *_borders_within(limit, days)})
    return [Stretch(starts_on, until, _pence(limit, starts_on, until)) for starts_on, until in pairwise(borders)]


def used_pence(limit: Limit, stretch: Stretch, used: Iterable[Payment]) -> int:
    """Return how much of a stretch is used already; what spans more days than the stretch counts by the day."""
    first = FIRST_DAY if limit.is_own and stretch.starts_on == limit.starts_on else stretch.starts_on
    until = day_after(LAST_DAY) if limit.is_own and stretch.until == limit.until else stretch.until
    return sum(share_within(one, first, until) for one in used if one.fund_id in limit.fund_ids)


def share_within(payment: Payment, starts_on: date, until: date) -> int:
    """Return the part of a payment that falls on some days, evenly by the day; parts of adjoining days add up."""
    days = day_after(payment.ends_on).toordinal() - payment.starts_on.toordinal()
    before, upto = (
        payment.pence * min(max(day.toordinal() - payment.starts_on.toordinal(), 0), days) // days
        for day in (starts_on, until)
    )
    return upto - before


def _borders_within(limit: Limit, changes: Iterable[date]) -> Iterable[date]:
    if limit.per in {Per.YEAR, Per.WEEK_ON_AVERAGE}:
        years = limit.until.year - limit.starts_on.year
        yield from (day for n in range(1, years + 1) if (day := months_later(limit.starts_on, 12 * n)) < limit.until)
    if limit.per not in _SHORT:
        return
    for day in changes:
        if limit.starts_on < day < limit.until:
            first, following = period_around(limit.per, limit.starts_on, day)
            yield first
            if first != day:
                yield min(following, limit.until)


def _pence(limit: Limit, starts_on: date, until: date) -> int:
    if limit.per in {Per.ONCE, Per.YEAR}:
        return limit.pence
    return accrued_pence(limit.pence, limit.per, limit.starts_on, until) - accrued_pence(
        limit.pence, limit.per, limit.starts_on, starts_on
    )
