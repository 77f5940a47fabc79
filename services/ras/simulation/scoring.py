"""Points of a whole population, exact: the domain scores each different answer once, and everybody looks it up."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from math import lcm

import numpy as np

from services.ras.domain.errors import AnswerUnknown, DomainError
from services.ras.domain.points import ScoredQuestion, Scoring, Where, question_points
from services.ras.population.people import AND, Coded, Flags, People, Whole
from services.ras.population.people_files import FIRST_ROW, THOUSANDTHS, Fault

WILLING = "yes"
#: What 64 bits hold, with room for the weeks that a score may come with.
UNITS_MOST = 2**56


class TooFine(DomainError):
    """Points and multipliers have no common unit in which a whole population can be counted."""


class NotInTheTable(AnswerUnknown):
    """Answers, points or help that a table does not have; ``faults`` name the first row of each."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(map(str, faults)))


@dataclass(frozen=True)
class Scores:
    """Points of everybody: whole numbers of one ``unit``.

    Args:
        net: by domain, after help that counts.
        raised: on top of the domains, up to a least score that the table gives.
        unit: what 1 stands for, in points.
        unanswered: a question that has points has no answer.
    """

    net: Mapping[str, Whole]
    raised: Whole
    unit: Fraction
    unanswered: Flags

    def total(self) -> Whole:
        """Net points."""
        return np.asarray(sum(self.net.values(), self.raised), np.int64)


def scored(scoring: Scoring, people: People) -> Scores:
    """Score everybody's answers; where nobody has any, the net points by domain are taken as they are told.

    Raises:
        NotInTheTable: an answer, a domain or a degree of help that the scoring does not have.
        TooFine: no common unit is coarse enough to count in.
    """
    must_know_all(scoring, people)
    nothing = np.zeros(len(people), np.int64)
    if not people.answers:
        return Scores(dict(people.points_thousandths), nothing, Fraction(1, THOUSANDTHS), nothing > 0)
    unit, help_unit = _units(scoring)
    net, unanswered = {}, np.zeros(len(people), np.bool_)
    for domain, questions in scoring.questions_by_domain.items():
        gross = nothing
        for asked in questions:
            gross = gross + _gross(asked, people, unit // help_unit)
            unanswered |= _given(people, asked.question_id).is_word("")
        net[domain] = gross * left_in_units(scoring, people, domain, help_unit)
    raised = np.maximum(_least(scoring, people, unit) - sum(net.values(), nothing), 0)
    return Scores(net, raised, Fraction(1, unit), unanswered)


def must_know_all(scoring: Scoring, people: People) -> None:
    """Refuse people who say what the scoring does not have.

    Raises:
        NotInTheTable: with every column at fault, and its first row.
    """
    unknown = chain(_unknown_answers(scoring, people), _unknown_help(scoring, people), _other_domains(scoring, people))
    if faults := list(unknown):
        raise NotInTheTable(faults)


def left_in_units(scoring: Scoring, people: People, domain: str, unit: int) -> Whole:
    """What help that counts leaves of a domain's points, in whole parts of 1/``unit``."""
    given = people.help_with(domain)
    left = given.looked_up({word: int(scoring.help_multipliers[word] * unit) for word in given.values})
    return np.where(people.willing_and_able.is_word(WILLING), left, unit)


def _units(scoring: Scoring) -> tuple[int, int]:
    """In how many parts a point is counted, and a multiplier of help; the first is a multiple of the second."""
    weights = [weight.factor for asked in scoring.questions for weight in asked.weights]
    choices = [choice.points for asked in scoring.questions for choice in asked.choices]
    points_unit, weight_unit, help_unit = (
        lcm(*(number.denominator for number in numbers))
        for numbers in (choices, weights, scoring.help_multipliers.values())
    )
    least_unit = lcm(*(least.points.denominator for least in scoring.least_scores))
    unit = lcm(points_unit * weight_unit, least_unit) * help_unit
    if sum(choices) * max(sum(weights), 1) * unit > UNITS_MOST:
        raise TooFine(
            f"points in steps of 1/{unit // help_unit} and help in steps of 1/{help_unit} are too fine together"
        )
    return unit, help_unit


def _given(people: People, question_id: str) -> Coded:
    return people.answers.get(question_id) or Coded.of_one("", len(people))


def _gross(asked: ScoredQuestion, people: People, unit: int) -> Whole:
    """Points of one question before help, in parts of 1/``unit``: the points of the answer, and what they count for."""
    given = _given(people, asked.question_id)
    plain = ScoredQuestion(asked.question_id, asked.label, asked.domain, asked.choices, asked.counting)
    points = {answer: question_points(plain, {asked.question_id: answer.split(AND)}) for answer in given.values}
    weight_unit = lcm(*(weight.factor.denominator for weight in asked.weights))
    gross = given.looked_up({answer: int(worth * (unit // weight_unit)) for answer, worth in points.items()})
    if not asked.weights:
        return gross
    counts_for = np.zeros(len(people), np.int64)
    for weight in asked.weights:
        counts_for += np.where(_holds(weight.where, people), int(weight.factor * weight_unit), 0)
    return gross * counts_for


def _least(scoring: Scoring, people: People, unit: int) -> Whole:
    """The highest of the least scores that hold for each, in parts of 1/``unit``."""
    highest = np.zeros(len(people), np.int64)
    for least in scoring.least_scores:
        highest = np.maximum(highest, np.where(_holds(least.where, people), int(least.points * unit), 0))
    return highest


def _holds(where: Where, people: People) -> Flags:
    """For whom such answers were all given."""
    holds = np.ones(len(people), np.bool_)
    for question_id, codes in where.items():
        holds &= _given(people, question_id).is_among(codes)
    return holds


def _unknown_answers(scoring: Scoring, people: People) -> Iterator[Fault]:
    told = {"answer_": people.answers}
    told |= {f"{kind}_day_answer_": columns for kind, columns in people.answers_by_day.items()}
    for prefix, columns in told.items():
        for question_id, column in columns.items():
            yield from _unknown_at(scoring, question_id, column, prefix + question_id)


def _unknown_at(scoring: Scoring, question_id: str, column: Coded, name: str) -> Iterator[Fault]:
    asked = scoring.questions_by_id.get(question_id)
    if asked is None:
        yield Fault(None, name, f"no points for the question {question_id!r}")
        return
    for answer in column.values:
        if unknown := [code for code in answer.split(AND) if answer and code not in asked.by_code]:
            yield from _first(column, answer, name, f"no points for {', '.join(unknown)!r} at {question_id!r}")


def _unknown_help(scoring: Scoring, people: People) -> Iterator[Fault]:
    for domain, column in people.informal_help.items():
        if domain not in scoring.domains:
            yield Fault(None, f"help_{domain}", f"help with {domain!r}, which is no domain of the table")
            continue
        for word in column.values:
            if word not in scoring.help_multipliers:
                yield from _first(column, word, f"help_{domain}", f"the table says nothing about the help {word!r}")


def _other_domains(scoring: Scoring, people: People) -> Iterator[Fault]:
    if not people.answers and set(people.points_thousandths) != set(scoring.domains):
        wanted = ", ".join(f"points_{domain}" for domain in scoring.domains)
        yield Fault(None, "points_…", f"without answers the columns of points must be exactly {wanted}")


def _first(column: Coded, word: str, name: str, reason: str) -> Iterator[Fault]:
    rows = np.flatnonzero(column.is_word(word))
    if len(rows):
        yield Fault(int(rows[0]) + FIRST_ROW, name, reason)
