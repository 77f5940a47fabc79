"""How long people wait in each step, those who still wait included."""

from collections.abc import Sequence
from datetime import date

from services.outcomes.domain.council_reports.records import Journey
from services.outcomes.domain.council_reports.tables import CouncilTable, days

#: Steps by the milestones that begin and end them, with what is waited for.
STEPS: tuple[tuple[str, str, str], ...] = (
    ("case_opened", "assessment_submitted", "self-assessment"),
    ("assessment_submitted", "assessment_agreed", "agreement"),
    ("assessment_agreed", "allocation_calculated", "indicative allocation"),
    ("allocation_calculated", "budget_opened", "decisions of the streams"),
    # No event tells when a plan is handed in.
    ("budget_opened", "plan_approved", "planning and approval"),
    ("plan_approved", "first_payment", "first payment"),
    ("case_opened", "first_payment", "from the case to the money"),
)
Wait = tuple[int, bool]


def time_in_each_step(journeys: Sequence[Journey], on: date) -> CouncilTable:
    """Days in each step, as known on a day.

    Somebody who still waits is not left out, nor counted as if they had stopped: they have waited at least so long.
    Source: Kaplan and Meier, Nonparametric estimation from incomplete observations, JASA 1958.
    """
    rows, turned = [], 0
    for begins, ends, name in STEPS:
        turned += sum(_is_turned(one, begins, ends) for one in journeys)
        waits = [wait for one in journeys if (wait := _wait(one, begins, ends, on)) is not None]
        open_waits = [length for length, is_over in waits if not is_over]
        rows.append(
            (
                name,
                len(waits) - len(open_waits),
                moved_on(waits, 0.5),
                moved_on(waits, 0.9),
                len(open_waits),
                max(open_waits, default=None),
            )
        )
    return CouncilTable(
        code="time_in_each_step",
        title="Time in each step",
        about=f"Days until half, and nine in ten, had moved on, as known on {on.day} {on:%B %Y}."
        " A dash: they have not yet.",
        columns=("step", "moved on", "half within, days", "nine in ten within, days", "still wait", "longest, days"),
        rows=tuple(rows),
        drawn=("half within, days", "nine in ten within, days"),
        unit="days",
        warnings=(f"{turned} steps end before they begin, and are not counted.",) if turned else (),
    )


def _is_turned(journey: Journey, begins: str, ends: str) -> bool:
    start, end = journey.reached.get(begins), journey.reached.get(ends)
    return start is not None and end is not None and end < start


def _wait(journey: Journey, begins: str, ends: str, on: date) -> Wait | None:
    """How long somebody waited, and whether it is over; None where the step was never begun, or cannot be timed."""
    start, end = journey.reached.get(begins), journey.reached.get(ends)
    if start is None or start > on or _is_turned(journey, begins, ends):
        return None
    if end is not None and end <= on:
        return days(start, end), True
    until = min(on, journey.left_on) if journey.left_on is not None else on
    # Whoever has left waits no longer; what is known is that they waited until then.
    return (days(start, until), False) if until >= start else None


def moved_on(waits: Sequence[Wait], part: float) -> int | None:
    """Days within which a part of the people had moved on; None where too many still wait to say."""
    left = 1.0
    over = [length for length, is_over in waits if is_over]
    for length in sorted(set(over)):
        at_risk = sum(one >= length for one, _ in waits)
        left *= 1 - over.count(length) / at_risk
        # Shares are added up in floating point: half may come out a hair above a half.
        if left <= 1 - part + 1e-9:
            return length
    return None
