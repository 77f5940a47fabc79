"""Questionnaire files: refused whole, with reasons, when anything is unsound; never changed once released."""

import hashlib
import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from services.assessment.domain.questionnaire import RAS, Aspect
from services.assessment.questionnaire_files import (
    QUESTIONNAIRES,
    QuestionnaireRefused,
    latest_released_version,
    read_questionnaire,
    released_questionnaire,
)
from services.funding_streams.domain.adapter import StreamAdapter
from services.funding_streams.streams.adult_social_care.rules import AdultSocialCare
from services.funding_streams.streams.independent_living_fund.rules import IndependentLivingFund
from services.funding_streams.streams.supporting_people.rules import SupportingPeople

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
"""


def test_the_small_example_is_sound() -> None:
    questions = read_questionnaire(EXAMPLE, "small").questions

    assert list(questions) == ["getting_out", "born", "lives_with", "help_getting_out"]


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("hint: The day on", "colour: red\n        hint: The day on", "colour"),
        ("fact: date_of_birth", "fact: star_sign", "'star_sign' is not in the catalogue"),
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
    shutil.copy(folder / "example-council/1.yaml", folder / "example-council/2.yaml")

    with pytest.raises(QuestionnaireRefused, match="never released"):
        released_questionnaire("example-council", 2, folder)
    assert latest_released_version("example-council", folder) == 1
    with pytest.raises(QuestionnaireRefused, match="no version"):
        latest_released_version("nobodys-council", folder)


def test_every_questionnaire_is_released() -> None:
    on_disk = {
        file.relative_to(QUESTIONNAIRES).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in QUESTIONNAIRES.rglob("*.yaml")
    }

    assert json.loads((QUESTIONNAIRES / "released.json").read_text()) == on_disk


def test_the_example_council_asks_about_every_domain_and_about_help_in_each() -> None:
    questionnaire = released_questionnaire("example-council", 1)

    for aspect in (Aspect.NEED, Aspect.INFORMAL_HELP):
        assert {question.about for question in questionnaire.asking(aspect)} == set(questionnaire.domains)


def test_the_example_council_serves_the_allocation_and_three_streams() -> None:
    assert set(released_questionnaire("example-council", 1).serves) == {
        RAS,
        "adult_social_care",
        "supporting_people",
        "independent_living_fund",
    }


@pytest.mark.parametrize("adapter", [AdultSocialCare(), SupportingPeople(), IndependentLivingFund()])
@pytest.mark.parametrize("on", [date(2006, 6, 1), date(2009, 6, 1), date(2010, 6, 1), date(2016, 6, 1)])
def test_every_fact_that_a_stream_may_need_is_asked_for_it(adapter: StreamAdapter, on: date) -> None:
    """Alignment is true only if the questions say of each stream what its rules say themselves."""
    questionnaire = released_questionnaire("example-council", 1)
    asked = {question.about for question in questionnaire.asking(Aspect.FACT) if adapter.stream in question.serves}

    assert set(adapter.needs(on)) <= asked
