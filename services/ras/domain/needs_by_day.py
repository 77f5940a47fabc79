"""Needs by kind of day: where it was told how the answers of such a day differ, that day is scored by its own answers.

Without that, a council's multiplier stands for what such a day needs; see `good_and_bad_days`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType

from services.ras.domain.good_and_bad_days import DayProfile
from services.ras.domain.points import Score, Scoring, points_in_words, question_points, score

Answers = Mapping[str, Sequence[str]]
#: By kind of day, the answers that are other than on a usual day.
AnswersByDay = Mapping[str, Answers]

NOTHING_TOLD: AnswersByDay = MappingProxyType({})
ON_SUCH_A_DAY = {"good": "On a good day", "bad": "On a bad day", "other": "On a usual day"}


@dataclass(frozen=True)
class ScoredDays:
    """The score of a usual day, and of those kinds of day whose own answers were told."""

    usual: Score
    told: Mapping[str, Score]

    @cached_property
    def net_of_told(self) -> Mapping[str, Fraction]:
        """Net points by kind of day."""
        return {kind: scored.net for kind, scored in self.told.items()}

    @property
    def gross_of_told(self) -> Mapping[str, Fraction]:
        """Points by kind of day before any help was counted."""
        return {kind: scored.gross for kind, scored in self.told.items()}

    @property
    def has_points(self) -> bool:
        """Whether there are any points, on any day."""
        return bool(self.usual.net) or any(self.net_of_told.values())


def scored_days(
    scoring: Scoring,
    answers: Answers,
    informal_help: Mapping[str, str],
    willing_and_able: bool | None,
    answers_by_day: AnswersByDay,
) -> ScoredDays:
    """Score a usual day, and each kind of day whose answers were told.

    Raises:
        AnswerUnknown: as `score` does.
    """
    return ScoredDays(
        score(scoring, answers, informal_help, willing_and_able),
        {
            kind: score(scoring, of_the_day(answers, differing), informal_help, willing_and_able)
            for kind, differing in answers_by_day.items()
        },
    )


def of_the_day(answers: Answers, differing: Answers) -> Answers:
    """All answers of a kind of day: those of a usual day, but for those that differ."""
    return {**answers, **differing}


def told_of_days(answers_by_day: AnswersByDay, days: Sequence[DayProfile]) -> AnswersByDay:
    """What was told of the kinds of day that come at all."""
    return {day.kind: answers_by_day[day.kind] for day in days if day.kind in answers_by_day}


def reasons_by_day(scoring: Scoring, domain: str, answers: Answers, told: AnswersByDay) -> Iterator[str]:
    """Answers of a domain that differ on some kind of day, in plain words."""
    for kind, differing in told.items():
        for question in scoring.questions_by_domain[domain]:
            codes = differing.get(question.question_id)
            if codes:
                points = question_points(question, of_the_day(answers, differing))
                yield f"{ON_SUCH_A_DAY[kind]}, {question.label}: {question.told(codes)} - {points_in_words(points)}"
