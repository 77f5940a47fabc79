"""What a person should look at: raised once for each cause, cleared when it has gone, and never more than a word."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.ledger.domain.in_words import day, pounds
from services.ledger.domain.spending.planned_items import PlannedItem
from services.ledger.domain.watching.forecast import (
    FundPosition,
    forecast,
    last_spent_on,
    weekly_rate_pence,
)
from services.ledger.domain.watching.settings import WatchingSettings


class AlertKind(StrEnum):
    """What may need a look."""

    OVERSPEND = "overspend"
    ITEM_OVERSPEND = "item_overspend"
    UNDERSPEND = "underspend"
    QUIET = "quiet"
    SURPLUS = "surplus"
    HELD_PAST_THE_END = "held_past_the_end"
    ENDS_SOON = "ends_soon"


@dataclass(frozen=True)
class Cause:
    """Why an alert is raised: a kind, and the fund, item or commitment it is about."""

    kind: AlertKind
    about: UUID
    text: str
    pence: int

    @property
    def key(self) -> tuple[AlertKind, UUID]:
        """What makes it the same cause tomorrow, whatever its figures."""
        return (self.kind, self.about)


@dataclass(frozen=True)
class ItemActual:
    """An item of the plan, and what was spent on it so far."""

    item: PlannedItem
    spent_pence: int


@dataclass(frozen=True)
class HeldMoney:
    """An open commitment.

    Args:
        needed_on: the last day on which the held money is to be used.
    """

    commitment_id: UUID
    fund_id: UUID
    pence: int
    needed_on: date


@dataclass(frozen=True)
class Changes:
    """What watching changes."""

    raised: tuple[Cause, ...]
    cleared: tuple[tuple[AlertKind, UUID], ...]


def causes(
    funds: Sequence[FundPosition],
    items: Iterable[ItemActual],
    held: Iterable[HeldMoney],
    on: date,
    settings: WatchingSettings,
) -> list[Cause]:
    """Everything about a budget that a person should look at on a day, in a stated order."""
    by_id = {fund.fund_id: fund for fund in funds}
    found = [cause for fund in funds for cause in _of_fund(fund, on, settings)]
    found += [cause for one in items if (cause := _of_item(one, on, settings))]
    found += [cause for one in held if (cause := _past_the_end(one, by_id))]
    return sorted(found, key=lambda cause: (cause.kind, cause.about))


def changes(found: Iterable[Cause], open_now: Iterable[tuple[AlertKind, UUID]]) -> Changes:
    """Raise what is new and clear what has gone; what is open stays, and is told once."""
    by_key = {cause.key: cause for cause in found}
    still = set(open_now)
    return Changes(
        tuple(cause for key, cause in sorted(by_key.items()) if key not in still),
        tuple(sorted(key for key in still if key not in by_key)),
    )


def _of_fund(fund: FundPosition, on: date, settings: WatchingSettings) -> Iterable[Cause]:
    if not fund.starts_on <= on <= fund.ends_on:
        return
    expected = forecast(fund, on, settings)
    over = expected.spent_pence - fund.awarded_pence
    if expected.has_trend and over * 100 > fund.awarded_pence * settings.overspend_percent:
        text = f"{fund.name} will be {pounds(over)} short by {day(fund.ends_on)} if spending goes on like this."
        yield Cause(AlertKind.OVERSPEND, fund.fund_id, text, over)
    if expected.has_trend and expected.left_pence * 100 > fund.awarded_pence * settings.underspend_percent:
        text = f"{fund.name} will have {pounds(expected.left_pence)} left on {day(fund.ends_on)}."
        yield Cause(AlertKind.UNDERSPEND, fund.fund_id, text, expected.left_pence)
    yield from _quiet(fund, on, settings)
    surplus = fund.advanced_pence - settings.surplus_weeks * weekly_rate_pence(fund)
    if surplus > 0:
        text = (
            f"{pounds(fund.advanced_pence)} of {fund.name} lie in the person's account:"
            f" more than {settings.surplus_weeks} weeks' worth."
        )
        yield Cause(AlertKind.SURPLUS, fund.fund_id, text, surplus)
    left = (fund.ends_on - on).days
    if left <= settings.ends_soon_days:
        rest = fund.awarded_pence - fund.spent_pence
        text = f"{fund.name} ends on {day(fund.ends_on)}, in {left} days, with {pounds(rest)} not yet spent."
        yield Cause(AlertKind.ENDS_SOON, fund.fund_id, text, rest)


def _quiet(fund: FundPosition, on: date, settings: WatchingSettings) -> Iterable[Cause]:
    last = last_spent_on(fund.movements)
    quiet_days = (on - (last or fund.starts_on)).days
    unspent = fund.awarded_pence - fund.spent_pence
    if quiet_days < settings.quiet_weeks * 7 or unspent <= 0:
        return
    since = f"since {day(last)}" if last else f"since it began on {day(fund.starts_on)}"
    text = f"Nothing of {fund.name} was spent {since}. Is the person getting the support that was agreed?"
    yield Cause(AlertKind.QUIET, fund.fund_id, text, unspent)


def _of_item(one: ItemActual, on: date, settings: WatchingSettings) -> Cause | None:
    planned = one.item.planned_pence(one.item.starts_on, on)
    over = one.spent_pence - planned
    # The next payment may be made a little early: one more is no overspend.
    if over <= one.item.pence or over * 100 <= planned * settings.overspend_percent:
        return None
    text = f"{pounds(one.spent_pence)} were spent on {one.item.text}; {pounds(planned)} were planned by {day(on)}."
    return Cause(AlertKind.ITEM_OVERSPEND, one.item.item_id, text, over)


def _past_the_end(one: HeldMoney, funds: Mapping[UUID, FundPosition]) -> Cause | None:
    fund = funds.get(one.fund_id)
    if fund is None or one.needed_on <= fund.ends_on:
        return None
    text = (
        f"{pounds(one.pence)} of {fund.name} are held for {day(one.needed_on)}, and the money ends on"
        f" {day(fund.ends_on)}: decide who pays, or let them go."
    )
    return Cause(AlertKind.HELD_PAST_THE_END, one.commitment_id, text, one.pence)
