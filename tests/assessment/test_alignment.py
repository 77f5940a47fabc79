"""Alignment: nothing is asked twice, each stream sees what it has and lacks, and the count on the page is the count."""

import re
from pathlib import Path

import pytest

from services.assessment.domain.alignment import count_questions, progress, stream_parts
from services.assessment.questionnaire_files import latest_released_version, released_questionnaire
from tests.assessment import people
from tests.assessment.desk import Office

PAGE = Path(__file__).parent.parent.parent / "docs" / "alignment.md"
NEWEST = latest_released_version("example-council")
pytestmark = pytest.mark.xdist_group("assessment_alignment")


def test_a_question_counts_once_for_us_and_once_for_each_scheme_that_it_serves() -> None:
    questionnaire = released_questionnaire("example-council", NEWEST)

    count = count_questions(questionnaire)

    assert count.ours == len(questionnaire.questions)
    assert set(count.by_scheme) == {
        "adult_social_care",
        "supporting_people",
        "independent_living_fund",
        "access_to_work",
        "disabled_facilities_grant",
        "community_equipment",
    }
    assert count.together - count.ours == sum(times - 1 for times in count.shared.values())
    assert count.shared["date_of_birth"] == 5


@pytest.mark.parametrize("name", sorted(file.stem for file in people.FOLDER.glob("*.yaml")))
def test_everybody_is_asked_less_than_the_schemes_would_ask_together(name: str) -> None:
    person = people.read(name)
    count = count_questions(released_questionnaire("example-council", NEWEST), {**person.person, **person.practitioner})

    assert count.ours < count.together


def test_the_page_says_what_the_count_is() -> None:
    page = PAGE.read_text()
    count = count_questions(released_questionnaire("example-council", NEWEST))

    told = dict(re.findall(r"^\| `(\w+)` \| (\d+) \|", page, re.MULTILINE))
    assert {name: int(number) for name, number in told.items()} == {
        **count.by_scheme,
        "together": count.together,
        "ours": count.ours,
        **{
            file.stem: count_questions(
                released_questionnaire("example-council", NEWEST), {**person.person, **person.practitioner}
            ).ours
            for file in people.FOLDER.glob("*.yaml")
            for person in [people.read(file.stem)]
        },
    }


def test_what_a_stream_has_and_lacks_is_all_that_is_asked_for_it() -> None:
    questionnaire = released_questionnaire("example-council", NEWEST)
    answers = {**people.somebody_like_km().person, "capital": "not_sure"}

    for part in stream_parts(questionnaire, answers, {"date_of_birth"}):
        asked = {each.question_id for each in questionnaire.asked(answers) if part.stream in each.serves}
        assert {*part.told, *(each.question_id for each in part.lacking)} == asked
        assert set(part.to_confirm) <= {"date_of_birth"}
        assert "capital" not in part.told


def test_a_section_is_finished_when_nothing_that_is_required_is_missing() -> None:
    questionnaire = released_questionnaire("example-council", NEWEST)
    person = people.somebody_like_km()

    whole = {
        section.section_id: section for section in progress(questionnaire, {**person.person, **person.practitioner})
    }
    empty = progress(questionnaire, {})

    assert all(section.finished for section in whole.values())
    assert not empty[0].finished
    assert all(section.answered == 0 for section in empty)


@pytest.mark.asyncio(loop_scope="module")
async def test_what_is_known_is_filled_in_visibly_and_named_to_each_stream(office: Office) -> None:
    person_id = await office.open_case(date_of_birth="1931-02-28")
    case = await office.begin(person_id, fill_in=True)

    alignment = await case.who.done("GET", f"{case.path}/alignment")

    assert alignment["filled_in"]["date_of_birth"]["source"] == "person_record"
    parts = {part["stream"]: part for part in alignment["streams"]}
    assert parts["independent_living_fund"]["to_confirm"] == ["date_of_birth"]
    assert "household" in {each["question_id"] for each in parts["independent_living_fund"]["lacking"]}
    assert alignment["count"]["saved"] == alignment["count"]["together"] - alignment["count"]["ours"] > 0


@pytest.mark.asyncio(loop_scope="module")
async def test_the_questionnaire_tells_whom_each_question_serves(office: Office) -> None:
    who = office.somebody()

    told = await who.done("GET", f"/v1/questionnaires/example-council/{NEWEST}/alignment")

    questions = {each["question_id"]: each for each in told["questions"]}
    assert questions["nights"]["serves"] == ["ras"]
    assert questions["date_of_birth"]["fact"] == "date_of_birth"
    assert (await who.ask("GET", "/v1/questionnaires/of-nobody/1/alignment")).status_code == 404
