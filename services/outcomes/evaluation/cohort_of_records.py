"""A cohort from what a council has recorded; and one joined with a file of people to compare with."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from services.outcomes.domain.instruments import Instrument, Respondent, Subject
from services.outcomes.domain.people_compared import (
    DAYS_IN_WEEK,
    ComparedPerson,
    LeftOut,
    PersonTold,
    Weeks,
    compared,
    latest_answered,
)
from services.outcomes.domain.responses import Response
from services.outcomes.evaluation.cohort import Cohort, Floats, Outcome, answered_by_self
from services.outcomes.evaluation.errors import NoComparison
from services.outcomes.instrument_files import released_instruments


@dataclass(frozen=True)
class RecordedCohort:
    """People who can be compared, and how many cannot, by the reason."""

    cohort: Cohort
    left_out: Mapping[LeftOut, int]


def cohort_of_records(
    rows: Sequence[Mapping[str, Any]], weeks: Weeks, measures: Collection[str] | None, *, with_comparison: bool
) -> RecordedCohort:
    """The council's people as a cohort.

    Args:
        rows: as `services.outcomes.jobs.evaluation_records` hands them over.
        measures: those that are compared; None for all that were answered.
        with_comparison: whether people without a budget are in it.
    """
    told = [_person(row) for row in rows]
    versions = latest_answered((one.instrument_id, one.version) for person in told for one in person.responses)
    instruments = {name: released_instruments()[name, version] for name, version in sorted(versions.items())}
    left_out, people = Counter[LeftOut](), []
    for person in told:
        one = compared(person, weeks, instruments)
        if isinstance(one, LeftOut):
            left_out[one] += 1
        elif one.has_budget or with_comparison:
            people.append(one)
    return RecordedCohort(_cohort(people, instruments, measures), left_out)


def joined(recorded: Cohort, others: Cohort) -> Cohort:
    """People with a budget, recorded, beside others of a file who have none; what only one side measured is no measure.

    A stream that one side does not name cost it nothing.

    Raises:
        NoComparison: somebody in the file has a budget.
    """
    if others.has_budget.any():
        raise NoComparison(f"the file is of people without a budget; {int(others.has_budget.sum())} in it have one")
    kept = np.flatnonzero(recorded.has_budget)
    groups = tuple(sorted({*recorded.groups, *others.groups}))
    streams = sorted({*recorded.cost_pence, *others.cost_pence})
    theirs = {one.measure: one for one in others.outcomes}

    def places(cohort: Cohort) -> Any:
        return np.array([groups.index(name) for name in cohort.groups], np.int64)[cohort.group]

    def cost(cohort: Cohort, stream: str) -> Any:
        return cohort.cost_pence.get(stream, np.zeros(len(cohort), np.int64))

    return Cohort(
        has_budget=np.concatenate([np.ones(len(kept), np.bool_), np.zeros(len(others), np.bool_)]),
        group=np.concatenate([places(recorded)[kept], places(others)]),
        groups=groups,
        weeks=np.concatenate([recorded.weeks[kept], others.weeks]),
        cost_pence={one: np.concatenate([cost(recorded, one)[kept], cost(others, one)]) for one in streams},
        outcomes=tuple(_both(one, theirs[one.measure], kept) for one in recorded.outcomes if one.measure in theirs),
        synthetic=others.synthetic,
    )


def _both(ours: Outcome, theirs: Outcome, kept: Any) -> Outcome:
    return replace(
        ours,
        before=np.concatenate([ours.before[kept], theirs.before]),
        after=np.concatenate([ours.after[kept], theirs.after]),
        answered_by_self=np.concatenate([ours.answered_by_self[kept], theirs.answered_by_self]),
    )


def _person(row: Mapping[str, Any]) -> PersonTold:
    withdrawn, submitted = _day(row["withdrawn_on"]), _day(row["submitted_on"])
    # Whoever hands an assessment in afterwards has come back.
    has_left = withdrawn is not None and (submitted is None or submitted <= withdrawn)
    return PersonTold(
        user_group=row["user_group"],
        case_opened_on=_day(row["case_opened_on"]),
        budget_opened_on=_day(row["budget_opened_on"]),
        died_on=_day(row["died_on"]),
        left_on=withdrawn if has_left else None,
        pence_by_stream={stream: int(pence) for stream, pence in (row["pence"] or {}).items()},
        responses=[_response(*one) for one in row["responses"] or ()],
    )


def _response(
    instrument_id: str, version: int, wave: str, number: int, answered_on: str, respondent: str, answers: dict[str, int]
) -> Response:
    on = date.fromisoformat(answered_on)
    return Response(
        instrument_id, version, Subject.BUDGET_HOLDER, Respondent(respondent), wave, on, answers, number=number
    )


def _day(told: str | None) -> date | None:
    return None if told is None else date.fromisoformat(told)


def _cohort(
    people: Sequence[ComparedPerson], instruments: Mapping[str, Instrument], measures: Collection[str] | None
) -> Cohort:
    groups = tuple(sorted({one.user_group for one in people}))
    streams = sorted({stream for one in people for stream in one.pence_by_stream})
    outcomes = [
        _outcome(people, instrument, scoring_id)
        for instrument in instruments.values()
        for scoring_id in instrument.scorings
        if measures is None or f"{instrument.instrument_id}.{scoring_id}" in measures
    ]
    return Cohort(
        has_budget=np.array([one.has_budget for one in people], np.bool_),
        group=np.array([groups.index(one.user_group) for one in people], np.int64),
        groups=groups,
        weeks=np.array([one.days / DAYS_IN_WEEK for one in people], np.float64),
        cost_pence={
            stream: np.array([one.pence_by_stream.get(stream, 0) for one in people], np.int64) for stream in streams
        },
        outcomes=tuple(one for one in outcomes if not np.isnan(one.after).all()),
        knows_costs_of_comparison=False,
    )


def _outcome(people: Sequence[ComparedPerson], instrument: Instrument, scoring_id: str) -> Outcome:
    measure, scoring = f"{instrument.instrument_id}.{scoring_id}", instrument.scorings[scoring_id]
    scored = [one.scores.get(measure) for one in people]
    return Outcome(
        measure=measure,
        label=f"{scoring.label} ({instrument.title})",
        higher_is_better=scoring.higher_is_better,
        before=_floats([None if one is None else one.before for one in scored]),
        after=_floats([None if one is None else one.after for one in scored]),
        answered_by_self=answered_by_self(
            [Respondent.SELF if one is None or one.answered_by is None else one.answered_by for one in scored]
        ),
        unconfirmed=scoring.unconfirmed,
    )


def _floats(values: Sequence[Any]) -> Floats:
    return np.array([np.nan if value is None else float(value) for value in values], np.float64)
