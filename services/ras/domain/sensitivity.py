"""What each answer is worth to this person: the figure as it is, less the figure had the answer been the least one.

On a curved table the same answer is worth a different sum to each person, so nothing here is points times a price: the
whole figure is worked out again for each answer. So the worths need not add up; the explanation of the lines does.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from services.ras.domain.allocation import AgreedNeed, AllocationTable
from services.ras.domain.points import Counting, ScoredQuestion, Scoring, net_of_help, net_points, question_points
from services.ras.domain.sums import WEEKS_PER_YEAR, rounded_half_up

#: A single answer that moves a figure by more than this share of it is a cliff. The share is ours.
CLIFF_SHARE = Fraction(1, 4)


@dataclass(frozen=True)
class AnswerWorth:
    """What the answer to one question is worth; pence a week.

    Args:
        pence_per_week: beside the least answer. None where one of the two figures is a person's to find.
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
    """Return what each answer is worth, in the order of the questionnaire; least answers are left out."""
    net = net_points(table.scoring, need.answers, need.informal_help, need.willing_and_able)
    whole = table.exact_pence_per_year(net, need.day_profiles)

    @cache  # Answers with the same points leave the same score behind: one look into the table is enough for them.
    def worth(net_without: Fraction) -> int | None:
        without = table.exact_pence_per_year(net_without, need.day_profiles)
        return None if whole is None or without is None else rounded_half_up((whole - without) / WEEKS_PER_YEAR)

    worths = []
    for question in table.scoring.questions:
        given = need.answers.get(question.question_id, ())
        if given and tuple(given) != (question.least.code,):
            pence_per_week = worth(_net_without(table.scoring, net, need, question))
            worths.append(AnswerWorth(question.question_id, question.label, question.told(given), pence_per_week))
    return tuple(worths)


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


def _exact(table: AllocationTable, need: AgreedNeed) -> Fraction | None:
    net = net_points(table.scoring, need.answers, need.informal_help, need.willing_and_able)
    return table.exact_pence_per_year(net, need.day_profiles)


def _net_without(scoring: Scoring, net: Fraction, need: AgreedNeed, question: ScoredQuestion) -> Fraction:
    """Net points with the least answer to one question; only what that answer moves is worked out again."""
    least = _saying(need, question, (question.least.code,))
    if scoring.answers_hang_together:
        return net_points(scoring, least.answers, need.informal_help, need.willing_and_able)
    more = question_points(question, need.answers) - question.least.points
    return net - net_of_help(scoring, question.domain, more, need.informal_help, need.willing_and_able)


def _saying(need: AgreedNeed, question: ScoredQuestion, codes: tuple[str, ...]) -> AgreedNeed:
    return need._replace(answers={**need.answers, question.question_id: codes})
