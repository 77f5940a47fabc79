"""One allocation table over a whole population at once: the same pence as `services.ras.domain.allocation`, vectorised.

The meaning of a table stays in the domain. Here only what repeats is taken out: an answer, a score or a number of
minutes that a thousand people share is worked out once, exactly, by the domain's own rules, and looked up for all of
them. So any kind of table that the domain knows works here too, and nothing is rounded differently.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntFlag
from fractions import Fraction
from math import lcm

import numpy as np
from numpy.typing import NDArray

from services.ras.domain.allocation import AllocationTable
from services.ras.domain.costed_lines import RateCard, SupportNeed, costed_line
from services.ras.domain.errors import AnswerUnknown, DomainError
from services.ras.domain.points import NO_HELP, ScoredQuestion, Scoring, score
from services.ras.domain.sums import rounded_half_up
from services.ras.domain.tables import MoneyTable
from services.ras.population.people import AND, Coded, People, Whole

WILLING = "yes"
THOUSANDTHS = 1000
#: What 64 bits hold, with room for the sums of all domains.
UNITS_MOST = 2**60


class TooFine(DomainError):
    """Points and multipliers have no common unit in which a whole population can be counted."""


class WhyAPerson(IntFlag):
    """Why a person must look, as the domain says it; several reasons may hold at once."""

    UNANSWERED = 1
    ABOVE_THE_TABLE = 2
    NO_MONEY = 4
    NO_PRICE = 8


@dataclass(frozen=True)
class Scores:
    """Points of everybody, exact: whole numbers of one ``unit``.

    Args:
        net: by domain, after help that counts.
        unit: what 1 stands for, in points.
        unanswered: a question that has points has no answer.
    """

    net: Mapping[str, Whole]
    unit: Fraction
    unanswered: NDArray[np.bool_]

    def total(self) -> Whole:
        """Net points of all domains."""
        return np.asarray(sum(self.net.values()), np.int64)


@dataclass(frozen=True)
class Allocations:
    """What the table gives everybody; pence a year.

    Args:
        points_thousandths: net points, rounded as the domain rounds them.
        pence_per_year: nothing where a person must look: that is no figure of nothing, but no figure.
        lines_pence_per_year: the costed lines, priced for everybody, also where a person must look.
        why_a_person: bits of `WhyAPerson`; 0 where the figure stands.
    """

    points_thousandths: Whole
    pence_per_year: Whole
    lines_pence_per_year: Whole
    why_a_person: NDArray[np.uint8]

    @property
    def calculated(self) -> NDArray[np.bool_]:
        """Who has a figure."""
        return np.equal(self.why_a_person, 0)


def allocations(table: AllocationTable, people: People) -> Allocations:
    """Put a first figure on everybody.

    Raises:
        AnswerUnknown: an answer, a domain or a degree of help that the table does not have.
    """
    scores = scored(table.scoring, people)
    total = scores.total()
    points, pence, above = _money(table.money, total, scores.unit)
    lines, unpriced = costed(table.rate_card, people)
    reasons = {
        WhyAPerson.UNANSWERED: scores.unanswered,
        WhyAPerson.ABOVE_THE_TABLE: above,
        WhyAPerson.NO_MONEY: ~above & (pence == 0),
        WhyAPerson.NO_PRICE: unpriced,
    }
    why = np.zeros(len(people), np.uint8)
    for reason, whose in reasons.items():
        why |= np.where(whose, np.uint8(reason), np.uint8(0))
    return Allocations(points, np.where(why == 0, pence + lines, 0), lines, why)


def scored(scoring: Scoring, people: People) -> Scores:
    """Score everybody's answers, exactly.

    Raises:
        AnswerUnknown: an answer, a domain or a degree of help that the scoring does not have.
        TooFine: no common unit is coarse enough to count in.
    """
    _must_know_all(scoring, people)
    multipliers = scoring.help_multipliers
    points_unit = lcm(*(choice.points.denominator for asked in scoring.questions for choice in asked.choices))
    help_unit = lcm(*(multiplier.denominator for multiplier in multipliers.values()))
    most = sum(choice.points for asked in scoring.questions for choice in asked.choices)
    if most * points_unit * help_unit > UNITS_MOST:
        raise TooFine(f"points in steps of 1/{points_unit} and help in steps of 1/{help_unit} are too fine together")
    willing = people.willing_and_able.is_word(WILLING)
    unanswered = np.zeros(len(people), np.bool_)
    net = {}
    for domain in scoring.domains:
        gross = np.zeros(len(people), np.int64)
        for asked in (asked for asked in scoring.questions if asked.domain == domain):
            given = people.answers.get(asked.question_id) or Coded.of_one("", len(people))
            gross += given.looked_up({answer: int(_points(asked, answer) * points_unit) for answer in given.values})
            unanswered |= given.is_word("")
        given_help = people.informal_help.get(domain) or Coded.of_one(NO_HELP, len(people))
        left = given_help.looked_up({word: int(multipliers[word] * help_unit) for word in given_help.values})
        net[domain] = gross * np.where(willing, left, help_unit)
    return Scores(net, Fraction(1, points_unit * help_unit), unanswered)


def costed(card: RateCard, people: People) -> tuple[Whole, NDArray[np.bool_]]:
    """The costed lines of everybody, pence a year; and who needs support that the card has no price for."""
    pence = np.zeros(len(people), np.int64)
    unpriced = np.zeros(len(people), np.bool_)
    for code, minutes in people.specialist_minutes_per_day.items():
        distinct, place = np.unique(minutes, return_inverse=True)
        lines = [costed_line(SupportNeed(code, code, int(most)), card) if most else None for most in distinct]
        pence += np.asarray([0 if line is None else line.pence_per_year for line in lines], np.int64)[place]
        if code not in card.rates:
            unpriced |= minutes > 0
    return pence, unpriced


def _money(money: MoneyTable, total: Whole, unit: Fraction) -> tuple[Whole, Whole, NDArray[np.bool_]]:
    distinct, place = np.unique(total, return_inverse=True)
    points = [int(score_) * unit for score_ in distinct]
    sums = [money.exact_pence_per_year(at) for at in points]
    rounded = np.asarray([0 if exact is None else rounded_half_up(exact) for exact in sums], np.int64)
    above = np.asarray([exact is None for exact in sums], np.bool_)
    thousandths = np.asarray([rounded_half_up(at * THOUSANDTHS) for at in points], np.int64)
    return thousandths[place], rounded[place], above[place]


def _points(asked: ScoredQuestion, answer: str) -> Fraction:
    """The points of one answer to one question, by the domain's own rule."""
    alone = Scoring({asked.domain: asked.domain}, (asked,), {NO_HELP: Fraction(1)})
    return score(alone, {asked.question_id: _several(answer)}, {}, None).gross


def _several(answer: str) -> Sequence[str]:
    return answer.split(AND) if answer else ()


def _must_know_all(scoring: Scoring, people: People) -> None:
    known = {asked.question_id for asked in scoring.questions}
    if strange := sorted(set(people.answers) - known):
        raise AnswerUnknown(f"no points for the question {strange[0]!r}")
    if strange := sorted(set(people.informal_help) - set(scoring.domains)):
        raise AnswerUnknown(f"help with {strange[0]!r}, which is no domain of the table")
