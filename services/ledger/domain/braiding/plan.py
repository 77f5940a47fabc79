"""What goes in: items to pay for, funds that may pay, limits that funds share, and what is settled already."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import TypeVar

#: The largest single sum, in pence: what every JSON reader on the way can hold.
PENCE_MAX = 2**53 - 1
#: Days that a plan may name: others are slips of the pen, and arithmetic on them may leave the calendar.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)
#: The largest rank: how many uses a fund permits, or what a council sets.
FLEXIBILITY_MAX = 1000


Thing = TypeVar("Thing")


class BadPlan(Exception):
    """A plan cannot be looked at: a sum, a date or an id in it makes no sense."""


class Per(StrEnum):
    """What a sum is for: once, or each week, four weeks, month or year from the first day of what it belongs to.

    ``week_on_average`` is a limit that may be passed in one week and is kept over the year.
    """

    ONCE = "once"
    WEEK = "week"
    FOUR_WEEKS = "four_weeks"
    MONTH = "month"
    YEAR = "year"
    WEEK_ON_AVERAGE = "week_on_average"


@dataclass(frozen=True)
class Item:
    """Something to pay for.

    Args:
        label: as people know it.
        pence: cost for each ``per``.
        per: how often; what is paid once may be paid on any day from the first to the last.
        starts_on, ends_on: days that it covers, both counted.
    """

    item_id: str
    label: str
    pence: int
    per: Per
    starts_on: date
    ends_on: date


@dataclass(frozen=True)
class Fund:
    """Ring-fenced money of one award.

    Args:
        label: as people know it.
        pence: the most it pays for each ``per``, counted from its first day.
        starts_on, ends_on: days that its money covers, both counted.
        flexibility: how many uses it permits, or as the council sets it; the lower, the sooner it is used.
        confirmed: False while its decision-maker has not confirmed the award.
    """

    fund_id: str
    label: str
    pence: int
    per: Per
    starts_on: date
    ends_on: date
    flexibility: int
    confirmed: bool = True


@dataclass(frozen=True)
class JointLimit:
    """The most that several funds pay together, such as the Independent Living Fund's with its council.

    Args:
        set_by: the fund whose award sets it, if one does: before that is confirmed nobody is held to it.
    """

    limit_id: str
    label: str
    pence: int
    per: Per
    fund_ids: frozenset[str]
    starts_on: date
    ends_on: date
    set_by: str | None = None


@dataclass(frozen=True)
class MinimumBeforeUse:
    """What must be spent from some funds before another may be used, such as the council's input for the ILF.

    Args:
        fund_id: the fund that may be used only then.
        spent_from: funds whose spending counts.
        pence: the least for each ``per``.
    """

    rule_id: str
    label: str
    fund_id: str
    spent_from: frozenset[str]
    pence: int
    per: Per
    starts_on: date
    ends_on: date


class Answer(StrEnum):
    """Whether a fund's rules let it pay for an item."""

    PERMITTED = "permitted"
    BARRED = "barred"
    ASK = "ask"


@dataclass(frozen=True)
class Allowance:
    """What a fund's rules say of an item.

    Args:
        answer: ``ask`` while something that the rules turn on is not known: then it pays nothing yet.
        up_to_pence: the most that the fund pays of the item's cost, for each ``per`` of the item; None: all of it.
        reasons: why not, or what must be told, in words.
    """

    answer: Answer
    up_to_pence: int | None = None
    reasons: tuple[str, ...] = ()


#: What has days of its own in a plan.
Dated = Item | Fund | JointLimit | MinimumBeforeUse

PERMITTED = Allowance(Answer.PERMITTED)
NOT_LISTED = Allowance(Answer.BARRED, None, ("It is not a permitted use of this money.",))


@dataclass(frozen=True)
class Payment:
    """What a fund pays, or has paid or promised, for an item in a span of time; both days counted."""

    item_id: str
    fund_id: str
    starts_on: date
    ends_on: date
    pence: int


@dataclass(frozen=True)
class Plan:
    """Items, and the funds that are to pay for them.

    Args:
        allowances: by item and fund; a pair that is not there is barred.
        today: who pays what now; kept where nothing better is lost by it.
        used: money of the funds that is spent, or held for something else, and cannot be moved.
    """

    items: Sequence[Item]
    funds: Sequence[Fund]
    allowances: Mapping[tuple[str, str], Allowance]
    joint_limits: Sequence[JointLimit] = ()
    minimums: Sequence[MinimumBeforeUse] = ()
    today: Sequence[Payment] = ()
    used: Sequence[Payment] = ()
    _item_by_id: Mapping[str, Item] = field(init=False, repr=False, compare=False)
    _fund_by_id: Mapping[str, Fund] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse what cannot be looked at.

        Raises:
            BadPlan: two things with one id, a sum below zero or too large, an end before its start, an unknown fund.
        """
        object.__setattr__(self, "_item_by_id", _by_id("item", ((item.item_id, item) for item in self.items)))
        object.__setattr__(self, "_fund_by_id", _by_id("fund", ((fund.fund_id, fund) for fund in self.funds)))
        for group in (self.items, self.funds, self.joint_limits, self.minimums, self.today, self.used):
            for dated in group:
                _check_sum_and_days(dated)
        for fund in self.funds:
            if not 0 <= fund.flexibility <= FLEXIBILITY_MAX:
                raise BadPlan(f"flexibility {fund.flexibility} of {fund.fund_id}")
        limit_ids = [*(one.limit_id for one in self.joint_limits), *(one.rule_id for one in self.minimums)]
        _by_id("limit", ((limit_id, limit_id) for limit_id in (*self._fund_by_id, *limit_ids)))
        for limit in self.joint_limits:
            self._check_funds(limit.fund_ids)
        for rule in self.minimums:
            self._check_funds(rule.spent_from | {rule.fund_id})

    def item(self, item_id: str) -> Item:
        """The item of an id."""
        return self._item_by_id[item_id]

    def fund(self, fund_id: str) -> Fund:
        """The fund of an id."""
        return self._fund_by_id[fund_id]

    def allowance(self, item_id: str, fund_id: str) -> Allowance:
        """What a fund's rules say of an item."""
        return self.allowances.get((item_id, fund_id), NOT_LISTED)

    def of_confirmed_money(self, *, and_of: str | None = None) -> "Plan":
        """Return the plan without funds that nobody has confirmed, and without what their awards set.

        Args:
            and_of: a fund that is taken as confirmed.
        """
        gone = {one.fund_id for one in self.funds if not one.confirmed and one.fund_id != and_of}
        if not gone:
            return self
        return replace(
            self,
            funds=[one for one in self.funds if one.fund_id not in gone],
            joint_limits=[
                replace(one, fund_ids=one.fund_ids - gone) for one in self.joint_limits if one.set_by not in gone
            ],
            minimums=[
                replace(one, spent_from=one.spent_from - gone) for one in self.minimums if one.fund_id not in gone
            ],
        )

    def _check_funds(self, fund_ids: frozenset[str]) -> None:
        if unknown := fund_ids - self._fund_by_id.keys():
            raise BadPlan(f"no fund {', '.join(sorted(unknown))}")


def _by_id(kind: str, pairs: Iterable[tuple[str, Thing]]) -> Mapping[str, Thing]:
    found: dict[str, Thing] = {}
    for name, thing in pairs:
        if name in found:
            raise BadPlan(f"two things of kind {kind} have the id {name}")
        found[name] = thing
    return found


def _check_sum_and_days(dated: Dated | Payment) -> None:
    if not 0 <= dated.pence <= PENCE_MAX:
        raise BadPlan(f"{dated.pence} pence in {dated}")
    if not FIRST_DAY <= dated.starts_on <= dated.ends_on <= LAST_DAY:
        raise BadPlan(f"its days are not in order, or not between {FIRST_DAY} and {LAST_DAY}: {dated}")
