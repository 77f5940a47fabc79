"""What a fund will have spent by its end: what is spent, what is held for agreed items, and the trend of the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from services.ledger.domain.in_words import day, pounds
from services.ledger.domain.watching.settings import WatchingSettings


@dataclass(frozen=True)
class FundMovement:
    """What one day did to a fund's spending.

    Args:
        on: the value date.
        spent_pence: spent, refunds taken off.
        from_held_pence: how much of that had been held for an agreed item.
    """

    on: date
    spent_pence: int
    from_held_pence: int = 0


@dataclass(frozen=True)
class FundPosition:
    """A fund on a day.

    Args:
        awarded_pence: what was awarded, and what was carried in, less what was given back.
        held_pence: held for items that are agreed and not yet paid.
        advanced_pence: in the person's own account and not yet accounted for.
        movements: up to that day, by date.
    """

    fund_id: UUID
    stream: str
    name: str
    starts_on: date
    ends_on: date
    awarded_pence: int
    held_pence: int
    advanced_pence: int
    movements: tuple[FundMovement, ...]

    @property
    def spent_pence(self) -> int:
        """Spent so far."""
        return sum(one.spent_pence for one in self.movements)

    @property
    def days(self) -> int:
        """How many days the money covers."""
        return (self.ends_on - self.starts_on).days + 1


@dataclass(frozen=True)
class ForecastLine:
    """One line of the sum."""

    text: str
    pence: int


@dataclass(frozen=True)
class Forecast:
    """What will have been spent by the fund's end; the lines add up to it.

    Args:
        has_trend: whether the fund has run long enough for its trend to say anything.
    """

    fund_id: UUID
    on: date
    until: date
    lines: tuple[ForecastLine, ...]
    left_pence: int
    has_trend: bool

    @property
    def spent_pence(self) -> int:
        """Spent by the end."""
        return sum(line.pence for line in self.lines)


def forecast(fund: FundPosition, on: date, settings: WatchingSettings) -> Forecast:
    """Work out what a fund will have spent by its end.

    The trend is what was spent on no held item over the last weeks, a day, times the days that are left, rounded half
    up. It knows nothing of seasons or of bad spells: a person reads it with the plan at hand.
    """
    on = min(max(on, fund.starts_on - timedelta(days=1)), fund.ends_on)
    trend = _trend(fund, on, settings)
    lines = (
        ForecastLine(f"Spent by {day(on)}", fund.spent_pence),
        ForecastLine("Held for agreed items and still to be paid", fund.held_pence),
        trend,
    )
    has_trend = (on - fund.starts_on).days + 1 >= min(settings.first_weeks * 7, fund.days)
    return Forecast(
        fund.fund_id, on, fund.ends_on, lines, fund.awarded_pence - sum(line.pence for line in lines), has_trend
    )


def _trend(fund: FundPosition, on: date, settings: WatchingSettings) -> ForecastLine:
    left = (fund.ends_on - on).days
    since = max(fund.starts_on, on - timedelta(days=settings.trend_weeks * 7 - 1))
    days = (on - since).days + 1
    if days <= 0 or left == 0:
        return ForecastLine("No days to go on with", 0)
    pence = sum(one.spent_pence - one.from_held_pence for one in fund.movements if since <= one.on <= on)
    pence = max(pence, 0)
    going_on = (2 * pence * left + days) // (2 * days)
    return ForecastLine(
        f"The other spending going on as since {day(since)}: {pounds(pence)} in {days} days, for {left} more days",
        going_on,
    )


def weekly_rate_pence(fund: FundPosition) -> int:
    """A week's worth of an award, rounded down."""
    return fund.awarded_pence * 7 // fund.days


def last_spent_on(movements: Sequence[FundMovement]) -> date | None:
    """The last day on which money was spent."""
    return max((one.on for one in movements if one.spent_pence > 0), default=None)
