"""Wordings for user groups: other words, the same questions; and nothing that was released ever changes."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from braid.contracts.codes import UserGroup
from services.assessment.domain.assessment import Assessment
from services.assessment.domain.errors import OtherQuestionnaire
from services.assessment.domain.questionnaire import Aspect, Role
from services.assessment.questionnaire_files import QUESTIONNAIRES, QuestionnaireRefused, released_questionnaire
from services.assessment.reading_level import reading_grade
from services.assessment.wording_files import grade_of_words, worded_questionnaire
from tests.assessment import people

NAME = "example-council/3.learning_disability.yaml"


@pytest.mark.parametrize("user_group", UserGroup)
def test_a_user_groups_words_change_neither_what_is_asked_nor_what_an_answer_says(user_group: UserGroup) -> None:
    plain = released_questionnaire("example-council", 3)
    worded = worded_questionnaire("example-council", 3, user_group)

    for one, other in zip(plain.questions.values(), worded.questions.values(), strict=True):
        told = ("question_id", "asks", "about", "kind", "serves", "required", "only_if", "most", "answered_by")
        assert [getattr(one, name) for name in told] == [getattr(other, name) for name in told]
        assert [choice.code for choice in one.choices] == [choice.code for choice in other.choices]
        assert [choice.alone for choice in one.choices] == [choice.alone for choice in other.choices]
    person = people.somebody_like_savva_in_july()
    assert person.assessed(worded) == person.assessed(plain)


def test_people_with_a_learning_disability_read_plainer_words() -> None:
    worded = worded_questionnaire("example-council", 3, UserGroup.LEARNING_DISABILITY)

    assert worded.questions["nights"].text == "Do you need help at night?"
    assert worded.questions["capital"] == released_questionnaire("example-council", 3).questions["capital"]


@pytest.mark.parametrize("user_group", UserGroup)
def test_each_group_reads_words_that_are_at_least_a_grade_plainer_and_no_harder_than_they_say(
    user_group: UserGroup,
) -> None:
    usual = released_questionnaire("example-council", 3)
    worded = worded_questionnaire("example-council", 3, user_group)
    theirs = [name for name, question in worded.questions.items() if question != usual.questions[name]]

    assert len(theirs) >= 7
    assert grade_of_words(worded, theirs) <= min(2, grade_of_words(usual, theirs) - 1)


@pytest.mark.parametrize("user_group", [group for group in UserGroup if group != UserGroup.LEARNING_DISABILITY])
def test_every_question_about_needs_speaks_of_what_the_group_knows(user_group: UserGroup) -> None:
    usual = released_questionnaire("example-council", 3)
    worded = worded_questionnaire("example-council", 3, user_group)

    assert all(worded.questions[each.question_id] != each for each in usual.asking(Aspect.NEED))


def test_words_that_are_harder_than_they_say_are_refused(tmp_path: Path) -> None:
    hard = (
        "Notwithstanding informal arrangements, characterise comprehensively whatever nocturnal assistance necessitates"
    )
    folder = a_copy(tmp_path, "What help do you need at night?", hard * 3, name="example-council/3.older_people.yaml")

    with pytest.raises(QuestionnaireRefused, match="it says reading grade 2, and its words are of"):
        worded_questionnaire("example-council", 3, UserGroup.OLDER_PEOPLE, folder)


def test_a_reading_grade_counts_letters_and_words_as_its_formula_does() -> None:
    # 13 words, 2 sentences and 47 letters: 4.71 * 47 / 13 + 0.5 * 13 / 2 - 21.43.
    assert reading_grade(["Do you need help at night?", "The helper has to stay awake then"]) == -1.2
    with pytest.raises(ValueError, match="nothing to read"):
        reading_grade(["...", ""])


def a_copy(tmp_path: Path, before: str, after: str, *, release: bool = True, name: str = NAME) -> Path:
    folder = tmp_path / "questionnaires"
    shutil.copytree(QUESTIONNAIRES, folder)
    text = (folder / name).read_text()
    assert before in text
    (folder / name).write_text(text.replace(before, after, 1))
    if release:
        released = json.loads((folder / "released.json").read_text())
        released[name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        (folder / "released.json").write_text(json.dumps(released))
    return folder


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("  nights:\n", "  nightz:\n", "no question"),
        ("      awake:", "      awoke:", "has no choice awoke"),
        ("Do you need help at night?", "Do you often need help at night?", "vague"),
        ("    hint: Night is", "    colour: red\n    hint: Night is", "colour"),
        ("user_group: learning_disability", "user_group: older_people", "not those of its path"),
        ("version: 3", "version: 2", "not those of its path"),
    ],
)
def test_a_wording_that_is_not_sound_is_refused_whole(tmp_path: Path, before: str, after: str, reason: str) -> None:
    folder = a_copy(tmp_path, before, after)

    with pytest.raises(QuestionnaireRefused, match=reason):
        worded_questionnaire("example-council", 3, UserGroup.LEARNING_DISABILITY, folder)


def test_a_released_wording_never_changes(tmp_path: Path) -> None:
    folder = a_copy(tmp_path, "Do you need help at night?", "Do you sleep well?", release=False)

    with pytest.raises(QuestionnaireRefused, match="never changes"):
        worded_questionnaire("example-council", 3, UserGroup.LEARNING_DISABILITY, folder)


def test_a_new_version_leaves_an_assessment_that_was_begun_before_as_it_was() -> None:
    older = released_questionnaire("example-council", 1)
    begun = Assessment.begin(older)

    saved, _ = begun.save_answers(older, {"nights": "awake"}, Role.PERSON)

    assert (saved.questionnaire_version, older.version) == (1, 1)
    with pytest.raises(OtherQuestionnaire, match="version 1"):
        saved.save_answers(released_questionnaire("example-council", 3), {"nights": "no_help"}, Role.PERSON)
