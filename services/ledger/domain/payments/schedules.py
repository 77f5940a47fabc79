"""What is due when, by a weekly rate or as parts of one sum; net or gross of the person's contribution.

A weekly rate is rounded on the running total: what is due for all days so far, rounded half up, less what was due
before. So the parts always add up to the whole, and a rate that changes later never changes an earlier payment. One sum
for the whole time is split by largest remainders over the turns of the cycle. What a plan says falls due on its days: a
turn pays what falls on days of the turn.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from itertools import accumulate, groupby, pairwise
from uuid import UUID

from services.ledger.domain.in_words import pounds
from services.ledger.domain.payments.periods import ONE_DAY, Every, Period, Turn, turns
from services.ledger.domain.payments.shares import rounded_half_up, split

_DAYS_A_WEEK = 7


class RateMissing(Exception):
    """No rate holds on the first day that is paid for, or two rates begin on one day."""


class ContributionAboveRate(Exception):
    """The person would contribute more than the whole payment."""


class ContributionPaid(StrEnum):
    """How the person's own contribution is dealt with."""

    NET = "net"
    GROSS = "gross"


@dataclass(frozen=True)
class WeeklyRate:
    """What a week is worth from a day on, in pence, the contribution included."""

    from_on: date
    pence_per_week: int
    contribution_pence_per_week: int = 0


@dataclass(frozen=True)
class WeeklyRates:
    """A weekly rate that may change from day to day."""

    rates: tuple[WeeklyRate, ...]


@dataclass(frozen=True)
class WholeSum:
    """One sum for the whole time, in pence, the contribution included."""

    pence: int
    contribution_pence: int = 0


@dataclass(frozen=True)
class DatedSum:
    """What an item of a plan needs on one of its days, in pence, the contribution included."""

    item_id: UUID
    on: date
    pence: int
    contribution_pence: int = 0


@dataclass(frozen=True)
class DatedSums:
    """What the items of a plan need, day by day.

    Args:
        sums: in any order; a day and an item have one at most.
        labels: by item, what it is in words that any event may carry.
    """

    sums: tuple[DatedSum, ...]
    labels: Mapping[UUID, str]

    def on_days_of(self, period: Period) -> list[DatedSum]:
        """Those that fall on days of a period."""
        return [one for one in self.sums if period.from_on <= one.on <= period.to_on]


@dataclass(frozen=True)
class Terms:
    """How a part of a budget is paid.

    Args:
        starts_on: first day that is paid for.
        ends_on: last day that is paid for.
        every: how often.
        in_advance: whether a turn is paid on its first day, rather than the day after its last.
        paid: ``net``: the person adds the contribution to the account; ``gross``: the council asks for it.
        amount: a weekly rate, one sum, or what falls due day by day.
        cycle_on: a day on which a turn begins; the first day, where none is given.
    """

    starts_on: date
    ends_on: date
    every: Every
    in_advance: bool
    paid: ContributionPaid
    amount: WeeklyRates | WholeSum | DatedSums
    cycle_on: date | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be paid.

        Raises:
            RateMissing: no rate holds on the first day, or the rates are not in the order of their days.
            ContributionAboveRate: a contribution is above what it is a part of.
            PeriodOutOfRange: the last day is before the first.
        """
        whole = self.whole
        if isinstance(self.amount, DatedSums):
            for one in self.amount.sums:
                _refuse_contribution(one.pence, one.contribution_pence)
            return
        if isinstance(self.amount, WholeSum):
            _refuse_contribution(self.amount.pence, self.amount.contribution_pence)
            return
        days = [rate.from_on for rate in self.amount.rates]
        if not days or days[0] > whole.from_on or days != sorted(set(days)):
            raise RateMissing(f"rates from {[day.isoformat() for day in days]} for {whole.from_on.isoformat()} on")
        for rate in self.amount.rates:
            _refuse_contribution(rate.pence_per_week, rate.contribution_pence_per_week)

    @property
    def whole(self) -> Period:
        """All the time that is paid for."""
        return Period(self.starts_on, self.ends_on)


@dataclass(frozen=True)
class DuePayment:
    """What is due for a period.

    Args:
        period: the days that it covers.
        due_on: the day on which it is to be paid.
        value_on: the day that the money concerns, which is always one of the period's.
        gross_pence: all of it.
        contribution_pence: the person's part of it.
        paid: whether the contribution is left out of what is sent.
        working: how it was worked out, in words.
    """

    period: Period
    due_on: date
    value_on: date
    gross_pence: int
    contribution_pence: int
    paid: ContributionPaid
    working: tuple[str, ...]

    @property
    def kept_pence(self) -> int:
        """What is not sent, since the person adds it."""
        return self.contribution_pence if self.paid is ContributionPaid.NET else 0

    @property
    def sent_pence(self) -> int:
        """What goes to the bank."""
        return self.gross_pence - self.kept_pence


@dataclass(frozen=True)
class Revision:
    """What new terms make of a schedule.

    Args:
        due: what is due from now on, for days that nobody has been paid for.
        back_pay_pence: what the days that were paid for are worth more than was paid; to be paid at once.
        recoverable_pence: what they are worth less; for a person to decide on, and nothing is taken by itself.
    """

    due: tuple[DuePayment, ...]
    back_pay_pence: int
    recoverable_pence: int


def due_payments(terms: Terms) -> tuple[DuePayment, ...]:
    """Everything that is due under some terms, in order."""
    cycle = turns(terms.whole, terms.every, cycle_on=terms.cycle_on)
    if isinstance(terms.amount, DatedSums):
        return _falling_due(terms, terms.amount, cycle)
    if isinstance(terms.amount, WholeSum):
        return _parts_of_sum(terms, terms.amount, cycle)
    return _by_rate(terms, terms.amount, cycle)


def revised(terms: Terms, taken: Sequence[DuePayment], *, made_up_pence: int = 0) -> Revision:
    """What is due under new terms when some periods are on their way or paid already.

    Args:
        terms: the new terms, for the whole time.
        taken: what was paid under the old ones, or is in a run that may pay it.
        made_up_pence: what earlier revisions paid on top, because those periods were worth more.
    """
    left = tuple(_untaken(turns(terms.whole, terms.every, cycle_on=terms.cycle_on), taken))
    if isinstance(terms.amount, WholeSum):
        return _rest_of_sum(terms, terms.amount, left, taken, made_up_pence)
    worth = _worth(terms.whole, terms.amount, taken)
    worth_sent = [rounded_half_up(pence) for pence in worth][: 1 if terms.paid is ContributionPaid.NET else 2]
    difference = sum(worth_sent) - sum(due.sent_pence for due in taken) - made_up_pence
    if isinstance(terms.amount, DatedSums):
        return Revision(_falling_due(terms, terms.amount, left), max(difference, 0), max(-difference, 0))
    return Revision(_by_rate(terms, terms.amount, left, worth), max(difference, 0), max(-difference, 0))


def _rest_of_sum(
    terms: Terms, amount: WholeSum, left: Sequence[Turn], taken: Sequence[DuePayment], made_up_pence: int
) -> Revision:
    rest = amount.pence - sum(due.gross_pence for due in taken) - made_up_pence
    if rest < 0 or not left:
        return Revision((), max(rest, 0), max(-rest, 0))
    contribution = amount.contribution_pence - sum(due.contribution_pence for due in taken)
    whole = WholeSum(rest, min(rest, max(0, contribution)))
    return Revision(_parts_of_sum(terms, whole, left), 0, 0)


def _untaken(cycle: Iterable[Turn], taken: Sequence[DuePayment]) -> Iterable[Turn]:
    for turn in cycle:
        left: tuple[Period, ...] = (turn.period,)
        for due in taken:
            left = tuple(piece for period in left for piece in period.without(due.period))
        for period in left:
            yield Turn(period, turn.share * Fraction(period.days, turn.period.days))


def _falling_due(terms: Terms, amount: DatedSums, cycle: Sequence[Turn]) -> tuple[DuePayment, ...]:
    """What falls on days of each turn; a turn on which nothing does is none."""
    found = []
    for turn in cycle:
        if falling := amount.on_days_of(turn.period):
            contribution = sum(one.contribution_pence for one in falling)
            rest = sum(one.pence for one in falling) - contribution
            found.append(_payment(terms, turn.period, rest, contribution, _items_in_words(amount, falling)))
    return tuple(found)


def _items_in_words(amount: DatedSums, falling: Sequence[DatedSum]) -> tuple[str, ...]:
    by_item = groupby(
        sorted(falling, key=lambda one: (amount.labels[one.item_id], one.item_id)), lambda one: one.item_id
    )
    told = []
    for item_id, group in by_item:
        of_item = list(group)
        days = f"{len(of_item)} days" if len(of_item) > 1 else "1 day"
        told.append(
            f"{amount.labels[item_id]}: {pounds(sum(one.pence for one in of_item))} for {days} on which it is due"
        )
    return tuple(told)


def _by_rate(
    terms: Terms, amount: WeeklyRates, cycle: Sequence[Turn], before: tuple[Fraction, Fraction] = (Fraction(0),) * 2
) -> tuple[DuePayment, ...]:
    accrued = [_accrued(amount, turn.period) for turn in cycle]
    rests = _in_whole_pence(before[0], (rest for rest, _ in accrued))
    contributions = _in_whole_pence(before[1], (contribution for _, contribution in accrued))
    return tuple(
        _payment(terms, turn.period, rest, contribution, _in_words(amount, turn.period))
        for turn, rest, contribution in zip(cycle, rests, contributions, strict=True)
    )


def _in_whole_pence(before: Fraction, exact: Iterable[Fraction]) -> list[int]:
    """Whole pence that never stray more than half a penny from the exact running total."""
    totals = [rounded_half_up(total) for total in accumulate(exact, initial=before)]
    return [after - earlier for earlier, after in pairwise(totals)]


def _parts_of_sum(terms: Terms, amount: WholeSum, cycle: Sequence[Turn]) -> tuple[DuePayment, ...]:
    shares = [turn.share for turn in cycle]
    # Each by itself: by largest remainders a part of a smaller sum may be above the same part of a larger one.
    rests = split(amount.pence - amount.contribution_pence, shares)
    contributions = split(amount.contribution_pence, shares)
    return tuple(
        _payment(terms, turn.period, rest, contribution, (f"part {number} of {len(cycle)} of {pounds(amount.pence)}",))
        for number, (turn, rest, contribution) in enumerate(zip(cycle, rests, contributions, strict=True), 1)
    )


def _payment(terms: Terms, period: Period, rest: int, contribution: int, working: tuple[str, ...]) -> DuePayment:
    return DuePayment(
        period=period,
        due_on=period.from_on if terms.in_advance else period.to_on + ONE_DAY,
        value_on=period.from_on if terms.in_advance else period.to_on,
        gross_pence=rest + contribution,
        contribution_pence=contribution,
        paid=terms.paid,
        working=working,
    )


def _worth(whole: Period, amount: WeeklyRates | DatedSums, taken: Sequence[DuePayment]) -> tuple[Fraction, Fraction]:
    """What days that are taken already are worth under new terms: beside the contribution, and the contribution."""
    days = [shared for due in taken if (shared := due.period.shared_with(whole))]
    if isinstance(amount, DatedSums):
        falling = [one for period in days for one in amount.on_days_of(period)]
        contribution = sum(one.contribution_pence for one in falling)
        return Fraction(sum(one.pence for one in falling) - contribution), Fraction(contribution)
    accrued = [_accrued(amount, period) for period in days]
    return sum((rest for rest, _ in accrued), Fraction(0)), sum((part for _, part in accrued), Fraction(0))


def _accrued(amount: WeeklyRates, period: Period) -> tuple[Fraction, Fraction]:
    """Exact pence of a period: what is left beside the contribution, and the contribution."""
    held = _days_by_rate(amount, period)
    rest = sum(days * (rate.pence_per_week - rate.contribution_pence_per_week) for rate, days in held)
    contribution = sum(days * rate.contribution_pence_per_week for rate, days in held)
    return Fraction(rest, _DAYS_A_WEEK), Fraction(contribution, _DAYS_A_WEEK)


def _days_by_rate(amount: WeeklyRates, period: Period) -> list[tuple[WeeklyRate, int]]:
    ends = [rate.from_on - ONE_DAY for rate in amount.rates[1:]] + [date.max]
    held = [(rate, Period(rate.from_on, end).shared_with(period)) for rate, end in zip(amount.rates, ends, strict=True)]
    return [(rate, days.days) for rate, days in held if days]


def _in_words(amount: WeeklyRates, period: Period) -> tuple[str, ...]:
    return tuple(f"{days} days at {pounds(rate.pence_per_week)} a week" for rate, days in _days_by_rate(amount, period))


def _refuse_contribution(pence: int, contribution_pence: int) -> None:
    if pence < 0 or not 0 <= contribution_pence <= pence:
        raise ContributionAboveRate(f"a contribution of {contribution_pence} of {pence} pence")
