"""From answers to points: gross, and net of the help that family and friends are willing and able to go on giving."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from services.ras.domain.errors import AnswerUnknown
from services.ras.domain.sums import plain_number

NO_HELP = "none"


class Counting(StrEnum):
    """How several answers to one question count."""

    ADD = "add"
    HIGHEST = "highest"


@dataclass(frozen=True)
class ScoredChoice:
    """One answer, in the words of the questionnaire, and its points."""

    code: str
    text: str
    points: Fraction


@dataclass(frozen=True)
class ScoredQuestion:
    """One question about a need, with the points for each answer."""

    question_id: str
    label: str
    domain: str
    choices: tuple[ScoredChoice, ...]
    counting: Counting = Counting.HIGHEST


@dataclass(frozen=True)
class Scoring:
    """How a table turns answers into points.

    Args:
        domains: titles by code, in order.
        help_multipliers: by none, some, most, all: what is left of a domain's points when such help is counted.
    """

    domains: Mapping[str, str]
    questions: tuple[ScoredQuestion, ...]
    help_multipliers: Mapping[str, Fraction]


@dataclass(frozen=True)
class DomainScore:
    """The points of one domain, and why.

    Args:
        gross: all the need, whoever meets it.
        net: what is left after help that counts.
        help_given: none, some, most or all.
        help_counts: the help reduces the points.
        reasons: the answers and the help, in plain words.
    """

    domain: str
    title: str
    gross: Fraction
    net: Fraction
    help_given: str
    help_counts: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Score:
    """The points of every domain; ``unanswered`` names questions that have points and no answer."""

    domains: tuple[DomainScore, ...]
    unanswered: tuple[str, ...]

    @property
    def gross(self) -> Fraction:
        return sum((domain.gross for domain in self.domains), Fraction(0))

    @property
    def net(self) -> Fraction:
        return sum((domain.net for domain in self.domains), Fraction(0))


def score(
    scoring: Scoring,
    answers: Mapping[str, Sequence[str]],
    informal_help: Mapping[str, str],
    willing_and_able: bool | None,
) -> Score:
    """Score agreed answers.

    Help reduces points only where the carer is known to be willing and able: a carer who said no, or was never asked,
    changes nothing.

    Args:
        answers: choice codes by question id.
        informal_help: none, some, most or all, by domain; a domain that is left out has none.

    Raises:
        AnswerUnknown: a question, choice, domain or degree of help that the scoring does not have.

    Source:
        Care Act 2014 s.10 (able and willing); R (CP) v North East Lincolnshire [2019] EWCA Civ 1614: family care is not
        assumed.
    """
    _must_know_all(scoring, answers, informal_help)
    domains = tuple(
        _domain_score(scoring, domain, answers, informal_help.get(domain, NO_HELP), willing_and_able)
        for domain in scoring.domains
    )
    unanswered = tuple(question.label for question in scoring.questions if not answers.get(question.question_id))
    return Score(domains, unanswered)


def _domain_score(
    scoring: Scoring, domain: str, answers: Mapping[str, Sequence[str]], help_given: str, willing_and_able: bool | None
) -> DomainScore:
    gross = Fraction(0)
    reasons = []
    for question in (question for question in scoring.questions if question.domain == domain):
        chosen = _chosen(question, answers.get(question.question_id, ()))
        points = _count(question.counting, [choice.points for choice in chosen])
        gross += points
        told = "; ".join(choice.text for choice in chosen)
        reasons.append(f"{question.label}: {told or 'no answer'} - {_points(points)}")
    counts = help_given != NO_HELP and willing_and_able is True
    multiplier = scoring.help_multipliers[help_given] if counts else Fraction(1)
    if help_given != NO_HELP and gross:
        reasons.append(_help_reason(help_given, willing_and_able, multiplier))
    return DomainScore(domain, scoring.domains[domain], gross, gross * multiplier, help_given, counts, tuple(reasons))


def _chosen(question: ScoredQuestion, codes: Sequence[str]) -> list[ScoredChoice]:
    return [choice for choice in question.choices if choice.code in codes]


def _count(counting: Counting, points: Sequence[Fraction]) -> Fraction:
    return sum(points, Fraction(0)) if counting is Counting.ADD else max(points, default=Fraction(0))


def _points(points: Fraction) -> str:
    return f"{plain_number(points)} {'point' if points == 1 else 'points'}"


def _help_reason(help_given: str, willing_and_able: bool | None, multiplier: Fraction) -> str:
    given = f"Family and friends do {help_given} of this"
    if willing_and_able is True:
        return f"{given} and are willing and able to go on: {plain_number(multiplier * 100)}% of the points are left"
    if willing_and_able is False:
        return f"{given} but are not willing and able to go on: their help takes nothing off"
    return f"{given}, but nobody has said that they are willing and able to go on: their help takes nothing off"


def _must_know_all(scoring: Scoring, answers: Mapping[str, Sequence[str]], informal_help: Mapping[str, str]) -> None:
    questions = {question.question_id: question for question in scoring.questions}
    for question_id, codes in answers.items():
        if question_id not in questions:
            raise AnswerUnknown(f"no points for the question {question_id!r}")
        known = {choice.code for choice in questions[question_id].choices}
        if not known.issuperset(codes):
            raise AnswerUnknown(f"no points for {', '.join(sorted(set(codes) - known))!r} at {question_id!r}")
    for domain, help_given in informal_help.items():
        if domain not in scoring.domains or help_given not in scoring.help_multipliers:
            raise AnswerUnknown(f"help {help_given!r} with {domain!r}")
