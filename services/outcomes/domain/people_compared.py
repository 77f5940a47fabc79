"""From what is recorded of a council's people to people who can be compared: weeks lived, what they cost, their scores.

Nothing is put in place of what is missing: a score that cannot be worked out is none, and whoever lived in none of the
weeks is left out and counted.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from services.outcomes.domain.errors import DomainError
from services.outcomes.domain.instruments import Instrument, Respondent
from services.outcomes.domain.responses import Response
from services.outcomes.domain.scoring import scores

DAYS_IN_WEEK = 7
GROUP_NOT_RECORDED = "not_recorded"


class NoWholeWeek(DomainError):
    """There is no week from Monday to Sunday between two days."""


class LeftOut(StrEnum):
    """Why somebody is in neither arm, in plain words."""

    NOT_IN_THESE_WEEKS = "no budget or case in these weeks: not opened yet, ended before, or the person had died"
    NEITHER = "no budget, and nothing answered"


@dataclass(frozen=True)
class Weeks:
    """Whole weeks: ``first`` is a Monday, ``last`` a Sunday, both included."""

    first: date
    last: date


@dataclass(frozen=True)
class PersonTold:
    """What is recorded of a person.

    Args:
        left_on: the first day on which they were no longer supported: they withdrew; None while they are.
        pence_by_stream: spent in the weeks that are compared.
        responses: about their own life, those that count; none of their carers'.
    """

    user_group: str | None
    case_opened_on: date | None
    budget_opened_on: date | None
    died_on: date | None = None
    left_on: date | None = None
    pence_by_stream: Mapping[str, int] = field(default_factory=dict)
    responses: Sequence[Response] = ()


@dataclass(frozen=True)
class BeforeAndAfter:
    """Scores of one measure: at the baseline, and at the latest follow-up of the weeks; None where there is none.

    Args:
        answered_by: who gave the follow-up's answers.
    """

    before: Fraction | None
    after: Fraction | None
    answered_by: Respondent | None


@dataclass(frozen=True)
class ComparedPerson:
    """Somebody in an arm.

    Args:
        days: lived in the weeks; with a budget from its opening, without one from the case's.
        scores: by measure, ``<instrument>.<score>``.
    """

    has_budget: bool
    user_group: str
    days: int
    pence_by_stream: Mapping[str, int]
    scores: Mapping[str, BeforeAndAfter]


def whole_weeks(from_day: date, to_day: date) -> Weeks:
    """The weeks that lie whole between two days, both included.

    Raises:
        NoWholeWeek: there is none.
    """
    first = from_day + timedelta(-from_day.weekday() % DAYS_IN_WEEK)
    last = to_day - timedelta((to_day.weekday() + 1) % DAYS_IN_WEEK)
    if last < first:
        raise NoWholeWeek(f"there is no week from Monday to Sunday between {from_day} and {to_day}")
    return Weeks(first, last)


def latest_answered(responses: Iterable[tuple[str, int]]) -> dict[str, int]:
    """By instrument, the latest version that anybody answered: scores of two versions cannot be compared."""
    latest: dict[str, int] = {}
    for instrument_id, version in responses:
        latest[instrument_id] = max(latest.get(instrument_id, version), version)
    return latest


def compared(told: PersonTold, weeks: Weeks, instruments: Mapping[str, Instrument]) -> ComparedPerson | LeftOut:
    """Somebody as they are compared, or why they are not.

    Args:
        instruments: the version that is compared, by instrument.
    """
    has_budget = told.budget_opened_on is not None and told.budget_opened_on <= weeks.last
    if not has_budget and not told.responses:
        return LeftOut.NEITHER
    since = told.budget_opened_on if has_budget else told.case_opened_on
    days = _days(told, since, weeks)
    if not days:
        return LeftOut.NOT_IN_THESE_WEEKS
    measured: dict[str, BeforeAndAfter] = {}
    for instrument_id, instrument in instruments.items():
        of_it = [
            one
            for one in told.responses
            if one.instrument_id == instrument_id and one.version == instrument.version and one.wave in instrument.waves
        ]
        measured |= _scores(instrument, of_it, weeks)
    return ComparedPerson(has_budget, told.user_group or GROUP_NOT_RECORDED, days, told.pence_by_stream, measured)


def _days(told: PersonTold, since: date | None, weeks: Weeks) -> int:
    """Days of the weeks, the day of a death included, the day of leaving not."""
    if since is None:
        return 0
    ends = [weeks.last]
    if told.died_on is not None:
        ends.append(told.died_on)
    if told.left_on is not None:
        ends.append(told.left_on - timedelta(1))
    return max(0, (min(ends) - max(since, weeks.first)).days + 1)


def _scores(instrument: Instrument, responses: Sequence[Response], weeks: Weeks) -> dict[str, BeforeAndAfter]:
    """Each score of an instrument that was answered; nothing where it never was."""
    baseline = next((one for one in responses if instrument.waves[one.wave].is_baseline), None)
    follow_ups = [
        one
        for one in responses
        if not instrument.waves[one.wave].is_baseline and weeks.first <= one.answered_on <= weeks.last
    ]
    latest = max(follow_ups, key=lambda one: one.answered_on, default=None)
    if baseline is not None and baseline.answered_on > weeks.last:
        baseline = None
    if baseline is None and latest is None:
        return {}
    before, after = _values(instrument, baseline), _values(instrument, latest)
    return {
        f"{instrument.instrument_id}.{scoring_id}": BeforeAndAfter(
            before.get(scoring_id), after.get(scoring_id), None if latest is None else latest.respondent
        )
        for scoring_id in instrument.scorings
    }


def _values(instrument: Instrument, response: Response | None) -> dict[str, Fraction | None]:
    return {} if response is None else {one.scoring_id: one.value for one in scores(instrument, response.answers)}
