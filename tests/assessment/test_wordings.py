"""Wordings for user groups: other words, the same questions; and nothing that was released ever changes."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from braid.contracts.codes import UserGroup
from services.assessment.domain.assessment import Assessment
from services.assessment.domain.errors import OtherQuestionnaire
from services.assessment.domain.questionnaire import Role
from services.assessment.questionnaire_files import QUESTIONNAIRES, QuestionnaireRefused, released_questionnaire
from services.assessment.wording_files import worded_questionnaire
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
    plain = worded_questionnaire("example-council", 3, UserGroup.OLDER_PEOPLE)

    assert worded.questions["nights"].text == "Do you need help at night?"
    assert plain == released_questionnaire("example-council", 3)
    assert worded.questions["capital"] == plain.questions["capital"]


def a_copy(tmp_path: Path, before: str, after: str, *, release: bool = True) -> Path:
    folder = tmp_path / "questionnaires"
    shutil.copytree(QUESTIONNAIRES, folder)
    text = (folder / NAME).read_text()
    assert before in text
    (folder / NAME).write_text(text.replace(before, after, 1))
    if release:
        released = json.loads((folder / "released.json").read_text())
        released[NAME] = hashlib.sha256((folder / NAME).read_bytes()).hexdigest()
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
