"""Reviews: when each is due, what they compare, and that money goes down only after needs were assessed again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


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


class ReassessFirst(Exception):
    """Money would go down without needs having been assessed again."""


def require_reassessment(outcome: Outcome, assessed_then: int, assessed_now: int, *, asked_by_person: bool) -> None:
    """Refuse to take money away before the needs are assessed again.

    Args:
        assessed_then, assessed_now: how often needs were assessed and agreed until the plan was handed in, and by now.
        asked_by_person: the person themselves asks for less.

    Raises:
        ReassessFirst: they were not.
    """
    if outcome in (Outcome.LESS_MONEY, Outcome.ENDS) and not asked_by_person and assessed_now <= assessed_then:
        raise ReassessFirst(
            "The needs have not been assessed again since the plan was handed in. Agree a new assessment first; until"
            " then the money carries on as it is."
        )


@dataclass(frozen=True)
class Compared:
    """What a review looks at: then and now.

    Args:
        assessed_then, assessed_now: how often needs were assessed and agreed.
        planned_pence: what the plan costs from its first day to the day of the review.
        spent_pence: what is held for its items or was spent on them; None where the ledger cannot say now.
        by_item: pence held or spent, by item id.
        awards_then, awards_now: pence awarded, by stream.
    """

    assessed_then: int
    assessed_now: int
    awards_then: Mapping[str, int]
    awards_now: Mapping[str, int]
    planned_pence: int
    spent_pence: int | None
    by_item: Mapping[str, int]
