"""Answers about lives on pages: asked one question at a time, sent together, read with their scores, taken back."""

import json
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from braid.kit.identity import Principal, Role
from gateway.console.session import ANSWERS_COOKIE, ANSWERS_S
from gateway.development_issuer import EXAMPLE_COUNCIL
from services.outcomes.instrument_files import released_instruments
from tests.gateway.doubles import AUDITOR, PRACTITIONER, StubGateway
from tests.gateway.outcomes import (
    ANSWERS,
    CARER_ID,
    HOLDER,
    NOW,
    OTHER_ID,
    RESPONSE_ID,
    a_row,
    answers_to_recording,
    fill_outcomes,
    refused,
)
from tests.gateway.whole import PERSON_ID

HOME = f"/people/{PERSON_ID}/outcomes"
SHEET = f"{HOME}/asked/life/baseline/1"
QUALITY, CONTROL, SATISFACTION = (f"{SHEET}/questions/{item}" for item in ANSWERS)
ONE = f"{HOME}/answered/{RESPONSE_ID}"
A_YEAR_ON = date(2027, 2, 1)
RECORDING = {
    "instrument": "life",
    "wave": "baseline:1",
    "respondent": "self",
    "answered_on": "2026-01-31",
    "answer-satisfaction": "5",
}


async def page_of(stub: StubGateway, path: str, principal: Principal = HOLDER, status: int = 200) -> str:
    async with stub.browser(principal) as client:
        answer = await client.get(path)
    assert answer.status_code == status, answer.text
    return " ".join(answer.text.split())


def posted(stub: StubGateway) -> list[Any]:
    return [json.loads(each.content) for each in stub.services.asked if each.method == "POST" and each.content]


async def answers_all(client: httpx.AsyncClient, **levels: str) -> httpx.Response:
    """Answer question by question where each leads on, as a browser does."""
    answer = await client.get(QUALITY)
    for item in ANSWERS:
        assert answer.url.path == f"{SHEET}/questions/{item}"
        answer = await client.post(answer.url.path, data={"answer": levels[item]}, follow_redirects=True)
    return answer


async def test_a_person_sees_what_is_open_to_them_and_what_comes_later(stub: StubGateway) -> None:
    fill_outcomes(stub, a_row(), on=date(2026, 8, 1))
    text = await page_of(stub, HOME)

    assert f'href="{HOME}/asked/life/six_months/1">Three questions about your life: after six months' in text
    assert "From 19 June 2026 to 11 September 2026." in text
    assert "after 1 year: 20 December 2026 to 14 March 2027" in text
    assert "What you say changes nothing about your money" in text


async def test_a_late_wave_says_that_it_can_still_be_answered(stub: StubGateway) -> None:
    fill_outcomes(stub, a_row(), on=date(2026, 10, 1))

    assert "The time for it was 19 June 2026 to 11 September 2026. You can still answer." in await page_of(stub, HOME)


@pytest.mark.parametrize("usable", ["", "ghq-12"])
async def test_an_instrument_without_licence_or_without_words_is_not_asked_on_pages(
    stub: StubGateway, usable: str
) -> None:
    fill_outcomes(stub, usable=usable)

    assert "GHQ-12" not in await page_of(stub, HOME)
    async with stub.browser(HOLDER) as client:
        answer = await client.get(f"{HOME}/asked/ghq-12/baseline/1")
    assert answer.headers["location"] == HOME


async def test_questions_come_one_a_page_and_are_sent_together(stub: StubGateway) -> None:
    fill_outcomes(stub)
    answers_to_recording(stub, httpx.Response(201, json={"response_id": str(RESPONSE_ID)}))
    async with stub.browser(HOLDER) as client:
        check = await answers_all(client, quality_of_life="4", control_over_daily_life="not_said", satisfaction="5")
        nothing_yet = posted(stub)
        sent = await client.post(f"{SHEET}/answers", data={"key": "once"})

    assert check.url.path == f"{SHEET}/answers"
    assert "Neither good nor bad" in check.text
    assert "You would rather not say" in check.text
    assert nothing_yet == []
    assert sent.headers["location"] == f"{ONE}?done=sent"
    [told] = posted(stub)
    assert told["answers"] == {"quality_of_life": 4, "satisfaction": 5}
    assert (told["respondent"], told["wave"], told["number"], told["version"]) == ("self", "baseline", 1, 1)
    assert stub.services.asked[-1].headers["idempotency-key"] == "once"


async def test_going_back_shows_what_was_answered_and_a_change_leads_back_to_the_check(stub: StubGateway) -> None:
    fill_outcomes(stub)
    async with stub.browser(HOLDER) as client:
        await answers_all(client, quality_of_life="4", control_over_daily_life="2", satisfaction="5")
        again = await client.get(f"{QUALITY}?back=answers")
        changed = await client.post(QUALITY, data={"answer": "7", "back": "answers"}, follow_redirects=True)

    assert 'value="4" checked' in again.text
    assert changed.url.path == f"{SHEET}/answers"
    assert "As good as I can imagine" in changed.text


@pytest.mark.parametrize("level", ["", "8", "0", "four"])
async def test_a_question_is_answered_by_one_of_its_answers_or_not_said(stub: StubGateway, level: str) -> None:
    fill_outcomes(stub)
    async with stub.browser(HOLDER) as client:
        answer = await client.post(QUALITY, data={"answer": level})

    assert answer.status_code == 422
    assert '<a href="#answer">Select an answer, or that you would rather not say</a>' in answer.text
    assert "<title>Error: " in answer.text


async def test_what_was_not_come_by_is_named_before_anything_is_sent(stub: StubGateway) -> None:
    fill_outcomes(stub)
    async with stub.browser(HOLDER) as client:
        await client.post(QUALITY, data={"answer": "4"})
        answer = await client.post(f"{SHEET}/answers", data={"key": "once"})

    assert answer.status_code == 422
    assert f'<a href="{CONTROL}?back=answers">Not answered yet: How much say do you have' in answer.text
    assert posted(stub) == []


async def test_what_the_service_refuses_is_told_on_top_and_the_answers_are_kept(stub: StubGateway) -> None:
    fill_outcomes(stub)
    answers_to_recording(stub, refused(422, "nothing-answered", "Nothing was answered", "no question was answered"))
    async with stub.browser(HOLDER) as client:
        await answers_all(client, **dict.fromkeys(ANSWERS, "not_said"))
        answer = await client.post(f"{SHEET}/answers", data={"key": "once"})
        again = await client.get(f"{SHEET}/answers")

    assert answer.status_code == 422
    assert "Nothing was answered: no question was answered" in answer.text
    assert again.text.count("You would rather not say") == len(ANSWERS)


async def test_answers_that_are_not_sent_are_nobody_else_s_and_do_not_last(stub: StubGateway) -> None:
    fill_outcomes(stub)
    async with stub.browser(HOLDER) as client:
        await answers_all(client, quality_of_life="4", control_over_daily_life="2", satisfaction="5")
        kept = client.cookies[ANSWERS_COOKIE]
        signed_out = await client.post("/sign-out")
    other = Principal("budget_holder:other", EXAMPLE_COUNCIL, frozenset({Role.BUDGET_HOLDER}), PERSON_ID)
    async with stub.browser(other) as client:
        client.cookies.set(ANSWERS_COOKIE, kept)
        text = (await client.get(f"{SHEET}/answers")).text

    assert "quality" not in kept
    assert any(each.startswith(f'{ANSWERS_COOKIE}=""') for each in signed_out.headers.get_list("set-cookie"))
    assert text.count("Not answered yet") == len(ANSWERS)
    assert stub.sessions.unseal("answers", kept, life_s=ANSWERS_S) is not None
    assert stub.sessions.unseal("answers", kept, life_s=-1) is None


async def test_a_wave_that_is_not_open_leads_back(stub: StubGateway) -> None:
    fill_outcomes(stub, a_row())
    async with stub.browser(HOLDER) as client:
        answers = [
            await client.get(SHEET),
            await client.get(QUALITY),
            await client.post(QUALITY, data={"answer": "4"}),
            await client.post(f"{SHEET}/answers", data={"key": "once"}),
        ]

    assert [each.headers["location"] for each in answers] == [HOME] * 4


async def test_nobody_answers_in_a_person_s_place_on_their_pages(stub: StubGateway) -> None:
    fill_outcomes(stub)
    await page_of(stub, SHEET, PRACTITIONER, status=403)
    await page_of(stub, SHEET, AUDITOR, status=403)


async def test_what_was_answered_is_told_in_words_with_its_scores_and_what_has_changed(stub: StubGateway) -> None:
    later = a_row(OTHER_ID, wave="yearly", answered_on=A_YEAR_ON, answers={**ANSWERS, "quality_of_life": 6})
    fill_outcomes(stub, a_row(), later)
    text = await page_of(stub, f"{HOME}/answered/{OTHER_ID}?done=sent")

    for told in (
        "Your answers are sent. Thank you.",
        "After 1 year, 1 February 2027",
        "Very good",
        "6 on a scale from 1 to 7. Higher is better. 2 higher than at the start.",
        "5 on a scale from 1 to 7. Higher is better. The same as at the start.",
        "quality of life: level 6 counts 6.",
        "It decides nothing about money or support.",
    ):
        assert told in text


async def test_a_missing_answer_says_that_there_is_no_score(stub: StubGateway) -> None:
    fill_outcomes(stub, a_row(answers={"quality_of_life": 4}))
    text = await page_of(stub, ONE)

    assert "No score: what is asked on control over daily life was not answered. Nothing is put in its place." in text
    assert "Not answered: control over daily life, satisfaction." in text


async def test_staff_see_every_wave_with_its_flags_and_those_of_carers(stub: StubGateway) -> None:
    late = a_row(OTHER_ID, wave="six_months", answered_on=date(2026, 12, 1), respondent="proxy")
    fill_outcomes(stub, a_row(), late, on=A_YEAR_ON)
    text = await page_of(stub, HOME, PRACTITIONER)

    for told in (
        "Three questions about your life: Byron (daughter)",
        "20 December 2026 to 14 March 2027",
        "Open now",
        "Not on time",
        "Answered by somebody else",
        f"{HOME}/new?instrument=life&amp;wave=yearly:1&amp;carer=",
        f"instrument=life-as-a-carer&amp;wave=baseline:1&amp;carer={CARER_ID}",
    ):
        assert told in text


async def test_an_auditor_reads_and_records_nothing(stub: StubGateway) -> None:
    fill_outcomes(stub, a_row())

    assert f"{HOME}/new" not in await page_of(stub, HOME, AUDITOR)
    await page_of(stub, f"{HOME}/new?instrument=life", AUDITOR, status=403)
    assert "taking-back" not in await page_of(stub, ONE, AUDITOR)


async def test_a_practitioner_records_who_answered_what_and_when(stub: StubGateway) -> None:
    fill_outcomes(stub)
    answers_to_recording(stub, httpx.Response(201, json={"response_id": str(RESPONSE_ID)}))
    form = {**RECORDING, "instrument": "life-as-a-carer", "carer": str(CARER_ID)}
    item = next(iter(released_instruments()["life-as-a-carer", 1].items))
    async with stub.browser(PRACTITIONER) as client:
        answer = await client.post(f"{HOME}/new", data={**form, f"answer-{item}": "1", "key": "once"})

    assert answer.headers["location"] == f"{ONE}?done=recorded"
    assert posted(stub) == [
        {
            "instrument_id": "life-as-a-carer",
            "version": 1,
            "carer_id": str(CARER_ID),
            "respondent": "self",
            "wave": "baseline",
            "number": 1,
            "answered_on": "2026-01-31",
            "answers": {item: 1},
        }
    ]


async def test_a_licensed_instrument_without_words_is_recorded_by_its_levels(stub: StubGateway) -> None:
    fill_outcomes(stub, usable="ghq-12")
    text = await page_of(stub, f"{HOME}/new?instrument=ghq-12", PRACTITIONER)

    assert "Question 12: psychological well-being" in text
    assert "Level 4" in text
    assert "Somebody for the person" not in text


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"wave": "weekly:1"}, "wave"),
        ({"respondent": "nobody"}, "respondent"),
        ({"answered_on": "yesterday"}, "answered_on"),
        ({"answer-satisfaction": ""}, "answer-quality_of_life"),
    ],
)
async def test_what_is_not_filled_in_is_told_at_its_field(stub: StubGateway, given: dict[str, str], field: str) -> None:
    fill_outcomes(stub)
    async with stub.browser(PRACTITIONER) as client:
        answer = await client.post(f"{HOME}/new", data={**RECORDING, **given})

    assert answer.status_code == 422
    assert f'<a href="#{field}">' in answer.text
    assert f'id="{field}"' in answer.text
    assert posted(stub) == []


@pytest.mark.parametrize(
    ("status", "kind", "field"),
    [
        (409, "second-baseline", "#wave"),
        (409, "wave-answered", "#wave"),
        (409, "after-death", "#answered_on"),
        (409, "no-licence", "#answered_on"),
        (422, "not-yet", "#answered_on"),
        (422, "not-made-for-them", "#respondent"),
    ],
)
async def test_what_the_service_refuses_is_told_at_the_field_where_it_is_mended(
    stub: StubGateway, status: int, kind: str, field: str
) -> None:
    fill_outcomes(stub)
    answers_to_recording(stub, refused(status, kind, "Refused", "of 2026-01-31"))
    async with stub.browser(PRACTITIONER) as client:
        answer = await client.post(f"{HOME}/new", data=RECORDING)

    assert answer.status_code == status
    assert f'<a href="{field}">Refused: of 31 January 2026</a>' in answer.text


async def test_a_wave_that_was_answered_cannot_be_chosen(stub: StubGateway) -> None:
    fill_outcomes(stub, a_row())
    text = await page_of(stub, f"{HOME}/new?instrument=life&wave=yearly:1", PRACTITIONER)

    assert 'value="baseline:1"' not in text
    assert '<option value="yearly:1" selected' in text


@pytest.mark.parametrize("principal", [PRACTITIONER, HOLDER])
async def test_wrong_answers_are_taken_back_with_a_reason(stub: StubGateway, principal: Principal) -> None:
    fill_outcomes(stub, a_row(recorded_by=principal.subject))
    taken_back = f"/v1/outcome-responses/{RESPONSE_ID}/taking-back"
    stub.services.answers[taken_back] = {"response_id": str(RESPONSE_ID)}

    assert f"{ONE}/taking-back" in await page_of(stub, ONE, principal)
    async with stub.browser(principal) as client:
        without = await client.post(f"{ONE}/taking-back", data={"key": "once"})
        answer = await client.post(f"{ONE}/taking-back", data={"reason": "Somebody else's."})

    assert "Enter what is wrong with the answers" in without.text
    assert answer.headers["location"] == f"{HOME}?done=taken-back"
    assert posted(stub) == [{"reason": "Somebody else's."}]


async def test_a_person_does_not_take_back_what_staff_recorded(stub: StubGateway) -> None:
    fill_outcomes(stub, a_row())

    assert "taking-back" not in await page_of(stub, ONE)


async def test_what_was_taken_back_stays_readable_with_its_reason(stub: StubGateway) -> None:
    back = a_row(taken_back_at=NOW + timedelta(days=1), taken_back_by="x", taken_back_because="it was Bob <b>")
    fill_outcomes(stub, back)

    text = await page_of(stub, ONE, PRACTITIONER)
    assert "These answers count nowhere. It was Bob &lt;b&gt;." in text
    assert "taking-back" not in text
    assert "It was Bob &lt;b&gt;." in await page_of(stub, HOME, PRACTITIONER)


async def test_practitioners_see_whose_answers_are_due(stub: StubGateway) -> None:
    one = {"person_id": str(PERSON_ID), "instrument_id": "life", "version": 1, "title": "Three questions"}
    late = {**one, "wave": "yearly", "number": 2, "state": "late", "due_on": "2026-01-31", "until_day": "2026-03-14"}
    fill_outcomes(stub)
    stub.services.answers["/v1/people:search"] = {"people": [{"person_id": str(PERSON_ID), "name": "Ada <b>"}]}
    stub.services.answers["/v1/outcome-waves-due"] = {"on": "2026-04-01", "count": 2, "due": [late], "next": "further"}
    text = await page_of(stub, "/outcomes/due", PRACTITIONER)

    for told in (
        f'href="{HOME}">Ada &lt;b&gt;',
        "Three questions, after 2 years",
        "31 January 2026",
        "2 answers are due",
    ):
        assert told in text
    await page_of(stub, "/outcomes/due", AUDITOR, status=403)


async def test_answers_that_are_not_there_are_not_found(stub: StubGateway) -> None:
    fill_outcomes(stub)
    await page_of(stub, ONE, status=404)
    await page_of(stub, f"{HOME}/asked/astrology/baseline/1", status=404)
