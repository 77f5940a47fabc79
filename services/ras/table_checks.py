"""What makes an allocation table's file unsound, beyond its form: each reason in plain words, the question named."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import pairwise

from services.ras.domain.points import HELP_CODES, Counting
from services.ras.table_entries import KnotsEntry, PointsEntry, QuestionEntry, QuestionnaireFile, TableFile

#: Words that a name of something left to hand out is made of. No answer is ever about that.
SUPPLY = frozenset({"beds", "vacancies", "vacancy", "supply", "availability", "waiting"})


def reasons_against(entry: TableFile, asked: QuestionnaireFile) -> Iterator[str]:
    if not entry.statement.strip():
        yield "has no statement: a table that cannot say where it comes from cannot be used"
    yield from _supply_reasons(asked)
    if entry.in_force_to is not None and entry.in_force_to < entry.in_force_from:
        yield "ends before it begins"
    questions = {question.id: question for question in asked.questions}
    for question_id in sorted(set(entry.points.by_question) - set(questions)):
        yield f"gives points to {question_id!r}, which is no question of {asked.id} version {asked.version}"
    for question_id, question in questions.items():
        if question_id not in entry.points.by_question:
            yield f"gives no points to {question_id!r}: an answer would count for nothing"
        else:
            yield from _points_reasons(question, entry.points)
    for question_id in sorted({*entry.points.weights, *entry.points.no_order} - set(questions)):
        yield f"weighs {question_id!r}, which is no question of {asked.id} version {asked.version}"
    yield from _counting_reasons(asked, entry.points.counting)
    yield from _help_reasons(entry.informal_help.multipliers)
    if isinstance(entry.money, KnotsEntry):
        for knot in entry.money.knots:
            if (knot.pence_per_week is None) == (knot.pence_per_year is None):
                yield f"the knot at {knot.points} points needs pence_per_week or pence_per_year, one of the two"


def _points_reasons(question: QuestionEntry, points: PointsEntry) -> Iterator[str]:
    by_choice = points.by_question[question.id]
    if set(by_choice) != set(question.choices):
        yield f"{question.id}: the choices are {', '.join(question.choices)}, and each needs its points"
    elif not question.several and question.id not in points.no_order:
        in_order = [(code, Fraction(by_choice[code])) for code in question.choices]
        for (_, before), (code, after) in pairwise(in_order):
            if after < before:
                yield f"{question.id}: the points fall at {code!r}: more need would count for less"


def _counting_reasons(asked: QuestionnaireFile, counting: Mapping[str, Counting]) -> Iterator[str]:
    several = {question.id for question in asked.questions if question.several}
    if several != set(counting):
        yield f"counting must say how several answers count, for exactly: {', '.join(sorted(several)) or 'no question'}"


def _help_reasons(multipliers: Mapping[str, str | int]) -> Iterator[str]:
    if tuple(multipliers) != HELP_CODES:
        yield f"informal help needs a multiplier for {', '.join(HELP_CODES)}, in this order"
        return
    values = [Fraction(multipliers[code]) for code in HELP_CODES]
    if values[0] != 1 or any(after > before for before, after in pairwise(values)):
        yield "the multipliers of informal help begin at 1 for none and never rise"


def _supply_reasons(asked: QuestionnaireFile) -> Iterator[str]:
    for question in asked.questions:
        if SUPPLY & set(question.id.split("_")):
            yield (
                f"{question.id!r} asks for what is left to hand out: supply, beds or vacancies are never an input"
                " (Local Government and Social Care Ombudsman, Wiltshire 2018)"
            )
