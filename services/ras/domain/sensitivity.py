"""What each answer is worth to this person: the figure as it is, less the figure had the answer been the least one.

On a curved table the same answer is worth a different sum to each person, so nothing here is points times a price: the
whole figure is worked out again for each answer. So the worths need not add up; the explanation of the lines does.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from services.ras.domain.allocation import AgreedNeed, AllocationTable
from services.ras.domain.needs_by_day import ON_SUCH_A_DAY
from services.ras.domain.points import Counting, ScoredQuestion, net_of_help, net_points, net_points_of_each
from services.ras.domain.sums import WEEKS_PER_YEAR, rounded_half_up, rounded_product, total

#: A single answer that moves a figure by more than this share of it is a cliff. The share is ours.
CLIFF_SHARE = Fraction(1, 4)
A_WEEK = Fraction(1, WEEKS_PER_YEAR)


@dataclass(frozen=True)
class AnswerWorth:
    """What the answer to one question is worth; pence a week.

    Args:
        pence_per_week: beside the least answer; for an answer of some kind of day, beside that of a usual day, and
            below nothing where that is more. None where one of the two figures is a person's to find.
    """

    question_id: str
    label: str
    answer: str
    pence_per_week: int | None


@dataclass(frozen=True)
class NextAnswer:
    """One answer more, and what it would move; pence a year.

    Args:
        is_cliff: it alone would move the figure by more than a quarter, so it matters much that the answer is right.
    """

    question_id: str
    label: str
    answer: str
    pence_per_year: int
    is_cliff: bool


def worth_of_answers(table: AllocationTable, need: AgreedNeed) -> tuple[AnswerWorth, ...]:
    """Return what each answer is worth, in the order of the questionnaire; least answers are left out.

    After them come the answers that differ on some kind of day, each beside the answer of a usual day.
    """
    whole, without = _tried_without(table, need)
    of_answers = (
        AnswerWorth(question.question_id, question.label, question.told(given), _a_week(whole, without(question)))
        for question in table.scoring.questions
        if (given := need.answers.get(question.question_id)) and tuple(given) != (question.least.code,)
    )
    return (*of_answers, *_worth_by_day(table, need, whole))


def next_answers(table: AllocationTable, need: AgreedNeed) -> tuple[NextAnswer, ...]:
    """Return what the next answer up to each question would move, the most first.

    Those that move nothing or lead out of the table are left out, and so are all where a person finds the figure.
    """
    whole = _exact(table, need)
    if whole is None:
        return ()
    found = []
    for question in table.scoring.questions:
        for code, more in _next_up(question, need):
            figure = _exact(table, more)
            if figure is not None and figure > whole:
                moved = rounded_half_up(figure - whole)
                is_cliff = moved > whole * CLIFF_SHARE
                found.append(NextAnswer(question.question_id, question.label, question.told((code,)), moved, is_cliff))
    return tuple(sorted(found, key=lambda step: -step.pence_per_year))


def _next_up(question: ScoredQuestion, need: AgreedNeed) -> Iterator[tuple[str, AgreedNeed]]:
    """The next answer up, where the answers have an order; any further answer, where several may be given."""
    codes = [choice.code for choice in question.choices]
    given = tuple(need.answers.get(question.question_id, ()))
    if question.counting is Counting.ADD:
        for code in (code for code in codes if code not in given):
            yield code, _saying(need, question, (*given, code))
    elif given and question.is_degree:
        for code in codes[codes.index(given[0]) + 1 :][:1]:
            yield code, _saying(need, question, (code,))


def _tried_without(
    table: AllocationTable, need: AgreedNeed
) -> tuple[Fraction | None, Callable[[ScoredQuestion], Fraction | None]]:
    """Return the whole figure, and what tells the figure with the least answer to a question.

    Where no answer hangs on another, only what the answer itself moves is worked out again.
    """
    scoring, helped = table.scoring, (need.informal_help, need.willing_and_able)
    if scoring.answers_hang_together or need.answers_by_day:
        return _exact(table, need), lambda question: _exact(table, _saying(need, question, (question.least.code,)))
    each = net_points_of_each(scoring, need.answers, *helped)
    net = total(each.values())

    @cache  # Answers with the same points leave the same score behind: one look into the table is enough for them.
    def figure(points: Fraction) -> Fraction | None:
        return table.exact_pence_per_year(points, need.day_profiles)

    def without(question: ScoredQuestion) -> Fraction | None:
        others, least = net - each[question.question_id], question.least.points
        return figure(others + net_of_help(scoring, question.domain, least, *helped) if least else others)

    return figure(net), without


def _worth_by_day(table: AllocationTable, need: AgreedNeed, whole: Fraction | None) -> Iterator[AnswerWorth]:
    for kind, differing in table.that_count(need.answers_by_day, need.day_profiles).items():
        for question in (question for question in table.scoring.questions if question.question_id in differing):
            name = question.question_id
            as_usual = {**differing, name: need.answers.get(name, ())}
            without = _exact(table, need._replace(answers_by_day={**need.answers_by_day, kind: as_usual}))
            label = f"{ON_SUCH_A_DAY[kind]}, {question.label}"
            yield AnswerWorth(name, label, question.told(differing[name]), _a_week(whole, without))


def _a_week(whole: Fraction | None, without: Fraction | None) -> int | None:
    if whole is None or without is None:
        return None
    worth = rounded_product(abs(whole - without), A_WEEK)
    return worth if whole >= without else -worth


def _exact(table: AllocationTable, need: AgreedNeed) -> Fraction | None:
    net = net_points(table.scoring, need.answers, need.informal_help, need.willing_and_able)
    return table.exact_pence_per_year(net, need.day_profiles, need.net_points_of_days(table.scoring))


def _saying(need: AgreedNeed, question: ScoredQuestion, codes: tuple[str, ...]) -> AgreedNeed:
    return need._replace(answers={**need.answers, question.question_id: codes})
