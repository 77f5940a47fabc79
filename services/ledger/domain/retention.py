"""How long the words around money are kept once a person's record was erased, and what still keeps them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

#: The council's financial year ends on 31 March.
_LAST_MONTH, _LAST_DAY = 3, 31


@dataclass(frozen=True)
class RetentionRule:
    """How long money records keep the words that tell who was paid, and why.

    Args:
        from_on: the first day on which the rule counts.
        years_after_year_end: whole years after the end of the financial year of the last entry.
        source: in law or practice.
        is_confirmed: whether the source was seen.
    """

    from_on: date
    years_after_year_end: int
    source: str
    is_confirmed: bool


@dataclass(frozen=True)
class MoneyStanding:
    """What of a budget still needs its words.

    Args:
        last_entry_on: the last day on which anything was valued or recorded; None where nothing was posted.
        unpaid: payments that are due or under way.
        open_recoveries: money that is asked back and not settled.
    """

    last_entry_on: date | None
    unpaid: int
    open_recoveries: int


def rule_on(rules: Sequence[RetentionRule], on: date) -> RetentionRule:
    """The newest rule that has begun on a day.

    Raises:
        LookupError: none has.
    """
    begun = [rule for rule in rules if rule.from_on <= on]
    if not begun:
        raise LookupError(f"there is no retention rule for money records on {on}")
    return max(begun, key=lambda rule: rule.from_on)


def kept_until(rule: RetentionRule, last_entry_on: date) -> date:
    """The last day on which the words are kept: whole years after the financial year of the last entry has ended."""
    year = last_entry_on.year + (last_entry_on > last_entry_on.replace(month=_LAST_MONTH, day=_LAST_DAY))
    return date(year + rule.years_after_year_end, _LAST_MONTH, _LAST_DAY)


def reasons_to_keep(standing: MoneyStanding, rule: RetentionRule, on: date) -> tuple[str, ...]:
    """Why the words around a budget's money may not go on a day; empty when they may."""
    return tuple(_reasons(standing, rule, on))


def _reasons(standing: MoneyStanding, rule: RetentionRule, on: date) -> Iterator[str]:
    if standing.last_entry_on is not None and on <= (until := kept_until(rule, standing.last_entry_on)):
        yield f"money records are kept until {until} ({rule.source})"
    if standing.unpaid:
        yield "a payment is due or under way"
    if standing.open_recoveries:
        yield "money is being asked back"
