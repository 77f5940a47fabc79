"""Alignment: what each stream still lacks before it can be decided, and which question asks for it."""

from dataclasses import dataclass

from services.assessment.domain.answers import Answers
from services.assessment.domain.questionnaire import NOT_SURE, Aspect, Question, Questionnaire, Role


@dataclass(frozen=True)
class Lacking:
    """An answer that a stream does not have yet.

    Args:
        fact: name in the fact catalogue; None where the answer moves the allocation instead.
        label: the question in a few words.
        answered_by: who can give it.
        required: the assessment cannot be completed without an answer. Others are needed in some cases only, which the
            stream's own rules tell.
        not_sure: it was asked, and the person did not know.
    """

    question_id: str
    fact: str | None
    label: str
    answered_by: Role
    required: bool
    not_sure: bool


def still_lacking(questionnaire: Questionnaire, answers: Answers) -> dict[str, tuple[Lacking, ...]]:
    """Say for each stream, and for ``ras``, which answers it lacks; a stream that lacks nothing has an empty tuple.

    Questions that the answers so far make needless are left out; one that hangs on an open question comes once that is
    answered.
    """
    asked = questionnaire.asked(answers)
    return {
        code: tuple(
            _lacking(question, answers)
            for question in asked
            if code in question.serves and answers.get(question.question_id, NOT_SURE) == NOT_SURE
        )
        for code in questionnaire.serves
    }


def _lacking(question: Question, answers: Answers) -> Lacking:
    return Lacking(
        question_id=question.question_id,
        fact=question.about if question.asks is Aspect.FACT else None,
        label=question.label,
        answered_by=question.answered_by,
        required=question.required,
        not_sure=answers.get(question.question_id) == NOT_SURE,
    )
