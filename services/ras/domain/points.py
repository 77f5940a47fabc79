"""From answers to points: gross, and net of the help that family and friends are willing and able to go on giving."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from functools import cached_property

from services.ras.domain.errors import AnswerUnknown, TableNotSound
from services.ras.domain.sums import plain_number, total

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

    @cached_property
    def by_code(self) -> Mapping[str, ScoredChoice]:
        """The choices by their codes, in their order."""
        return {choice.code: choice for choice in self.choices}

    def told(self, codes: Sequence[str]) -> str:
        """Answers in the words of the questionnaire."""
        return "; ".join(choice.text for choice in self.given(codes)) or "no answer"

    def given(self, codes: Sequence[str]) -> Sequence[ScoredChoice]:
        """The choices that the codes name, each once, in the order of the questionnaire."""
        if len(codes) == 1:  # Most answers: no need to look through the choices.
            choice = self.by_code.get(codes[0])
            return (choice,) if choice else ()
        return [choice for choice in self.choices if choice.code in codes]


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

    @cached_property
    def questions_by_id(self) -> Mapping[str, ScoredQuestion]:
        """The questions by their ids, in their order."""
        return {question.question_id: question for question in self.questions}

    @cached_property
    def questions_by_domain(self) -> Mapping[str, tuple[ScoredQuestion, ...]]:
        """The questions of each domain, in their order."""
        return {
            domain: tuple(question for question in self.questions if question.domain == domain)
            for domain in self.domains
        }

    @cached_property
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
        return total(domain.gross for domain in self.domains)

    @cached_property
    def net(self) -> Fraction:
        return total((*(domain.net for domain in self.domains), self.raised))


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
    net = total(net_points_of_each(scoring, answers, informal_help, willing_and_able).values())
    least = _least(scoring, answers)
    return net if least is None else max(net, least.points)


def net_points_of_each(
    scoring: Scoring,
    answers: Mapping[str, Sequence[str]],
    informal_help: Mapping[str, str],
    willing_and_able: bool | None,
) -> Mapping[str, Fraction]:
    """Return what the answer to each question adds to the net points, by question id; a least score is not in it."""
    return {
        question.question_id: net_of_help(
            scoring, question.domain, question_points(question, answers), informal_help, willing_and_able
        )
        for question in scoring.questions
    }


def net_of_help(
    scoring: Scoring, domain: str, points: Fraction, informal_help: Mapping[str, str], willing_and_able: bool | None
) -> Fraction:
    """Return what is left of points of a domain after help that counts."""
    if not points or willing_and_able is not True:
        return points
    return points * _multiplier(scoring, informal_help.get(domain, NO_HELP), willing_and_able)


def question_points(question: ScoredQuestion, answers: Mapping[str, Sequence[str]]) -> Fraction:
    """Return the points of the answers to one question, before help."""
    points = _count(question.counting, question.given(answers.get(question.question_id, ())))
    if not question.weights or not points:
        return points
    return points * total(weight.factor for weight in question.weights if _holds(weight.where, answers))


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
    points, reasons = [], []
    for question in scoring.questions_by_domain[domain]:
        points.append(question_points(question, answers))
        told = question.told(answers.get(question.question_id, ()))
        reasons.append(f"{question.label}: {told} - {points_in_words(points[-1])}")
    gross = total(points)
    multiplier = _multiplier(scoring, help_given, willing_and_able)
    if help_given != NO_HELP and gross:
        reasons.append(_help_reason(help_given, willing_and_able, multiplier))
    counts = help_given != NO_HELP and willing_and_able is True
    net = gross * multiplier if counts else gross
    return DomainScore(domain, scoring.domains[domain], gross, net, help_given, counts, tuple(reasons))


def _count(counting: Counting, given: Sequence[ScoredChoice]) -> Fraction:
    if len(given) == 1:
        return given[0].points
    points = [choice.points for choice in given]
    return total(points) if counting is Counting.ADD else max(points, default=Fraction(0))


def points_in_words(points: Fraction) -> str:
    """Write points: 1 point, 3.5 points."""
    return f"{plain_number(points)} {'point' if points == 1 else 'points'}"


def _help_reason(help_given: str, willing_and_able: bool | None, multiplier: Fraction) -> str:
    given = f"Family and friends do {help_given} of this"
    if willing_and_able is True:
        return f"{given} and are willing and able to go on: {plain_number(multiplier * 100)}% of the points are left"
    if willing_and_able is False:
        return f"{given} but are not willing and able to go on: their help takes nothing off"
    return f"{given}, but nobody has said that they are willing and able to go on: their help takes nothing off"


def _must_know_all(scoring: Scoring, answers: Mapping[str, Sequence[str]], informal_help: Mapping[str, str]) -> None:
    questions = scoring.questions_by_id
    for question_id, codes in answers.items():
        if question_id not in questions:
            raise AnswerUnknown(f"no points for the question {question_id!r}")
        if unknown := set(codes).difference(questions[question_id].by_code):
            raise AnswerUnknown(f"no points for {', '.join(sorted(unknown))!r} at {question_id!r}")
    for domain, help_given in informal_help.items():
        if domain not in scoring.domains or help_given not in scoring.help_multipliers:
            raise AnswerUnknown(f"help {help_given!r} with {domain!r}")
