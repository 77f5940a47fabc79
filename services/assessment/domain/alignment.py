"""Alignment: what each stream still lacks before it can be decided, and which question asks for it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from services.assessment.domain.answers import Answers
from services.assessment.domain.questionnaire import NOT_SURE, RAS, Aspect, Question, Questionnaire, Role


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


@dataclass(frozen=True)
class SectionProgress:
    """How far a section has got; questions that the answers so far make needless are left out.

    Args:
        asked: how many questions of it are asked.
        answered: how many of these have an answer; "not sure" is one.
        not_sure: of which of them nobody is sure.
        missing: which required ones have no answer.
    """

    section_id: str
    title: str
    asked: int
    answered: int
    not_sure: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def finished(self) -> bool:
        """Whether no required answer is missing."""
        return not self.missing


def progress(questionnaire: Questionnaire, answers: Answers) -> tuple[SectionProgress, ...]:
    """Say how far each section has got, in order; sections of which nothing is asked are left out."""
    asked = {question.question_id for question in questionnaire.asked(answers)}
    sections = []
    for section in questionnaire.sections:
        here = [question for question in section.questions if question.question_id in asked]
        if here:
            sections.append(
                SectionProgress(
                    section_id=section.section_id,
                    title=section.title,
                    asked=len(here),
                    answered=sum(each.question_id in answers for each in here),
                    not_sure=tuple(each.question_id for each in here if answers.get(each.question_id) == NOT_SURE),
                    missing=tuple(
                        each.question_id for each in here if each.required and each.question_id not in answers
                    ),
                )
            )
    return tuple(sections)


@dataclass(frozen=True)
class QuestionCount:
    """How many questions one assessment asks, and how many the schemes would ask if each asked for itself.

    Args:
        ours: every question once.
        by_scheme: for each scheme, the questions that serve it, as if it asked them on a form of its own; those about
            needs, which the allocation alone reads, are adult social care's.
        shared: questions that serve two schemes or more, each with their number.
    """

    ours: int
    by_scheme: Mapping[str, int]
    shared: Mapping[str, int]

    @property
    def together(self) -> int:
        """What the schemes would ask together."""
        return sum(self.by_scheme.values())


#: The scheme that assesses needs; without our questionnaire its own form would ask about them.
NEEDS_SCHEME = "adult_social_care"


def count_questions(questionnaire: Questionnaire, answers: Answers | None = None) -> QuestionCount:
    """Count the questions of a questionnaire; with answers, those alone that are asked of somebody who gave them."""
    questions = list(questionnaire.questions.values()) if answers is None else questionnaire.asked(answers)
    schemes = {each.question_id: _schemes(each) for each in questions}
    codes = dict.fromkeys(code for codes in schemes.values() for code in codes)
    return QuestionCount(
        ours=len(schemes),
        by_scheme={code: sum(code in each for each in schemes.values()) for code in codes},
        shared={question_id: len(each) for question_id, each in schemes.items() if len(each) > 1},
    )


def _schemes(question: Question) -> frozenset[str]:
    return frozenset(NEEDS_SCHEME if code == RAS else code for code in question.serves)


@dataclass(frozen=True)
class StreamPart:
    """What one stream has of an assessment, and what it lacks.

    Args:
        told: questions for it that have an answer; "not sure" is none here.
        to_confirm: of these, the ones that were filled in beforehand and are not confirmed.
    """

    stream: str
    told: tuple[str, ...]
    to_confirm: tuple[str, ...]
    lacking: tuple[Lacking, ...]


def stream_parts(questionnaire: Questionnaire, answers: Answers, to_confirm: Collection[str]) -> tuple[StreamPart, ...]:
    """Say of each stream, and of ``ras``, what it has and what it lacks."""
    lacking = still_lacking(questionnaire, answers)
    asked = questionnaire.asked(answers)
    return tuple(
        StreamPart(
            stream=code,
            told=(told := tuple(each.question_id for each in asked if _serves(each, code, answers))),
            to_confirm=tuple(name for name in told if name in to_confirm),
            lacking=lacking[code],
        )
        for code in questionnaire.serves
    )


def _serves(question: Question, code: str, answers: Answers) -> bool:
    return code in question.serves and answers.get(question.question_id, NOT_SURE) != NOT_SURE
