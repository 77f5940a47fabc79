"""Answers: whether they fit their questions, and what they say once they do."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from services.assessment.domain.errors import Problem
from services.assessment.domain.questionnaire import NOT_SURE, Aspect, Kind, Question, Questionnaire, Role

#: Answers by question id, as JSON values: a code, a list of codes, true or false, an ISO date, a whole number, a list
#: of incomes (``{"code": ..., "pence_per_week": ...}``), or ``"not_sure"``.
Answers: TypeAlias = Mapping[str, object]

#: A fact as the event carries it.
FactJson: TypeAlias = bool | int | str | tuple[dict[str, str | int], ...]

DAYS_IN_WEEK = 7


@dataclass(frozen=True)
class DayProfile:
    """How often a kind of day comes; days a week."""

    kind: str
    days_per_week: int


@dataclass(frozen=True)
class SupportLine:
    """Specialist support, named by the code of the rate card; minutes a day."""

    code: str
    text: str
    minutes_per_day: int


@dataclass(frozen=True)
class NeedAsked:
    """A question about a need, whatever its words, as far as two assessments must know it to be compared.

    Args:
        choices: codes from least to most need; where several may apply, those alone that are a need.
    """

    question_id: str
    domain: str
    label: str
    takes_several: bool
    choices: tuple[str, ...]


def check_answers(questionnaire: Questionnaire, answers: Answers, role: Role | None = None) -> list[Problem]:
    """Find what is wrong with answers. Missing answers are no problem here: answers can be saved and resumed.

    Args:
        answers: by question id.
        role: who answers; the other role's questions are then a problem. None checks the answers of both roles.

    Returns:
        The problems in the order of the answers; empty when all is well.
    """
    problems: list[Problem] = []
    for question_id, answer in answers.items():
        question = questionnaire.questions.get(question_id)
        if question is None:
            problems.append(Problem(question_id, "is not a question of this questionnaire"))
        elif role is not None and question.answered_by is not role:
            problems.append(Problem(question_id, f"is for the {question.answered_by} to answer"))
        elif complaint := _complaint(question, answer):
            problems.append(Problem(question_id, complaint))
    return problems or _too_many_days(questionnaire, answers)


def week_problems(questionnaire: Questionnaire, answers: Answers) -> list[Problem]:
    """Find out whether the kinds of day, where any were told, make a week. A half-told week is fine in a draft only."""
    days = list(_answered(questionnaire, answers, Aspect.DAY_PROFILE))
    whole = sum(_number(answer) for _, answer in days)
    return [] if not days or whole == DAYS_IN_WEEK else [_not_a_week(days[0][0], whole)]


def not_sure_of(questionnaire: Questionnaire, answers: Answers) -> tuple[Question, ...]:
    """The questions that were answered with "not sure", of those that are asked."""
    return tuple(each for each in questionnaire.asked(answers) if answers.get(each.question_id) == NOT_SURE)


def need_answers(questionnaire: Questionnaire, answers: Answers) -> dict[str, tuple[str, ...]]:
    """Choice codes by question id, for the questions that ask for needs; unanswered ones are left out."""
    codes: dict[str, tuple[str, ...]] = {}
    for question, answer in _answered(questionnaire, answers, Aspect.NEED):
        codes[question.question_id] = _chosen(question, answer)
    return codes


def needs_asked(questionnaire: Questionnaire, answers: Answers) -> tuple[NeedAsked, ...]:
    """The questions behind `need_answers`, in order."""
    return tuple(_need_asked(question) for question, _ in _answered(questionnaire, answers, Aspect.NEED))


def _need_asked(question: Question) -> NeedAsked:
    several = question.kind is Kind.SEVERAL_CHOICES
    # Where several may apply, an answer that goes with no other says that there is no need.
    codes = tuple(choice.code for choice in question.choices if not (several and choice.alone))
    return NeedAsked(question.question_id, question.about, question.label, several, codes)


def informal_help(questionnaire: Questionnaire, answers: Answers) -> dict[str, str]:
    """Help by family and friends, by domain: none, some, most or all."""
    return {question.about: str(answer) for question, answer in _answered(questionnaire, answers, Aspect.INFORMAL_HELP)}


def carer_willing_and_able(questionnaire: Questionnaire, answers: Answers) -> bool | None:
    """Whether the carer is willing and able to go on; None where nobody was asked or nobody is sure."""
    for _, answer in _answered(questionnaire, answers, Aspect.CARER):
        return answer if isinstance(answer, bool) else None
    return None


def day_profiles(questionnaire: Questionnaire, answers: Answers) -> tuple[DayProfile, ...]:
    """How often each kind of day comes; kinds that never come are left out."""
    days = _answered(questionnaire, answers, Aspect.DAY_PROFILE)
    return tuple(DayProfile(question.about, _number(answer)) for question, answer in days if _number(answer) > 0)


def answers_on_bad_days(questionnaire: Questionnaire, answers: Answers) -> dict[str, tuple[str, ...]]:
    """Choice codes of a bad day by id of the question about a usual day; only those that differ from it."""
    usual = need_answers(questionnaire, answers)
    codes: dict[str, tuple[str, ...]] = {}
    for question, answer in _answered(questionnaire, answers, Aspect.NEED_ON_BAD_DAY):
        chosen = _chosen(question, answer)
        if chosen != usual.get(question.about):
            codes[question.about] = chosen
    return codes


def specialist_support(questionnaire: Questionnaire, answers: Answers) -> tuple[SupportLine, ...]:
    """Specialist support that was asked for, line by line."""
    lines = _answered(questionnaire, answers, Aspect.SPECIALIST_SUPPORT)
    return tuple(
        SupportLine(question.about, question.label, _number(minutes))
        for question, minutes in lines
        if _number(minutes) > 0
    )


def facts_from_answers(questionnaire: Questionnaire, answers: Answers) -> dict[str, FactJson]:
    """Facts by name, as `braid.contracts.facts` writes them. What nobody is sure of is missing, not false."""
    facts: dict[str, FactJson] = {}
    for question, answer in _answered(questionnaire, answers, Aspect.FACT):
        facts[question.about] = _fact(answer)
    return facts


def _fact(answer: object) -> FactJson:
    if isinstance(answer, bool | int | str):
        return answer
    return tuple(
        {"code": str(line["code"]), "pence_per_week": _number(line["pence_per_week"])} for line in _incomes(answer)
    )


def _answered(questionnaire: Questionnaire, answers: Answers, aspect: Aspect) -> Iterator[tuple[Question, object]]:
    """Yield the answers that count: not those of needless questions, which are kept, and not "not sure"."""
    for question in questionnaire.asked(answers):
        if question.asks is aspect and answers.get(question.question_id, NOT_SURE) != NOT_SURE:
            yield question, answers[question.question_id]


def _chosen(question: Question, answer: object) -> tuple[str, ...]:
    """Choice codes in the order of the question."""
    chosen = _codes(answer)
    return tuple(choice.code for choice in question.choices if choice.code in chosen)


def _codes(answer: object) -> tuple[str, ...]:
    return (answer,) if isinstance(answer, str) else tuple(str(code) for code in _list(answer) or ())


def _number(answer: object) -> int:
    assert isinstance(answer, int), "answers are checked before they are read"
    return answer


def _incomes(answer: object) -> tuple[Mapping[str, object], ...]:
    return tuple(income for income in _list(answer) or () if isinstance(income, Mapping))


def _list(answer: object) -> Sequence[object] | None:
    return answer if isinstance(answer, Sequence) and not isinstance(answer, str | bytes) else None


def _complaint(question: Question, answer: object) -> str | None:
    if answer == NOT_SURE and isinstance(answer, str):
        return None if question.may_be_not_sure else "needs a number; leave it open where you are not sure"
    return _COMPLAINTS[question.kind](question, answer)


def _choice_complaint(question: Question, answer: object) -> str | None:
    if not isinstance(answer, str):
        return "must be one of the choices"
    return None if question.choice(answer) else f"has no choice {answer!r}"


def _several_choices_complaint(question: Question, answer: object) -> str | None:
    codes = _list(answer)
    if not codes:
        return "must be a list of one or more of the choices"
    unknown = [code for code in codes if not isinstance(code, str) or question.choice(code) is None]
    if unknown:
        return f"has no choice {unknown[0]!r}"
    if len(set(codes)) != len(codes):
        return "gives a choice twice"
    if len(codes) > 1 and any(choice.alone for choice in question.choices if choice.code in codes):
        return "gives a choice that goes with no other"
    return None


def _yes_no_complaint(_: Question, answer: object) -> str | None:
    return None if isinstance(answer, bool) else "must be true or false"


def _date_complaint(_: Question, answer: object) -> str | None:
    try:
        good = isinstance(answer, str) and date.fromisoformat(answer).isoformat() == answer
    except ValueError:
        good = False
    return None if good else "must be a date such as 2009-06-01"


def _number_complaint(question: Question, answer: object) -> str | None:
    unit = {Kind.PENCE: "pence", Kind.PENCE_PER_WEEK: "pence a week", Kind.COUNT: ""}[question.kind]
    wanted = f"must be a whole number{f' of {unit}' if unit else ''}"
    if not isinstance(answer, int) or isinstance(answer, bool):
        return wanted
    if answer < 0:
        return f"{wanted}, zero or more"
    return f"{wanted}, {question.most} at most" if answer > question.most else None


def _incomes_complaint(question: Question, answer: object) -> str | None:
    lines = _list(answer)
    if lines is None or len(_incomes(answer)) != len(lines):
        return "must be a list of incomes, each with its code and its pence a week"
    incomes = _incomes(answer)
    if any(set(income) != {"code", "pence_per_week"} for income in incomes):
        return "must give for each income its code and its pence_per_week, and nothing else"
    codes = [income["code"] for income in incomes]
    unknown = [code for code in codes if not isinstance(code, str) or question.choice(code) is None]
    if unknown:
        return f"has no income {unknown[0]!r}"
    if len(set(codes)) != len(codes):
        return "names an income twice"
    sums = [income["pence_per_week"] for income in incomes]
    if any(not isinstance(pence, int) or isinstance(pence, bool) or not 0 <= pence <= question.most for pence in sums):
        return "must give each income in whole pence a week, zero or more"
    return None


def _too_many_days(questionnaire: Questionnaire, answers: Answers) -> list[Problem]:
    days = list(_answered(questionnaire, answers, Aspect.DAY_PROFILE))
    whole = sum(_number(answer) for _, answer in days)
    return [_not_a_week(days[-1][0], whole)] if whole > DAYS_IN_WEEK else []


def _not_a_week(question: Question, days: int) -> Problem:
    return Problem(question.question_id, f"makes, with the other kinds of day, {days} days and not {DAYS_IN_WEEK}")


_COMPLAINTS: Mapping[Kind, Callable[[Question, object], str | None]] = {
    Kind.CHOICE: _choice_complaint,
    Kind.SEVERAL_CHOICES: _several_choices_complaint,
    Kind.YES_NO: _yes_no_complaint,
    Kind.DATE: _date_complaint,
    Kind.PENCE: _number_complaint,
    Kind.PENCE_PER_WEEK: _number_complaint,
    Kind.COUNT: _number_complaint,
    Kind.INCOMES: _incomes_complaint,
}
