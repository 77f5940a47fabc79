"""What a new assessment can begin with, from what was agreed or is known already; and how two assessments differ."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from services.assessment.domain.answers import Answers, check_answers
from services.assessment.domain.questionnaire import Aspect, Question, Questionnaire


@dataclass(frozen=True)
class Known:
    """An answer that is known already.

    Args:
        answer: as the question takes it.
        source: where it is from: ``agreed_assessment`` or ``person_record``.
        of: which assessment, where it is from one.
        on: the day of which it is.
    """

    answer: object
    source: str
    of: str = ""
    on: date | None = None


def carried_over(
    before: Questionnaire, answers: Answers, now: Questionnaire, *, assessment_id: str, agreed_on: date
) -> dict[str, Known]:
    """Answers of an agreed assessment that answer the same questions of a new one.

    A question is the same where it asks for the same thing in the same words with the same choices: an answer to other
    words is no answer.
    """
    same = (
        question_id for question_id, each in now.questions.items() if _same(each, before.questions.get(question_id))
    )
    asked = {question.question_id for question in before.asked(answers)}
    return {
        question_id: Known(answers[question_id], "agreed_assessment", assessment_id, agreed_on)
        for question_id in same
        if question_id in answers and question_id in asked
    }


def known_facts(questionnaire: Questionnaire, facts: Mapping[str, object], *, on: date) -> dict[str, Known]:
    """Answers to questions for facts that the person's own record tells, where they fit."""
    found = {
        question.question_id: Known(facts[question.about], "person_record", on=on)
        for question in questionnaire.asking(Aspect.FACT)
        if facts.get(question.about) is not None
    }
    return {name: each for name, each in found.items() if not check_answers(questionnaire, {name: each.answer})}


def _same(now: Question, before: Question | None) -> bool:
    if before is None:
        return False
    told = (before.asks, before.about, before.kind, before.text, before.choices, before.answered_by, before.most)
    return told == (now.asks, now.about, now.kind, now.text, now.choices, now.answered_by, now.most)


@dataclass(frozen=True)
class Difference:
    """One question that is answered in another way.

    Args:
        kind: ``other``, ``new`` or ``gone``.
    """

    question_id: str
    label: str
    before: object
    now: object
    kind: str


def differences(
    before: Questionnaire, answers_before: Answers, now: Questionnaire, answers_now: Answers
) -> tuple[Difference, ...]:
    """How the answers that count differ, in the order of the newer questionnaire; what is asked no more comes last."""
    return tuple(_differences(before, answers_before, now, answers_now))


def _differences(
    before: Questionnaire, answers_before: Answers, now: Questionnaire, answers_now: Answers
) -> Iterator[Difference]:
    was = {each.question_id: answers_before.get(each.question_id) for each in before.asked(answers_before)}
    is_now = {each.question_id: answers_now.get(each.question_id) for each in now.asked(answers_now)}
    for question_id in dict.fromkeys((*is_now, *was)):
        old, new = was.get(question_id), is_now.get(question_id)
        if old != new or type(old) is not type(new):
            question = now.questions.get(question_id) or before.questions[question_id]
            kind = "new" if old is None else "gone" if new is None else "other"
            yield Difference(question_id, question.label, old, new, kind)
