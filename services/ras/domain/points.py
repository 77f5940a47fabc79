"""From answers to points: gross, and net of the help that family and friends are willing and able to go on giving."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from functools import cached_property

from services.ras.domain.errors import AnswerUnknown, TableNotSound
from services.ras.domain.sums import plain_number

NO_HELP = "none"
#: How much of the help that a person needs with a domain family and friends give, from least to most.
HELP_CODES = (NO_HELP, "some", "most", "all")


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


#: Answers that must all have been given: choice codes, any one of which will do, by question id.
Where = Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class Weight:
    """What the points of a question are multiplied by where other answers are such; several that hold are added."""

    factor: Fraction
    where: Where


@dataclass(frozen=True)
class ScoredQuestion:
    """One question about a need, with the points for each answer.

    Args:
        weights: none counts the points as they are; else they count by those weights that hold, and for nothing where
            none does.
        is_degree: the choices go from least to most need. A question such as where somebody lives has no such order.
    """

    question_id: str
    label: str
    domain: str
    choices: tuple[ScoredChoice, ...]
    counting: Counting = Counting.HIGHEST
    weights: tuple[Weight, ...] = ()
    is_degree: bool = True

    @cached_property
    def least(self) -> ScoredChoice:
        """The choice with the fewest points."""
        return min(self.choices, key=lambda choice: choice.points)

    def told(self, codes: Sequence[str]) -> str:
        """Answers in the words of the questionnaire."""
        return "; ".join(choice.text for choice in self.choices if choice.code in codes) or "no answer"


@dataclass(frozen=True)
class LeastScore:
    """A score that nobody falls below who gave such answers."""

    points: Fraction
    where: Where
    text: str


@dataclass(frozen=True)
class Scoring:
    """How a table turns answers into points.

    Args:
        domains: titles by code, in order.
        help_multipliers: by none, some, most, all: what is left of a domain's points when such help is counted.
        least_scores: the highest one that holds applies to the net points of all domains together.

    Raises:
        TableNotSound: a weight or a least score hangs on an answer that there is not.
    """

    domains: Mapping[str, str]
    questions: tuple[ScoredQuestion, ...]
    help_multipliers: Mapping[str, Fraction]
    least_scores: tuple[LeastScore, ...] = ()

    @property
    def answers_hang_together(self) -> bool:
        """Whether what one answer counts for may hang on another."""
        return bool(self.least_scores) or any(question.weights for question in self.questions)

    def __post_init__(self) -> None:
        known = {question.question_id: {choice.code for choice in question.choices} for question in self.questions}
        conditions = [weight.where for question in self.questions for weight in question.weights]
        for where in (*conditions, *(least.where for least in self.least_scores)):
            for question_id, codes in where.items():
                if not codes <= known.get(question_id, set()):
                    raise TableNotSound([f"hangs on {', '.join(sorted(codes))} at {question_id!r}, which is no answer"])


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
    """The points of every domain; ``unanswered`` names questions that have points and no answer.

    Args:
        raised: points on top of the domains' own, up to a least score; ``raised_because`` says why.
    """

    domains: tuple[DomainScore, ...]
    unanswered: tuple[str, ...]
    raised: Fraction = Fraction(0)
    raised_because: str = ""

    @cached_property
    def gross(self) -> Fraction:
        return sum((domain.gross for domain in self.domains), Fraction(0))

    @cached_property
    def net(self) -> Fraction:
        return sum((domain.net for domain in self.domains), self.raised)


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
    scored = Score(domains, unanswered)
    least = _least(scoring, answers)
    if least is None or least.points <= scored.net:
        return scored
    return replace(scored, raised=least.points - scored.net, raised_because=least.text)


def net_points(
    scoring: Scoring,
    answers: Mapping[str, Sequence[str]],
    informal_help: Mapping[str, str],
    willing_and_able: bool | None,
) -> Fraction:
    """Return the net points that `score` gives, without its words: for trying many answers of one person."""
    net = Fraction(0)
    for question in scoring.questions:
        points = question_points(question, answers)
        net += net_of_help(scoring, question.domain, points, informal_help, willing_and_able)
    least = _least(scoring, answers)
    return net if least is None else max(net, least.points)


def net_of_help(
    scoring: Scoring, domain: str, points: Fraction, informal_help: Mapping[str, str], willing_and_able: bool | None
) -> Fraction:
    """Return what is left of points of a domain after help that counts."""
    if not points or willing_and_able is not True:
        return points
    return points * _multiplier(scoring, informal_help.get(domain, NO_HELP), willing_and_able)


def question_points(question: ScoredQuestion, answers: Mapping[str, Sequence[str]]) -> Fraction:
    """Return the points of the answers to one question, before help."""
    codes = answers.get(question.question_id, ())
    points = _count(question.counting, [choice.points for choice in question.choices if choice.code in codes])
    if not question.weights or not points:
        return points
    return points * sum((weight.factor for weight in question.weights if _holds(weight.where, answers)), Fraction(0))


def _holds(where: Where, answers: Mapping[str, Sequence[str]]) -> bool:
    return all(not codes.isdisjoint(answers.get(question_id, ())) for question_id, codes in where.items())


def _least(scoring: Scoring, answers: Mapping[str, Sequence[str]]) -> LeastScore | None:
    holding = (least for least in scoring.least_scores if _holds(least.where, answers))
    return max(holding, key=lambda least: least.points, default=None)


def _multiplier(scoring: Scoring, help_given: str, willing_and_able: bool | None) -> Fraction:
    counts = help_given != NO_HELP and willing_and_able is True
    return scoring.help_multipliers[help_given] if counts else Fraction(1)


def _domain_score(
    scoring: Scoring, domain: str, answers: Mapping[str, Sequence[str]], help_given: str, willing_and_able: bool | None
) -> DomainScore:
    gross = Fraction(0)
    reasons = []
    for question in (question for question in scoring.questions if question.domain == domain):
        points = question_points(question, answers)
        gross += points
        told = question.told(answers.get(question.question_id, ()))
        reasons.append(f"{question.label}: {told} - {_points(points)}")
    multiplier = _multiplier(scoring, help_given, willing_and_able)
    if help_given != NO_HELP and gross:
        reasons.append(_help_reason(help_given, willing_and_able, multiplier))
    counts = help_given != NO_HELP and willing_and_able is True
    return DomainScore(domain, scoring.domains[domain], gross, gross * multiplier, help_given, counts, tuple(reasons))


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
