"""Questionnaire files: refused whole, with reasons, when anything is unsound; never changed once released."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from services.assessment.domain.questionnaire import Aspect, Condition
from services.assessment.questionnaire_files import (
    QUESTIONNAIRES,
    QuestionnaireRefused,
    latest_released_version,
    read_questionnaire,
    released_questionnaire,
)

EXAMPLE = """
id: small
version: 1
title: A small questionnaire
domains: {community: Community}
sections:
  - id: one
    title: One
    questions:
      - id: getting_out
        label: Getting out
        text: What help do you need to get out?
        hint: On most trips.
        asks: {need: community}
        kind: choice
        answered_by: person
        serves: [ras]
        required: true  # a need
        choices: [{code: none, text: No help}, {code: a_person, text: A person with me}]
        definitions: {most: More than half}
      - id: born
        label: Born
        text: When were you born?
        hint: The day on your birth certificate.
        asks: {fact: date_of_birth}
        kind: date
        answered_by: person
        serves: [adult_social_care]  # a date
        required: true
      - id: lives_with
        label: Lives with
        text: Whom do you live with?
        hint: As a couple or not.
        asks: {fact: household}
        kind: choice
        answered_by: person
        serves: [adult_social_care]
        required: true
        choices: [{code: single, text: Single}, {code: couple, text: Couple}]
      - id: help_getting_out
        label: Help
        text: How much do family and friends do?
        hint: Now.
        asks: {informal_help: community}
        kind: choice
        answered_by: person
        serves: [ras]  # help
        required: true
        choices:
          - {code: none, text: None}
          - {code: some, text: A part}
          - {code: most, text: More}
          - {code: all, text: All}
      - id: works
        label: Works
        text: Do you work?
        hint: For pay or not.
        asks: {fact: work_status}  # a stream's own
        kind: choice
        answered_by: person
        serves: [access_to_work]
        declared_by: access_to_work
        required: true
        choices: [{code: employed, text: For pay}, {code: voluntary, text: Unpaid}, {code: none, text: Not at all}]
      - id: employer
        label: Employer
        text: How many people does your employer employ?
        hint: All of them.
        asks: {fact: employer_staff}
        kind: count
        answered_by: person
        serves: [access_to_work]
        declared_by: access_to_work
        required: true
        most: 3000000
        only_if: {works: employed}
      - id: big_employer
        label: Ministry
        text: Is it a ministry?
        hint: Ask your manager.
        asks: {fact: employer_is_ministerial_department}
        kind: yes_no
        answered_by: person
        serves: [access_to_work]
        declared_by: access_to_work
        required: true
        only_if: {employer: {at_least: 50}}
      - id: night_care
        label: Nights
        text: Does the council's care cover nights?
        hint: From eleven to seven.
        asks: {fact: council_funds_night_care}
        kind: yes_no
        answered_by: practitioner
        serves: [adult_social_care]
        required: true
      - id: interviews
        label: Interviews
        text: What does a communicator at interviews cost?
        hint: Write 0 if you need none.
        asks: {fact: interview_communicator_cost_pence}
        kind: pence
        answered_by: person
        serves: [access_to_work]
        declared_by: access_to_work
        required: true
        only_if: [{works: {other_than: employed}}, {big_employer: true}]
"""


def test_the_small_example_is_sound() -> None:
    questions = read_questionnaire(EXAMPLE, "small").questions

    assert list(questions)[:4] == ["getting_out", "born", "lives_with", "help_getting_out"]


def test_a_condition_is_an_answer_a_number_or_any_other_answer_and_one_of_several_is_enough() -> None:
    questions = read_questionnaire(EXAMPLE, "small").questions

    assert questions["employer"].only_if == ((Condition("works", ("employed",)),),)
    assert questions["big_employer"].only_if == ((Condition("employer", at_least=50),),)
    assert questions["interviews"].only_if == (
        (Condition("works", ("voluntary", "none")),),
        (Condition("big_employer", (True,)),),
    )


def test_a_question_for_a_streams_own_fact_stays_sound_when_the_fact_joins_the_catalogue() -> None:
    joined = EXAMPLE.replace("{fact: employer_staff}", "{fact: dependent_children}")

    assert read_questionnaire(joined, "small").questions["employer"].most == 3_000_000


def test_a_streams_own_fact_has_the_bounds_that_its_question_gives() -> None:
    assert read_questionnaire(EXAMPLE, "small").questions["employer"].most == 3_000_000


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("hint: The day on", "colour: red\n        hint: The day on", "colour"),
        ("fact: date_of_birth", "fact: star_sign", "'star_sign' is not in the catalogue"),
        (
            "declared_by: access_to_work\n        required: true\n        choices",
            "required: true\n        choices",
            "must name",
        ),
        ("        most: 3000000\n", "", "says its most if, and only if"),
        ("hint: From eleven", "most: 9\n        hint: From eleven", "the catalogue says the most"),
        ("only_if: {works: employed}", "only_if: {works: retired}", "an answer that 'works' cannot have"),
        ("only_if: {works: employed}", "only_if: {works: [employed, voluntary, none]}", "or always has"),
        ("only_if: {works: employed}", "only_if: {works: {other_than: retired}}", "or always has"),
        ("only_if: {works: employed}", "only_if: {works: {at_least: 1}}", "an answer that 'works' cannot have"),
        ("only_if: {works: employed}", "only_if: {works: {at_least: 1, other_than: none}}", "one of the two"),
        ("only_if: {works: employed}", 'only_if: {born: "1990-01-01"}', "only_if"),
        ("only_if: {works: employed}", "only_if: {born: {at_least: 1}}", "an answer that 'born' cannot have"),
        ("only_if: {works: employed}", "only_if: {big_employer: true}", "'big_employer', which is no earlier question"),
        (
            "only_if: {works: employed}",
            "only_if: {employer: {at_least: 1}}",
            "'employer', which is no earlier question",
        ),
        ("only_if: {works: employed}", "only_if: {horoscope: true}", "'horoscope', which is no earlier question"),
        ("only_if: {employer: {at_least: 50}}", "only_if: {employer: true}", "an answer that 'employer' cannot have"),
        ("{big_employer: true}]", "{night_care: true}]", "'night_care', which the practitioner answers after"),
        ("required: true  # a need", "required: true\n        only_if: {born: x}", "the allocation needs every answer"),
        ("kind: date", "kind: count", "answered by date, not by count"),
        ("kind: date", "kind: telepathy", "kind"),
        ("fact: household", "fact: date_of_birth", "'fact date_of_birth' is given twice"),
        ("id: lives_with", "id: born", "question id 'born' is given twice"),
        ("code: couple", "code: commune", "has no code commune"),
        ("code: couple", "code: single", "choice 'single' is given twice"),
        ("definitions: {most: More than half}", "", "the word 'most' is vague"),
        ("{most: More than half}", "{most: More than half, often: Daily}", "defines 'often', which the question does"),
        ("asks: {need: community}", "asks: {need: gardening}", "not a domain"),
        ("asks: {need: community}", "asks: {need: community, fact: household}", "asks"),
        ("asks: {need: community}", "asks: {mood: community}", "asks"),
        ("required: true  # a need", "required: false", "must be answered"),
        ("serves: [adult_social_care]  # a date", "serves: [Lottery]", "serves.0"),
        ("serves: [ras]  # help", "serves: [adult_social_care]", "serves ras alone"),
        ("          - {code: some, text: A part}\n", "", "help has the choices none, some, most, all"),
        ("        choices: [{code: single, text: Single}, {code: couple, text: Couple}]\n", "", "if, and only if"),
        ("title: One", "title: One\n    title: Two", "key given twice"),
    ],
)
def test_a_file_that_is_not_sound_is_refused_with_its_reason(before: str, after: str, reason: str) -> None:
    assert EXAMPLE.count(before) == 1

    with pytest.raises(QuestionnaireRefused, match=reason):
        read_questionnaire(EXAMPLE.replace(before, after), "small")


def a_copy(tmp_path: Path) -> Path:
    folder = tmp_path / "questionnaires"
    shutil.copytree(QUESTIONNAIRES, folder)
    return folder


def test_a_released_version_never_changes(tmp_path: Path) -> None:
    folder = a_copy(tmp_path)
    file = folder / "example-council/1.yaml"
    file.write_text(file.read_text().replace("Your self-assessment", "Our assessment of you"))

    with pytest.raises(QuestionnaireRefused, match="never changes"):
        released_questionnaire("example-council", 1, folder)


def test_a_version_that_was_not_released_is_not_used(tmp_path: Path) -> None:
    folder = a_copy(tmp_path)
    shutil.copy(folder / "example-council/1.yaml", folder / "example-council/9.yaml")

    with pytest.raises(QuestionnaireRefused, match="never released"):
        released_questionnaire("example-council", 9, folder)
    assert latest_released_version("example-council", folder) == 3
    with pytest.raises(QuestionnaireRefused, match="no version"):
        latest_released_version("nobodys-council", folder)


def test_every_questionnaire_is_released() -> None:
    on_disk = {
        file.relative_to(QUESTIONNAIRES).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in QUESTIONNAIRES.rglob("*.yaml")
    }

    assert json.loads((QUESTIONNAIRES / "released.json").read_text()) == on_disk


@pytest.mark.parametrize("version", [1, 2, 3])
def test_the_example_council_asks_about_every_domain_and_about_help_in_each(version: int) -> None:
    questionnaire = released_questionnaire("example-council", version)

    for aspect in (Aspect.NEED, Aspect.INFORMAL_HELP):
        assert {question.about for question in questionnaire.asking(aspect)} == set(questionnaire.domains)
