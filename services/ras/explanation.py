"""How a person's allocation came about, worked out again from what it was made of, and written as a letter."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from services.ras.domain.allocation import Outcome
from services.ras.domain.change import Change, change, in_words
from services.ras.domain.errors import NoFigureToCompare
from services.ras.domain.sensitivity import AnswerWorth, NextAnswer, next_answers, worth_of_answers
from services.ras.domain.sums import WEEKS_PER_YEAR, pounds
from services.ras.handlers import need_of, tables
from services.ras.tables import AllocationRow, SettlementRow

NOT_KEPT = "What the allocation was worked out from was not kept, so answers cannot be tried one by one."
KINDS_OF_DAY = {"good": "a good day", "other": "a usual day", "bad": "a bad day"}


@dataclass(frozen=True)
class Explanation:
    """What goes beside the lines of an allocation.

    Args:
        answers: what each answer is worth; None where the assessment's answers were not kept.
        next_answers: what one answer more would move.
        change: what moved the figure since the allocation before; None where there is none, or it cannot be told.
        why_no_change: why it cannot be told; empty where it is, or where there is nothing to compare with.
    """

    answers: tuple[AnswerWorth, ...] | None
    next_answers: tuple[NextAnswer, ...]
    change: Change | None
    why_no_change: str


def explain(allocations: Sequence[AllocationRow]) -> Explanation:
    """Explain the latest of a person's allocations, which are oldest first."""
    row = allocations[-1]
    need = need_of(row)
    if need is None:
        return Explanation(None, (), None, NOT_KEPT if len(allocations) > 1 else "")
    table = tables().released(row.table_id, row.table_version)
    moved, why_not = _change(allocations)
    return Explanation(worth_of_answers(table, need), next_answers(table, need), moved, why_not)


def _change(allocations: Sequence[AllocationRow]) -> tuple[Change | None, str]:
    if len(allocations) == 1:
        return None, ""
    compared = [(tables().released(row.table_id, row.table_version), need_of(row)) for row in allocations[-2:]]
    (table_before, need_before), (table_now, need_now) = compared
    if need_before is None or need_now is None:
        return None, NOT_KEPT
    try:
        return change((table_before, need_before), (table_now, need_now)), ""
    except NoFigureToCompare as error:
        return None, f"What moved the figure cannot be told in pounds: {error}."


def letter(row: AllocationRow, explanation: Explanation, settled: SettlementRow | None) -> str:
    """Write the explanation in plain words, one statement a line."""
    return "\n".join(_letter(row, explanation, settled)) + "\n"


def _letter(row: AllocationRow, explanation: Explanation, settled: SettlementRow | None) -> Iterator[str]:
    yield "How your indicative allocation was worked out"
    yield ""
    yield f"Table “{row.table_id}”, version {row.table_version}, as on {row.as_of.isoformat()}."
    yield from _figure(row)
    yield from _points(row)
    yield from _days(row)
    yield from _costed_hours(row)
    yield from _answers(explanation)
    yield from _moved(explanation)
    yield from _settled(settled)
    yield from _headed("What to know about it", row.notes)


def _figure(row: AllocationRow) -> Iterator[str]:
    if row.outcome != Outcome.CALCULATED:
        yield "There is no figure yet: a person must look, and the reasons are at the end."
        return
    lines = [f"{line['text']}: {pounds(line['pence_per_year'])} a year" for line in row.lines]
    weekly = pounds(Fraction(row.pence_per_year, WEEKS_PER_YEAR))
    yield from _headed("The figure", [*lines, f"Together: {pounds(row.pence_per_year)} a year, about {weekly} a week"])


def _points(row: AllocationRow) -> Iterator[str]:
    found = []
    for share in row.points_explanation:
        sum_ = f": {pounds(share['pence_per_year'])} a year" if row.outcome == Outcome.CALCULATED else ""
        found.append(f"{share['title']}{sum_}")
        found += [f"  {reason}" for reason in share["reasons"]]
    yield from _headed("Where the points come from", found)


def _days(row: AllocationRow) -> Iterator[str]:
    yield from _headed(
        "Your good and bad days",
        [
            f"If every day were {KINDS_OF_DAY[day['kind']]}: {pounds(day['pence_per_year'])} a year;"
            f" {day['days_per_week']} days a week are"
            for day in row.days or ()
        ],
    )


def _costed_hours(row: AllocationRow) -> Iterator[str]:
    view = row.costed_hours
    if view is None:
        return
    lines = [f"{line['text']} = {pounds(line['pence_per_year'])} a year" for line in view["lines"]]
    lines.append(f"Together: {pounds(view['pence_per_year'])} a year")
    gap = view["gap_pence_per_year"]
    if gap is not None:
        words = "more than" if gap >= 0 else "less than"
        lines.append(f"The allocation is {pounds(abs(gap))} a year {words} these hours cost")
    yield from _headed("The same needs in hours", lines)


def _answers(explanation: Explanation) -> Iterator[str]:
    worths = [
        f"{worth.label}: “{worth.answer}” is worth {pounds(worth.pence_per_week)} a week"
        for worth in explanation.answers or ()
        if worth.pence_per_week is not None
    ]
    steps = [
        f"If your answer about {step.label} were “{step.answer}”, the figure would be {pounds(step.pence_per_year)} a"
        " year higher: make sure that the answer is right"
        for step in explanation.next_answers
        if step.is_cliff
    ]
    yield from _headed("What each answer is worth", [*worths, *steps])


def _moved(explanation: Explanation) -> Iterator[str]:
    moved = explanation.change
    if moved is None:
        yield from _headed("What moved it", [explanation.why_no_change] if explanation.why_no_change else [])
        return
    lines = [f"Before: {pounds(moved.before_pence_per_year)} a year; now: {pounds(moved.now_pence_per_year)} a year"]
    lines += [f"{cause.text}: {pounds(cause.pence)} a year" for cause in moved.causes]
    lines += [f"  {in_words(each)}" for each in moved.answers]
    yield from _headed("What moved it since the last time", lines)


def _settled(settled: SettlementRow | None) -> Iterator[str]:
    if settled is None:
        return
    lines = [f"{line['text']}: {pounds(line['pence_per_year'])} a year" for line in settled.lines]
    lines.append(f"Together: {pounds(settled.pence_per_year)} a year, decided on {settled.decided_on.isoformat()}")
    if settled.reason:
        lines.append(f"Reason: {settled.reason}")
    for year, pence in enumerate(settled.yearly_pence, 1):
        lines.append(f"Year {year}: {pounds(pence)}")
    yield from _headed("The final figure", [*lines, *settled.flags])


def _headed(heading: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield ""
        yield heading
        yield from (f"- {line}" for line in lines)
