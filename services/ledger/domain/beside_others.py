"""What an award sets over other streams' money, as limits and minimums of one budget's funds.

A rule is told by stream and by the week; a budget's funds are of awards, each with one sum for all its days. They meet
by the day: what a weekly sum comes to over some days is counted from the rule's first day and rounded once, half a
penny up (`braiding.accrual`). So 52 weeks at £785.00 are £40,820.00 to the penny, and what follows one another adds up.

A joint limit counts every day of the award that sets it. A minimum counts the days on which the plan asks for what the
award may pay for, from the first to the last: before its support began nobody put anything in, and nothing was paid.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.ledger.domain.braiding.plan import JointLimit, MinimumBeforeUse, Per
from services.ledger.domain.in_words import pounds, together

_A_PERIOD = {
    Per.ONCE: "",
    Per.WEEK: " a week",
    Per.FOUR_WEEKS: " every four weeks",
    Per.MONTH: " a month",
    Per.YEAR: " a year",
    Per.WEEK_ON_AVERAGE: " a week on average",
}


@dataclass(frozen=True)
class BesideOthers:
    """A sum that an award sets over other streams' money.

    Args:
        streams: whose money counts.
        pence: for each ``per``.
        text: the same in words for people.
        citation: where it is written; ``unconfirmed`` where no source confirms it.
    """

    streams: frozenset[str]
    pence: int
    per: Per
    text: str
    citation: str
    unconfirmed: bool

    @property
    def sum_in_words(self) -> str:
        """The sum with its period."""
        return f"{pounds(self.pence)}{_A_PERIOD[self.per]}"


@dataclass(frozen=True)
class FundBesideOthers:
    """A fund of a budget among the others.

    Args:
        label: as people know it.
        starts_on, ends_on: days that its money covers, both counted.
        joint_limits: what it and others pay together at most.
        minimums: what others must pay, or it pays nothing.
    """

    fund_id: str
    stream: str
    label: str
    starts_on: date
    ends_on: date
    joint_limits: Sequence[BesideOthers] = ()
    minimums: Sequence[BesideOthers] = ()

    @property
    def is_bound(self) -> bool:
        """Whether its award says anything of other streams' money."""
        return bool(self.joint_limits or self.minimums)


def joint_limits_of(funds: Sequence[FundBesideOthers]) -> list[JointLimit]:
    """Return the joint limits that a budget's funds set, each over the days of the fund that sets it."""
    return [
        JointLimit(
            f"{fund.fund_id}/joint/{place}",
            f"the {one.sum_in_words} that {_names([fund, *_counted(one, fund, funds)])} may pay together",
            one.pence,
            one.per,
            frozenset({fund.fund_id, *(other.fund_id for other in _counted(one, fund, funds))}),
            fund.starts_on,
            fund.ends_on,
            fund.fund_id,
        )
        for fund in funds
        for place, one in enumerate(fund.joint_limits)
    ]


def minimums_of(funds: Sequence[FundBesideOthers], asked: Mapping[str, tuple[date, date]]) -> list[MinimumBeforeUse]:
    """Return what must be put in before a fund pays, over the days on which it is asked to; none of one that is not.

    Args:
        asked: by fund, the first and last day of what it may pay for.
    """
    found = []
    for fund in funds:
        if fund.fund_id not in asked:
            continue
        first, last = asked[fund.fund_id]
        first, last = max(first, fund.starts_on), min(last, fund.ends_on)
        for place, one in enumerate(fund.minimums if first <= last else ()):
            counted = _counted(one, fund, funds)
            whose = _names(counted) if counted else "money that this budget does not have"
            found.append(
                MinimumBeforeUse(
                    f"{fund.fund_id}/minimum/{place}",
                    f"at least {one.sum_in_words} from {whose}",
                    fund.fund_id,
                    frozenset(other.fund_id for other in counted),
                    one.pence,
                    one.per,
                    first,
                    last,
                )
            )
    return found


def _counted(one: BesideOthers, fund: FundBesideOthers, funds: Iterable[FundBesideOthers]) -> list[FundBesideOthers]:
    return [other for other in funds if other.stream in one.streams and other.fund_id != fund.fund_id]


def _names(funds: Iterable[FundBesideOthers]) -> str:
    return together(list(dict.fromkeys(fund.label for fund in funds)))
