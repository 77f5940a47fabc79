"""Answering: saved at every step, by whoever's hand, with nobody's answer overwritten unseen."""

import asyncio
from random import Random
from typing import Any
from uuid import uuid4

import httpx
import pytest

from braid.kit.identity import Role
from tests.assessment import people
from tests.assessment.desk import A_DAY, Case, Office, Somebody, refused

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("assessment_answering")]


async def put(
    who: Somebody, case: Case, question: str, answer: Any, *, etag: str = '"0"', **told: Any
) -> httpx.Response:
    return await who.ask("PUT", f"{case.path}/answers/{question}", {"answer": answer, **told}, etag=etag)


async def test_an_answer_is_saved_as_it_is_given_and_found_again_elsewhere(office: Office) -> None:
    case = await office.begin()
    person = office.somebody(Role.BUDGET_HOLDER, subject="ada", person_id=case.person_id)

    saved = await put(person, case, "nights", "awake", own_words="Every night since March.")

    assert saved.status_code == 200
    found = await case.read()
    assert found["answers"] == {"nights": "awake"}
    given = found["given"]["nights"]
    assert (given["given_as"], given["given_by"], given["own_words"]) == ("person", "ada", "Every night since March.")
    assert given["etag"] == saved.headers["etag"]


async def test_two_hands_answer_different_questions_without_standing_in_each_others_way(office: Office) -> None:
    case = await office.begin()
    person = office.somebody(Role.BUDGET_HOLDER, person_id=case.person_id)

    answers = await asyncio.gather(
        put(person, case, "nights", "awake"),
        put(case.who, case, "decisions", "frequent"),
        put(case.who, case, "capital", 100),
    )

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert (await case.read())["answers"] == {"nights": "awake", "decisions": "frequent", "capital": 100}


async def test_a_stale_answer_is_refused_with_both_answers_and_nothing_overwritten(office: Office) -> None:
    case = await office.begin()
    person = office.somebody(Role.BUDGET_HOLDER, person_id=case.person_id)
    first = await put(person, case, "nights", "awake")
    await put(case.who, case, "nights", "some_nights", etag=first.headers["etag"], own_words="She said so.")

    late = await put(person, case, "nights", "no_help", etag=first.headers["etag"])

    (both,) = refused(late, 412, "stale-answer")["errors"]
    assert both["yours"]["answer"] == "no_help"
    assert (both["theirs"]["answer"], both["theirs"]["own_words"]) == ("some_nights", "She said so.")
    assert (await case.read())["answers"]["nights"] == "some_nights"
    again = await put(person, case, "nights", "no_help", etag=both["theirs"]["etag"])
    assert again.status_code == 200
    history = (await case.who.done("GET", f"{case.path}/answers/nights"))["history"]
    assert [each["answer"] for each in history] == ["no_help", "some_nights", "awake"]


async def test_a_save_whose_answer_was_lost_on_the_way_can_be_repeated(office: Office) -> None:
    case = await office.begin()
    first = await put(case.who, case, "nights", "awake")
    before = await case.read()

    again = await put(case.who, case, "nights", "awake")

    assert (again.status_code, again.headers["etag"]) == (200, first.headers["etag"])
    assert await case.read() == before


CHOICES: dict[str, list[Any]] = {
    "nights": ["no_help", "awake", "not_sure"],
    "decisions": ["no_help", "frequent"],
    "capital": [0, 100, "not_sure"],
    "risks": [["hurt_myself"], ["get_lost", "hurt_myself"]],
}


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_the_order_of_saves_nothing_that_was_accepted_is_overwritten_unseen(
    office: Office, seed: int
) -> None:
    chance, case = Random(seed), await office.begin()
    hands = [
        office.somebody(Role.BUDGET_HOLDER, subject="the person", person_id=case.person_id),
        office.somebody(subject="practitioner:one"),
        office.somebody(subject="practitioner:two"),
    ]
    seen = [dict.fromkeys(CHOICES, '"0"') for _ in hands]
    kept: dict[str, Any] = {}
    tags = dict.fromkeys(CHOICES, '"0"')
    for _ in range(40):
        number, question = chance.randrange(len(hands)), chance.choice(list(CHOICES))
        told = chance.choice([*CHOICES[question], None])
        answer = await put(
            hands[number], case, question, told, etag=seen[number][question], own_words=f"{chance.random()}"
        )
        if seen[number][question] == tags[question]:
            assert answer.status_code == 200, answer.text
            kept[question], tags[question] = told, answer.headers["etag"]
            seen[number][question] = tags[question]
        else:
            (both,) = refused(answer, 412, "stale-answer")["errors"]
            assert (both["theirs"]["answer"], both["theirs"]["etag"]) == (kept[question], tags[question])
            assert both["yours"]["answer"] == told
            seen[number][question] = both["theirs"]["etag"]

    found = await case.read()
    assert found["answers"] == {question: answer for question, answer in kept.items() if answer is not None}
    assert {question: given["etag"] for question, given in found["given"].items()} == {
        question: tag for question, tag in tags.items() if tag != '"0"'
    }


async def test_one_and_true_are_two_answers(office: Office) -> None:
    case = await office.begin()
    await put(case.who, case, "uk_resident", True)

    refused(await put(case.who, case, "uk_resident", 1), 412, "stale-answer")


async def test_own_words_can_come_before_the_answer(office: Office) -> None:
    case = await office.begin()

    saved = await put(case.who, case, "nights", None, own_words="It depends on the pain.")

    assert saved.status_code == 200
    found = await case.read()
    assert found["answers"] == {}
    assert found["given"]["nights"]["own_words"] == "It depends on the pain."


async def test_what_does_not_fit_is_refused_and_the_draft_kept(office: Office) -> None:
    case = await office.begin()
    await put(case.who, case, "nights", "awake")
    before = await case.read()

    refused(await put(case.who, case, "decisions", "unheard_of"), 422, "answers-not-accepted")
    refused(await put(case.who, case, "star_sign", "leo"), 422, "answers-not-accepted")
    refused(await put(case.who, case, "decisions", "fre\0quent"), 422, "invalid-request")
    refused(await case.who.ask("PUT", f"{case.path}/answers/nights", {"answer": "awake"}), 428, "version-missing")
    refused(await put(case.who, case, "nights", "awake", given_as="practitioner"), 422, "invalid-request")

    assert await case.read() == before


async def test_words_without_an_answer_to_go_with_are_refused(office: Office) -> None:
    case = await office.begin()
    body = {"answered_as": "person", "answers": {"nights": "awake"}, "own_words": {"star_sign": "Leo."}}

    refused(await case.who.ask("PUT", f"{case.path}/answers", body, etag=case.etag), 422, "invalid-request")
    assert (await case.read())["answers"] == {}


async def test_a_section_that_is_not_finished_names_what_is_missing(office: Office) -> None:
    case = await office.begin()
    await put(case.who, case, "nights", "not_sure")

    sections = {each["section_id"]: each for each in (await case.read())["sections"]}

    daily = sections["daily_life"]
    assert (daily["finished"], daily["answered"], daily["not_sure"]) == (False, 1, ["nights"])
    assert "washing_and_dressing" in daily["missing"]
    assert "nights" not in daily["missing"]


async def test_a_need_of_which_nobody_is_sure_is_handed_in_and_settled_before_the_agreement(office: Office) -> None:
    person = people.somebody_like_savva_in_july().saying(nights="not_sure", dla_care_rate="not_sure")
    case = await office.handed_in(person)
    await case.review(person)

    open_ = await case.read()
    answer = await case.who.ask("POST", f"{case.path}/agreement", {"agreed_on": A_DAY}, etag=case.etag)

    assert set(open_["not_sure"]) == {"nights", "dla_care_rate"}
    assert set(open_["to_settle"]) == {"nights"}
    assert [each["name"] for each in refused(answer, 409, "assessment-unsettled")["errors"]] == ["nights"]
    await case.step("PUT", "disputes/nights", {"answer": "some_nights", "reason": "Seen at the visit."})
    settled = {"counts": "practitioner", "reason": "Agreed together.", "person_agrees": True}
    await case.step("POST", "disputes/nights/settlement", settled)
    assert (await case.agree())["state"] == "agreed"


async def test_those_who_only_read_records_answer_nothing(office: Office) -> None:
    case = await office.begin()

    for role in (Role.AUDITOR, Role.FINANCE_OFFICER, Role.APPROVER):
        reader = office.somebody(role)
        assert (await reader.ask("GET", case.path)).status_code == 200
        refused(await put(reader, case, "nights", "awake"), 403, "not-allowed")


async def test_a_stranger_finds_no_answer_and_gives_none(office: Office) -> None:
    case = await office.begin()
    strangers = [
        office.somebody(Role.BUDGET_HOLDER, person_id=uuid4()),
        office.somebody(Role.PRACTITIONER, council="E10009998"),
        office.somebody(Role.DELEGATE),
    ]

    for stranger in strangers:
        refused(await put(stranger, case, "nights", "awake"), 404, "not-found")
        refused(await stranger.ask("GET", f"{case.path}/answers/nights"), 404, "not-found")
    assert (await case.read())["answers"] == {}
