"""The pages of a self-assessment: one question at a time, saved at once, checked and handed in by whoever answers."""

import json
from typing import Any

import httpx
import pytest

from braid.kit.identity import Principal, Role
from gateway.development_issuer import EXAMPLE_COUNCIL
from tests.gateway.assessments import PAPER, SERVICE, START, an_assessment, fill_assessment, given
from tests.gateway.doubles import PRACTITIONER, StubGateway
from tests.gateway.whole import PERSON_ID, person

HOLDER = Principal("budget_holder:test", EXAMPLE_COUNCIL, frozenset({Role.BUDGET_HOLDER}), PERSON_ID)
DAUGHTER = Principal("delegate:test", EXAMPLE_COUNCIL, frozenset({Role.DELEGATE}))
NIGHTS = f"{PAPER}/questions/nights"
SAVED = f"{SERVICE}/answers/nights"


async def page_of(stub: StubGateway, path: str, principal: Principal = HOLDER, status: int = 200) -> str:
    async with stub.browser(principal) as client:
        answer = await client.get(path)
    assert answer.status_code == status, answer.text
    return " ".join(answer.text.split())


async def sent(stub: StubGateway, path: str, principal: Principal = HOLDER, **form: str) -> httpx.Response:
    async with stub.browser(principal) as client:
        return await client.post(path, data={"key": "once", **form})


def told_to_the_service(stub: StubGateway, method: str = "PUT") -> httpx.Request:
    return next(request for request in reversed(stub.services.asked) if request.method == method)


def problem(status: int, kind: str = "x", *errors: dict[str, Any]) -> httpx.Response:
    body = {"type": f"https://braid.example/problems/{kind}", "title": "Refused", "errors": list(errors)}
    return httpx.Response(status, json=body)


async def test_whoever_has_no_assessment_is_told_how_it_goes_and_begins_one_with_what_is_known(
    stub: StubGateway,
) -> None:
    fill_assessment(stub)
    stub.services.answers[f"/v1/people/{PERSON_ID}"] = {**person(), "withdrawn_on": None, "assessments": []}
    begun = f"/v1/people/{PERSON_ID}/assessments"
    stub.services.answers[begun] = lambda _: httpx.Response(201, json=an_assessment())

    text = await page_of(stub, START)
    answer = await sent(stub, START, questionnaire="example-council")

    assert "Tell us once what you need" in text
    assert (answer.status_code, answer.headers["location"]) == (303, START)
    asked = json.loads(told_to_the_service(stub, "POST").content)
    assert asked == {"questionnaire": "example-council", "fill_in": True}


async def test_the_task_list_tells_how_far_each_section_is_and_leads_to_what_is_missing(stub: StubGateway) -> None:
    fill_assessment(stub, an_assessment({"washing_and_dressing": "no_help", "household": "alone"}))
    text = await page_of(stub, START)

    assert "0 of 8 sections are completed." in text
    assert "1 of 13 questions answered" in text
    assert f'href="{PAPER}/questions/using_the_toilet"' in text
    assert "Only if it applies to you" in text
    assert "Your indicative budget" in text


async def test_a_question_comes_with_its_hint_the_meaning_of_its_words_and_why_it_is_asked(stub: StubGateway) -> None:
    fill_assessment(stub)
    text = await page_of(stub, f"{PAPER}/questions/good_days")

    for told in (
        "<title>How many days of a usual week are good ones?",
        "On a good day you need less help than you told us above.",
        "“Good” means</dt><dd>You need less help",
        "Your indicative budget",
        "question 1 of 3",
    ):
        assert told in text
    assert "I am not sure" not in text.replace("“I am not sure”", "")


async def test_an_answer_is_saved_at_once_on_the_version_that_was_seen_and_leads_to_what_is_asked_next(
    stub: StubGateway,
) -> None:
    fill_assessment(stub, an_assessment({"nights": "no_help"}))
    stub.services.answers[SAVED] = {"asked": ["nights", "feelings_and_behaviour"]}
    answer = await sent(stub, NIGHTS, answer="awake", own_words="I wake at three.", etag='"4"')

    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAPER}/questions/feelings_and_behaviour")
    request = told_to_the_service(stub)
    assert request.headers["if-match"] == '"4"'
    assert json.loads(request.content) == {
        "answered_as": "person",
        "answer": "awake",
        "own_words": "I wake at three.",
    }


@pytest.mark.parametrize(
    ("form", "where"),
    [
        ({"then": "later"}, f"{START}?done=saved"),
        ({"back": "answers"}, f"{PAPER}/answers#nights"),
        ({"back": "https://elsewhere.example"}, f"{PAPER}/questions/decisions"),
    ],
)
async def test_saving_leads_on_or_back(stub: StubGateway, form: dict[str, str], where: str) -> None:
    fill_assessment(stub)
    stub.services.answers[SAVED] = {"asked": ["nights", "decisions"]}
    answer = await sent(stub, NIGHTS, HOLDER, answer="awake", **form)

    assert answer.headers["location"] == where


async def test_a_question_that_must_be_answered_says_so_and_keeps_what_was_written(stub: StubGateway) -> None:
    fill_assessment(stub)
    answer = await sent(stub, NIGHTS, own_words="I wake at <three>.")

    assert answer.status_code == 422
    assert '<a href="#answer">Select an answer</a>' in answer.text
    assert "I wake at &lt;three&gt;." in answer.text
    assert "<title>Error: " in answer.text
    assert all(request.method == "GET" for request in stub.services.asked)


async def test_an_open_question_is_passed_by_and_coming_back_later_asks_for_nothing(stub: StubGateway) -> None:
    fill_assessment(stub)
    passed = await sent(stub, f"{PAPER}/questions/good_days")
    later = await sent(stub, NIGHTS, then="later")

    assert passed.headers["location"] == f"{PAPER}/questions/bad_days"
    assert later.headers["location"] == f"{START}?done=saved"
    assert all(request.method == "GET" for request in stub.services.asked)


async def test_an_answer_that_may_stay_open_is_taken_back(stub: StubGateway) -> None:
    fill_assessment(stub, an_assessment({"good_days": 3}))
    stub.services.answers[f"{SERVICE}/answers/good_days"] = {"asked": []}
    await sent(stub, f"{PAPER}/questions/good_days", answer="")

    assert json.loads(told_to_the_service(stub).content)["answer"] is None


async def test_what_the_service_does_not_take_is_told_beside_the_field(stub: StubGateway) -> None:
    fill_assessment(stub)
    why = {"name": "good_days", "message": "This answer makes, with the other kinds of day, 8 days and not 7"}
    stub.services.answers[f"{SERVICE}/answers/good_days"] = lambda _: problem(422, "answers-not-accepted", why)
    answer = await sent(stub, f"{PAPER}/questions/good_days", answer="7")

    assert answer.status_code == 422
    assert 'href="#answer">This answer makes, with the other kinds of day, 8 days and not 7' in answer.text


async def test_an_answer_that_somebody_else_changed_is_shown_beside_ones_own(stub: StubGateway) -> None:
    fill_assessment(stub, an_assessment({"nights": "no_help"}))
    stub.services.answers[SAVED] = lambda _: problem(412, "stale-answer")
    answer = await sent(stub, NIGHTS, answer="awake", etag='"2"')

    assert answer.status_code == 412
    assert "Somebody else has changed this answer" in answer.text
    assert 'value="awake" checked' in answer.text
    assert 'name="etag" value="&#34;4&#34;"' in answer.text


async def test_a_question_that_is_not_asked_is_not_there(stub: StubGateway) -> None:
    fill_assessment(stub)
    for name in ("disabled_children", "facs_band", "nobody"):
        await page_of(stub, f"{PAPER}/questions/{name}", status=404)


async def test_another_persons_assessment_is_not_there(stub: StubGateway) -> None:
    fill_assessment(stub, an_assessment(person_id="00000000-0000-4000-8000-000000000000"))
    await page_of(stub, NIGHTS, status=404)


async def test_an_answer_that_was_filled_in_says_from_where_and_is_confirmed(stub: StubGateway) -> None:
    source = {"source": "person_record", "of": "", "on": "2009-06-01", "given_as": "person"}
    fill_assessment(stub, an_assessment({"date_of_birth": "1950-03-27"}, to_confirm={"date_of_birth": source}))
    stub.services.answers[f"{SERVICE}/confirmations"] = an_assessment()

    question = await page_of(stub, f"{PAPER}/questions/date_of_birth")
    answers = await page_of(stub, f"{PAPER}/answers")
    await sent(stub, f"{PAPER}/confirmations", etag='"3"')

    assert "what the council has on record about you, 1 June 2009" in question
    assert 'id="answer-year" name="answer-year" type="text" value="1950"' in question
    assert "1 answer was filled in for you" in answers
    assert json.loads(told_to_the_service(stub, "POST").content)["questions"] == ["date_of_birth"]


async def test_answers_are_checked_with_who_gave_them_and_what_the_practitioner_sees_otherwise(
    stub: StubGateway,
) -> None:
    dispute = {
        "answer": "awake",
        "reason": "The night diary says so.",
        "counts": None,
        "settled_because": "",
        "person_agrees": None,
    }
    told = an_assessment({"nights": "no_help", "decisions": "not_sure"}, disputes={"nights": dispute})
    fill_assessment(stub, {**told, "given": {**told["given"], "nights": given("helper", "Only at <full> moon.")}})
    text = await page_of(stub, f"{PAPER}/answers")

    for part in (
        "Answered by a helper on 2 June 2009.",
        "Only at &lt;full&gt; moon.",
        "Not sure",
        "The practitioner sees it otherwise:",
        "The night diary says so.",
        "You have not agreed on this yet.",
        f'href="{NIGHTS}?back=answers"',
    ):
        assert part in text


async def test_what_is_missing_keeps_from_handing_in_and_leads_to_each_question(stub: StubGateway) -> None:
    fill_assessment(stub)
    missing = {"name": "nights", "message": "has no answer yet", "streams": ["ras"]}
    stub.services.answers[f"{SERVICE}/submission"] = lambda _: problem(422, "assessment-incomplete", missing)
    answer = await sent(stub, f"{PAPER}/submission", etag='"3"')

    assert answer.status_code == 422
    assert f'<a href="{NIGHTS}?back=answers">Help at night: has no answer yet</a>' in answer.text


@pytest.mark.parametrize(("status", "done"), [(200, "handed-in"), (202, "signed")])
async def test_answers_are_handed_in_or_signed_by_one_of_several(stub: StubGateway, status: int, done: str) -> None:
    fill_assessment(stub)
    stub.services.answers[f"{SERVICE}/submission"] = lambda _: httpx.Response(status, json=an_assessment())
    answer = await sent(stub, f"{PAPER}/submission", etag='"3"')

    assert answer.headers["location"] == f"{START}?done={done}"
    assert told_to_the_service(stub, "POST").headers["if-match"] == '"3"'


async def test_what_is_handed_in_is_read_and_no_longer_changed(stub: StubGateway) -> None:
    fill_assessment(stub, an_assessment({"nights": "awake"}, state="submitted", submitted_on="2009-06-02"))

    assert "Your answers are handed in" in await page_of(stub, f"{START}?done=handed-in")
    assert "Change" not in (await page_of(stub, f"{PAPER}/answers")).partition("<main")[2]
    async with stub.browser(HOLDER) as client:
        assert (await client.get(NIGHTS)).headers["location"] == START


async def test_circumstances_that_changed_begin_a_new_assessment(stub: StubGateway) -> None:
    fill_assessment(stub, an_assessment({"nights": "awake"}, state="agreed", agreed_on="2009-06-03"))
    stub.services.answers[f"{SERVICE}/changes-of-circumstances"] = lambda _: httpx.Response(201, json=an_assessment())

    assert f"{PAPER}/change" in await page_of(stub, START)
    assert "Since when is it different?" in await page_of(stub, f"{PAPER}/change")
    nothing = await sent(stub, f"{PAPER}/change", changed_on="", etag='"3"')
    assert "Enter the day from which things are different" in nothing.text
    answer = await sent(stub, f"{PAPER}/change", changed_on="2009-08-01", etag='"3"')
    assert answer.headers["location"] == START


async def test_somebody_who_acts_for_the_person_is_shown_as_such(stub: StubGateway) -> None:
    fill_assessment(stub)
    mine = {"kind": "welfare_deputy", "is_yours": True, "in_force": True}
    others = {"kind": "helper", "is_yours": False, "in_force": True}
    stub.services.answers[f"/v1/people/{PERSON_ID}/authorities"] = {"authorities": [mine, others]}

    for path in (START, NIGHTS, f"{PAPER}/answers"):
        assert "You are acting for Ada Lovelace, as their deputy for welfare." in await page_of(stub, path, DAUGHTER)
    assert "You are acting for" not in await page_of(stub, NIGHTS)


async def test_an_authority_that_does_not_do_is_told_with_its_reason(stub: StubGateway) -> None:
    fill_assessment(stub)
    why = {"name": "a", "code": "expired", "message": "it ended on 2015-12-31"}
    stub.services.answers[f"/v1/people/{PERSON_ID}"] = lambda _: problem(403, "authority-refused", why)
    text = await page_of(stub, START, DAUGHTER, status=403)

    assert "You cannot act for this person now" in text
    assert "It ended on 31 December 2015." in text


async def test_staff_answer_nothing_here_and_another_site_sends_nothing(stub: StubGateway) -> None:
    fill_assessment(stub)
    await page_of(stub, START, PRACTITIONER, status=403)
    async with stub.browser(HOLDER) as client:
        for path in (START, NIGHTS, f"{PAPER}/submission", f"{PAPER}/confirmations", f"{PAPER}/change"):
            answer = await client.post(path, data={"answer": "awake"}, headers={"sec-fetch-site": "cross-site"})
            assert answer.status_code == 403


async def test_a_service_that_is_away_is_told_as_such(stub: StubGateway) -> None:
    fill_assessment(stub)
    stub.services.away.add("assessment")

    assert "Nothing is lost." in await page_of(stub, NIGHTS, status=503)
