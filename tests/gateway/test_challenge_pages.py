"""Challenging a decision on pages: chosen among what was decided, sent once, answered, and read by the person."""

import json
from typing import Any

import httpx
import pytest

from braid.kit.identity import Principal, Role
from gateway.development_issuer import EXAMPLE_COUNCIL
from tests.gateway.allocations import an_allocation
from tests.gateway.doubles import AUDITOR, PRACTITIONER, StubGateway
from tests.gateway.payments import APPROVER
from tests.gateway.plans import PLAN_ID, a_plan
from tests.gateway.whole import PERSON_ID, as_services_answer, award, person, whole

HOLDER = Principal("budget_holder:test", EXAMPLE_COUNCIL, frozenset({Role.BUDGET_HOLDER}), PERSON_ID)
CHALLENGE_ID = "0b7e2c1a-52a9-4e0b-9a53-6f1d7f4f2b11"
PAGE, ONE = f"/people/{PERSON_ID}/challenges", f"/challenges/{CHALLENGE_ID}"
ANSWER = {"outcome": "stands", "reasons": "Nights were counted.", "answered_on": "2009-06-20", "answered_by": "a"}


def a_challenge(**other: Any) -> dict[str, Any]:
    return {
        "challenge_id": CHALLENGE_ID,
        "person_id": str(PERSON_ID),
        "about": "award",
        "stream": "adult_social_care",
        "plan_id": None,
        "words": "I need help at <night>.",
        "wants": None,
        "made_on": "2009-06-10",
        "made_by": "budget_holder:test",
        "answer": None,
        "version": 1,
        **other,
    }


def fill_challenges(stub: StubGateway, told: dict[str, Any] | None = None) -> None:
    told = told or a_challenge()
    decision = {"decided_on": "2009-06-03", "decided_by": "approver:x", "reasons": "Too dear.", "answers": {}}
    read = {**whole(award("adult_social_care", 52_000)), "allocation": an_allocation()}
    stub.services.answers.update(as_services_answer(read))
    stub.services.answers.update(
        {
            f"/v1/people/{PERSON_ID}/plans": {"plans": [a_plan("refused", decision=decision)], "in_force": None},
            f"/v1/people/{PERSON_ID}/challenges": lambda request: (
                httpx.Response(200, json={"challenges": [told]})
                if request.method == "GET"
                else httpx.Response(201, json=told)
            ),
            f"/v1/challenges/{CHALLENGE_ID}": lambda _: httpx.Response(200, json=told, headers={"etag": '"1"'}),
            "/v1/challenges-to-answer": {"challenges": [told], "next": None},
            "/v1/people:search": {"people": [person()], "next": None},
        }
    )


async def page_of(stub: StubGateway, path: str, principal: Principal = HOLDER, status: int = 200) -> str:
    async with stub.browser(principal) as client:
        answer = await client.get(path)
    assert answer.status_code == status, answer.text
    return " ".join(answer.text.split())


async def sent(stub: StubGateway, path: str, principal: Principal = HOLDER, **form: str) -> httpx.Response:
    async with stub.browser(principal) as client:
        return await client.post(path, data={"key": "once", **form})


def posted(stub: StubGateway) -> httpx.Request:
    return next(request for request in reversed(stub.services.asked) if request.method == "POST")


async def test_every_decision_about_a_person_can_be_chosen(stub: StubGateway) -> None:
    fill_challenges(stub, a_challenge(answer=ANSWER))
    text = await page_of(stub, f"{PAGE}/new?about=plan:{PLAN_ID}")

    for value in ("allocation", "award:adult_social_care", f"plan:{PLAN_ID}"):
        assert f'value="{value}"' in text
    assert f'value="plan:{PLAN_ID}" checked' in text
    assert "Refused on 3 June 2009" in text


async def test_what_is_not_decided_yet_or_waits_for_an_answer_is_not_offered(stub: StubGateway) -> None:
    fill_challenges(stub)
    awards = [award("adult_social_care", 52_000), award("supporting_people", 0, status="undecided")]
    stub.services.answers[f"/v1/people/{PERSON_ID}/awards"] = {"awards": awards}
    text = await page_of(stub, f"{PAGE}/new")

    assert 'value="allocation"' in text
    assert 'value="award:' not in text
    assert "The decision of Adult social care: waits for its answer" in text


@pytest.mark.parametrize(
    ("about", "told"),
    [
        ("allocation", {"about": "allocation", "stream": None, "plan_id": None}),
        ("award:access_to_work", {"about": "award", "stream": "access_to_work", "plan_id": None}),
        (f"plan:{PLAN_ID}", {"about": "plan", "stream": None, "plan_id": PLAN_ID}),
    ],
)
async def test_a_challenge_goes_out_once_in_the_persons_words(
    stub: StubGateway, about: str, told: dict[str, Any]
) -> None:
    fill_challenges(stub)
    answer = await sent(stub, f"{PAGE}/new", about=about, words="It is too little.", wants="")

    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}?done=made")
    assert posted(stub).headers["idempotency-key"] == "once"
    assert json.loads(posted(stub).content) == {**told, "words": "It is too little.", "wants": None}


async def test_what_stands_against_a_challenge_is_told_and_nothing_is_lost(stub: StubGateway) -> None:
    fill_challenges(stub)
    answer = await sent(stub, f"{PAGE}/new", wants="More <nights>.")

    assert answer.status_code == 422
    assert 'href="#about"' in answer.text
    assert 'href="#words"' in answer.text
    assert "More &lt;nights&gt;." in answer.text
    long = await sent(stub, f"{PAGE}/new", about="allocation", words="x" * 2001)
    assert "2,000 characters" in long.text
    assert all(request.method == "GET" for request in stub.services.asked)


async def test_a_challenge_that_waits_is_told_by_the_service(stub: StubGateway) -> None:
    fill_challenges(stub)
    problem = {"title": "The decision is challenged already", "detail": "It waits for its answer."}
    stub.services.answers[f"/v1/people/{PERSON_ID}/challenges"] = lambda _: httpx.Response(409, json=problem)
    answer = await sent(stub, f"{PAGE}/new", about="allocation", words="x")

    assert (answer.status_code, "The decision is challenged already" in answer.text) == (409, True)


async def test_decisions_that_cannot_be_had_are_told_as_such(stub: StubGateway) -> None:
    fill_challenges(stub, a_challenge(answer=ANSWER))
    stub.services.away.add("ras")
    text = await page_of(stub, f"{PAGE}/new")

    assert "Some decisions cannot be shown for the moment" in text
    assert 'value="award:adult_social_care"' in text


async def test_the_person_reads_the_answer_with_its_reasons(stub: StubGateway) -> None:
    fill_challenges(stub, a_challenge(answer=ANSWER))
    text = await page_of(stub, PAGE)

    for told in ("I need help at &lt;night&gt;.", "The decision stands", "Nights were counted.", "20 June 2009"):
        assert told in text


async def test_an_approver_finds_and_answers_what_waits(stub: StubGateway) -> None:
    fill_challenges(stub)
    stub.services.answers[f"/v1/challenges/{CHALLENGE_ID}/answer"] = a_challenge(answer=ANSWER)

    assert f'href="{ONE}">Ada Lovelace' in await page_of(stub, "/challenges", APPROVER)
    assert "Write the answer down" in await page_of(stub, ONE, APPROVER)
    answer = await sent(stub, ONE, APPROVER, outcome="stands", reasons="Nights were counted.", etag='"1"')
    assert answer.headers["location"] == f"{ONE}?done=answered"
    assert posted(stub).headers["if-match"] == '"1"'
    assert json.loads(posted(stub).content) == {"outcome": "stands", "reasons": "Nights were counted."}


async def test_an_answer_needs_its_outcome_and_its_reasons(stub: StubGateway) -> None:
    fill_challenges(stub)
    answer = await sent(stub, ONE, APPROVER, outcome="whatever")

    assert answer.status_code == 422
    assert 'href="#outcome"' in answer.text
    assert 'href="#reasons"' in answer.text


async def test_each_page_is_for_those_whose_work_it_is(stub: StubGateway) -> None:
    fill_challenges(stub)
    await page_of(stub, f"{PAGE}/new", AUDITOR, status=403)
    assert "Write the answer down" not in await page_of(stub, ONE, PRACTITIONER)
    assert (await sent(stub, ONE, PRACTITIONER, outcome="stands", reasons="x")).status_code == 403
    async with stub.browser(HOLDER) as client:
        for path in (f"{PAGE}/new", ONE):
            answer = await client.post(path, data={}, headers={"sec-fetch-site": "cross-site"})
            assert answer.status_code == 403
