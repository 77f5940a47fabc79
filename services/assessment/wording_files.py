"""Reads wordings: a released questionnaire in a user group's words, with the same questions, choices and scores."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from braid.contracts.codes import UserGroup
from services.assessment.domain.questionnaire import Questionnaire, Wording
from services.assessment.questionnaire_files import (
    QUESTIONNAIRES,
    Code,
    QuestionnaireRefused,
    StrictEntry,
    Text,
    read_entry,
    released_hashes,
    released_questionnaire,
    released_text,
)
from services.assessment.reading_level import reading_grade
from services.assessment.vague_words import definition_reasons


class _WordingEntry(StrictEntry):
    text: Text
    hint: Text
    choices: dict[Code, Text] = Field({})
    definitions: dict[str, Text] = Field({})


class _WordingFile(StrictEntry):
    id: str
    version: Annotated[int, Field(ge=1)]
    user_group: Annotated[UserGroup, Field(strict=False)]
    # The hardest that its words may be, as a school grade; those that were released before it was said have none.
    reading_grade: Annotated[int, Field(ge=1, le=12)] | None = None
    questions: Annotated[dict[Code, _WordingEntry], Field(min_length=1)]


@lru_cache(maxsize=64)
def worded_questionnaire(
    questionnaire_id: str, version: int, user_group: UserGroup, folder: Path = QUESTIONNAIRES
) -> Questionnaire:
    """Load a released version in the words of a user group, where it has some; what it asks and scores is the same.

    Raises:
        QuestionnaireRefused: as `released_questionnaire`, or the wording is not sound.
    """
    questionnaire = released_questionnaire(questionnaire_id, version, folder)
    name = f"{questionnaire_id}/{version}.{user_group}.yaml"
    if name not in released_hashes(folder):
        return questionnaire
    entry = read_entry(_WordingFile, released_text(name, folder), name)
    if (entry.id, entry.version, entry.user_group) != (questionnaire_id, version, user_group):
        raise QuestionnaireRefused(name, ["the id, version and user group inside the file are not those of its path"])
    if reasons := list(_wording_reasons(entry, questionnaire)):
        raise QuestionnaireRefused(name, reasons)
    worded = questionnaire.worded({code: _wording(told) for code, told in entry.questions.items()})
    grade = grade_of_words(worded, entry.questions)
    if entry.reading_grade is not None and grade > entry.reading_grade:
        raise QuestionnaireRefused(name, [f"it says reading grade {entry.reading_grade}, and its words are of {grade}"])
    return worded


def _wording(told: _WordingEntry) -> Wording:
    return Wording(told.text, told.hint, dict(told.choices), dict(told.definitions))


def grade_of_words(questionnaire: Questionnaire, question_ids: Iterable[str]) -> float:
    """The reading grade of some questions with their hints; choices are no sentences, and would flatter it."""
    questions = (questionnaire.questions[question_id] for question_id in question_ids)
    return reading_grade(said for each in questions for said in (each.text, each.hint))


def _wording_reasons(entry: _WordingFile, questionnaire: Questionnaire) -> Iterator[str]:
    for question_id, told in entry.questions.items():
        question = questionnaire.questions.get(question_id)
        if question is None:
            yield f"{question_id}: is no question of the questionnaire"
            continue
        unknown = [code for code in told.choices if question.choice(code) is None]
        if unknown:
            yield f"{question_id}: has no choice {', '.join(unknown)}"
        choices = {choice.code: choice.text for choice in question.choices} | told.choices
        said = " ".join([told.text, told.hint, *choices.values()])
        yield from (f"{question_id}: {reason}" for reason in definition_reasons(said, told.definitions))
