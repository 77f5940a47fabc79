"""Reviews: when each is due, what they compare, and that money goes down only where needs give a ground for it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from services.support_planning.domain.needs import Judged, NeedsCompared, ground_for_less


class Kind(StrEnum):
    """Why there is a review."""

    FIRST = "first"
    YEARLY = "yearly"
    STREAM = "stream"
    REQUESTED = "requested"
    TRIGGERED = "triggered"


class Outcome(StrEnum):
    """What came of a review."""

    CARRIES_ON = "carries_on"
    PLAN_CHANGES = "plan_changes"
    REASSESS = "reassess"
    MORE_MONEY = "more_money"
    LESS_MONEY = "less_money"
    ENDS = "ends"


class Met(StrEnum):
    """How far an outcome of the plan is met."""

    MET = "met"
    PARTLY_MET = "partly_met"
    NOT_MET = "not_met"


@dataclass(frozen=True)
class ReviewRules:
    """When reviews fall due, in weeks."""

    first_after_weeks: int
    first_at_latest_after_weeks: int
    every_weeks: int
    remind_weeks_before: int


@dataclass(frozen=True)
class Planned:
    """A review that is to be held.

    Args:
        due_on: the last day on which it is on time.
        remind_on: when people are first told of it.
    """

    kind: Kind
    due_on: date
    remind_on: date
    stream: str | None = None


def planned_after_approval(
    effective_from: date, ends_on: date, rules: ReviewRules, stream_dates: Mapping[str, date]
) -> Iterator[Planned]:
    """The reviews of a plan: the first within its weeks, one each year that it lasts, and what streams ask for.

    Args:
        stream_dates: by stream, the day on which its award asks for a review.
    """
    before = timedelta(weeks=rules.remind_weeks_before)
    latest = effective_from + timedelta(weeks=rules.first_at_latest_after_weeks)
    yield Planned(Kind.FIRST, latest, effective_from + timedelta(weeks=rules.first_after_weeks))
    due_on = effective_from + timedelta(weeks=rules.every_weeks)
    while True:
        yield Planned(Kind.YEARLY, due_on, due_on - before)
        due_on += timedelta(weeks=rules.every_weeks)
        if due_on > ends_on:
            break
    for stream, due in sorted(stream_dates.items()):
        if due >= effective_from:
            yield Planned(Kind.STREAM, due, max(due - before, effective_from), stream)


class NoGroundForLess(Exception):
    """Money would go down though needs give no ground for it."""


def require_ground(
    outcome: Outcome, needs: NeedsCompared, *, asked_by_person: bool, judged: Sequence[Judged] = ()
) -> str:
    """Refuse to take money away unless needs give a ground for it.

    Args:
        asked_by_person: the person themselves asks for less.
        judged: what a practitioner says of differences that cannot be ranked.

    Returns:
        The ground, in words; empty where no money goes down.

    Raises:
        NoGroundForLess: they do not; it says why.
        NothingToJudge: a word is said of something that can be ranked.
    """
    if outcome not in (Outcome.LESS_MONEY, Outcome.ENDS):
        return ""
    ground = ground_for_less(needs, asked_by_person=asked_by_person, judged=judged)
    if not ground.is_given:
        raise NoGroundForLess(ground.why)
    return ground.why


@dataclass(frozen=True)
class OutcomeCompared:
    """An outcome of the plan: what was planned and spent for it, and how far it was met when that was last asked.

    Args:
        planned_pence: what its items cost until the day of the review; an item for two outcomes counts with both.
        spent_pence: what is held for them or was spent on them; None where the ledger cannot say now.
        met_before: by the last review that was held of the plan; None before the first.
    """

    outcome_id: str
    text: str
    planned_pence: int
    spent_pence: int | None
    met_before: Met | None


@dataclass(frozen=True)
class Compared:
    """What a review looks at: then, when the plan was handed in, and now.

    Args:
        planned_pence: what the plan costs from its first day to the day of the review.
        spent_pence: what is held for its items or was spent on them; None where the ledger cannot say now.
        by_item: pence held or spent, by item id.
        awards_then, awards_now: pence awarded, by stream.
    """

    needs: NeedsCompared
    outcomes: tuple[OutcomeCompared, ...]
    awards_then: Mapping[str, int]
    awards_now: Mapping[str, int]
    planned_pence: int
    spent_pence: int | None
    by_item: Mapping[str, int]
