"""A person's journey as the reports read it, from what other services told of them. What nobody told is left out."""

from collections.abc import Iterator, Mapping
from datetime import date
from uuid import UUID

from services.outcomes.domain import awards_in_force
from services.outcomes.domain.awards_in_force import Days
from services.outcomes.domain.council_reports.records import (
    Carer,
    Journey,
    Need,
    RelativePaid,
    StreamInBudget,
    StreamState,
)
from services.outcomes.domain.plans_in_force import items_on, pence_per_year, plan_on
from services.outcomes.domain.told import AgreementTold, Told, known_by

RELATIVES = frozenset({"spouse_or_partner", "close_relative", "other_relative"})
NO_GROUP = "not told"
#: From which age on a band counts, the oldest first; as national statistics of adult social care have them.
AGE_BANDS = ((85, "85 and over"), (75, "75 to 84"), (65, "65 to 74"), (18, "18 to 64"), (0, "under 18"))

ScoresByMeasure = Mapping[str, tuple[float, float]]


def journey(
    told: Told,
    days: Days,
    *,
    spent: Mapping[str, int] | None = None,
    scores: Mapping[UUID, ScoresByMeasure] | None = None,
) -> Journey | None:
    """The journey as known on the last of some days; None where the case was not open on any of them.

    Args:
        spent: pence spent on those days, by stream; None where nothing tells what was spent.
        scores: by carer, the score at the baseline and at the latest follow-up of each measure.
    """
    known = known_by(told, days.last)
    left_on = _left_on(known)
    is_open = any(known.cases) or (not told.cases and any((known.agreements, known.awards, known.budgets, known.plans)))
    if not is_open or (left_on is not None and left_on < days.first):
        return None
    return Journey(
        user_group=told.user_group or NO_GROUP,
        reached=dict(_reached(known)),
        left_on=left_on,
        **_figures(known),
        streams=dict(_streams(known, days, spent)),
        held_pence=_held(known, days.last),
        needs=tuple(_needs(known, days.last)),
        carers=tuple(_carers(known, scores or {})),
        relatives_paid=tuple(_relatives(known, days.last)),
        characteristics=dict(_characteristics(known, days.last)),
    )


def _reached(known: Told) -> Iterator[tuple[str, date]]:
    """The first day of each milestone; when a plan is handed in no event tells."""
    first = {
        "case_opened": [one.opened_on for one in known.cases],
        "assessment_submitted": [one.submitted_on for one in known.submissions],
        "assessment_agreed": [one.agreed_on for one in known.agreements],
        "allocation_calculated": [one.as_of for one in known.allocations if one.pence_per_year is not None],
        "budget_opened": [one.opened_on for one in known.budgets],
        "plan_approved": [one.approved_on for one in known.plans],
        "first_payment": [known.first_paid_on] if known.first_paid_on else [],
    }
    yield from ((code, min(days)) for code, days in first.items() if days)


def _left_on(known: Told) -> date | None:
    """The day of the death or of the last withdrawal, if the person did not come back."""
    withdrew = max((one.withdrawn_on for one in known.withdrawals), default=None)
    later = [
        *(one.submitted_on for one in known.submissions),
        *(one.agreed_on for one in known.agreements),
        *(one.approved_on for one in known.plans),
    ]
    if withdrew is not None and any(day > withdrew for day in later):
        withdrew = None
    return min((day for day in (known.died_on, withdrew) if day is not None), default=None)


def _figures(known: Told) -> dict[str, int | None]:
    """The latest final figure beside the indicative one that it settled; before there is one, the indicative alone."""
    if known.settlements:
        latest = max(known.settlements, key=lambda one: one.version)
        return {"indicative_pence": latest.indicative_pence, "final_pence": latest.final_pence}
    first_figures = [one for one in known.allocations if one.pence_per_year is not None]
    calculated = max(first_figures, key=lambda one: (one.as_of, one.version), default=None)
    return {"indicative_pence": calculated.pence_per_year if calculated else None, "final_pence": None}


def _streams(known: Told, days: Days, spent: Mapping[str, int] | None) -> Iterator[tuple[str, StreamInBudget]]:
    for stream in sorted({one.stream for one in known.awards}):
        made = awards_in_force.versions(known, stream)
        state = StreamState(made[-1].status)
        is_confirmed = state is StreamState.CONFIRMED
        yield (
            stream,
            StreamInBudget(
                state=state,
                awarded_pence=awards_in_force.confirmed_pence(made, days) if is_confirmed else made[-1].amount_pence,
                spent_pence=None if spent is None else spent.get(stream, 0),
                recovered_pence=None,
                since=awards_in_force.since(made),
            ),
        )


def _held(known: Told, on: date) -> dict[str, int]:
    """Pence a year by way of holding; the parts of an item add up to the item."""
    held: dict[str, int] = {}
    plan = plan_on(known, on)
    for item in items_on(known, on):
        assert plan is not None
        left = whole = pence_per_year(item, plan)
        for place, part in enumerate(item.held):
            pence = left if place == len(item.held) - 1 else whole * part.pence // item.pence
            left -= pence
            held[part.way] = held.get(part.way, 0) + pence
    return held


def _relatives(known: Told, on: date) -> Iterator[RelativePaid]:
    plan = plan_on(known, on)
    for item in items_on(known, on):
        if plan is not None and item.relation in RELATIVES:
            yield RelativePaid(item.relation or "", bool(item.same_household), pence_per_year(item, plan))


def _latest_agreement(known: Told) -> AgreementTold | None:
    return max(known.agreements, key=lambda one: (one.agreed_on, str(one.assessment_id)), default=None)


def _needs(known: Told, on: date) -> Iterator[Need]:
    """Needs of the latest agreed assessment. Which of them a plan meets is told by no event."""
    latest = _latest_agreement(known)
    has_plan = plan_on(known, on) is not None
    for need in (latest.needs if latest else None) or ():
        yield Need(
            need.domain,
            is_in_plan=None if has_plan else False,
            is_met_by_others=need.is_met_by_others,
            reason="" if has_plan else _why_no_plan(known),
        )


def _why_no_plan(known: Told) -> str:
    refused = any(one.outcome == "refused" for one in known.returns)
    if _left_on(known) is not None:
        return "the person has left"
    return "the plan was refused" if refused else "there is no approved plan"


def _carers(known: Told, scores: Mapping[UUID, ScoresByMeasure]) -> Iterator[Carer]:
    latest = {one.carer_id: one for one in sorted(known.carers, key=lambda one: one.version)}
    for carer_id in sorted(latest, key=str):
        yield Carer(latest[carer_id].outcome, scores.get(carer_id, {}))


def _characteristics(known: Told, on: date) -> Iterator[tuple[str, str]]:
    if known.user_group is not None:
        yield "user_group", known.user_group
    latest = _latest_agreement(known)
    if latest is not None and latest.born_on is not None:
        age = on.year - latest.born_on.year - ((on.month, on.day) < (latest.born_on.month, latest.born_on.day))
        yield "age_group", next((name for least, name in AGE_BANDS if age >= least), AGE_BANDS[-1][1])
