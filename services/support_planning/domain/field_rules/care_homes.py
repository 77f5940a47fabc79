"""Stays in a care home: how long a direct payment may pay for them."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise

from services.support_planning.domain.findings import Finding, Rule, Weight
from services.support_planning.domain.plan import Plan, Stay

CARE_HOME = "respite.residential"


def stays_too_long(plan: Plan, rule: Rule) -> Iterator[Finding]:
    """Stays that count together as more than the law lets a direct payment buy."""
    items = [item for item in plan.items if item.use == CARE_HOME]
    for item in items:
        if not item.stays and not item.lacks:
            text = f"{item.text}: say when each stay is and for how many nights."
            yield Finding("stays_not_told", Weight.STOPS, text, (item.item_id,), rule.citation, rule.unconfirmed)
    stays = [stay for item in items for stay in item.stays]
    nights = most_nights_together(stays, gap_days=rule.numbers["gap_days"], window_days=rule.numbers["window_days"])
    if nights > rule.numbers["nights_most"]:
        ids = tuple(item.item_id for item in items if item.stays)
        text = f"{nights} nights in a care home count together. {rule.text}"
        mend = f"Leave at least {rule.numbers['gap_days']} days between stays, or plan fewer nights."
        yield Finding("stays_too_long", Weight.STOPS, text, ids, rule.citation, rule.unconfirmed, mend)


def most_nights_together(stays: Sequence[Stay], *, gap_days: int, window_days: int) -> int:
    """The most nights that count as one stay in any year.

    A stay is added to the one before it where fewer than ``gap_days`` lie between them.

    Args:
        stays: in any order.
        gap_days: days between two stays that keep them apart.
        window_days: length of the year that is looked at.
    """
    most = 0
    for run in _runs(sorted(stays, key=lambda stay: stay.starts_on), gap_days):
        for first in run:
            until = first.starts_on.toordinal() + window_days
            most = max(most, sum(_nights_before(stay, until) for stay in run if stay.starts_on >= first.starts_on))
    return most


def _nights_before(stay: Stay, until: int) -> int:
    return max(0, min(stay.nights, until - stay.starts_on.toordinal()))


def _runs(stays: Sequence[Stay], gap_days: int) -> Iterator[list[Stay]]:
    run = list(stays[:1])
    for before, stay in pairwise(stays):
        if _days_between(before.ends_on, stay.starts_on) >= gap_days:
            yield run
            run = []
        run.append(stay)
    if run:
        yield run


def _days_between(left_on: date, came_on: date) -> int:
    return (came_on - left_on).days
