"""Agreeing an assessment: both answers in sight, a dispute with its reason, whose counts, and the frozen agreement."""

import json
from typing import Any

import httpx
import pytest

from braid.kit.identity import Principal, Role
from gateway.development_issuer import EXAMPLE_COUNCIL
from tests.gateway.assessments import ASSESSMENT_ID, SERVICE, an_assessment, fill_assessment, given
from tests.gateway.doubles import AUDITOR, PRACTITIONER, StubGateway
from tests.gateway.whole import PERSON_ID, person

HOLDER = Principal("budget_holder:test", EXAMPLE_COUNCIL, frozenset({Role.BUDGET_HOLDER}), PERSON_ID)
START = f"/people/{PERSON_ID}/assessments"
PAGE = f"{START}/{ASSESSMENT_ID}"
NIGHTS, OWN = f"{PAGE}/questions/nights", f"{PAGE}/questions/ordinarily_resident"
REASON = "The call came twice in a fortnight."
DISPUTE = {"answer": "every_night", "reason": REASON, "counts": None, "settled_because": "", "person_agrees": None}
OPEN = {"nights": "the practitioner disputes it, and whose answer counts is not settled"}
SETTLED = {**DISPUTE, "counts": "person", "settled_because": "A second look.", "person_agrees": True}
DEPUTY = {
    "authority_id": "0b2c1f9e-3f7a-4c53-9d3c-3c1d7b1f0a99",
    "holder_name": "Dora Deputy",
    "kind": "welfare_deputy",
    "limits": "",
    "in_force": True,
}


def handed_in(**other: Any) -> dict[str, Any]:
    answers = {"nights": "awake", "ordinarily_resident": True}
    told = {"state": "submitted", "submitted_on": "2009-06-01", **other}
    return an_assessment(answers, **{"given": {"nights": given(own_words="I wake at <three>.")}, **told})


async def page_of(stub: StubGateway, path: str = PAGE, principal: Principal = PRACTITIONER, status: int = 200) -> str:
    async with stub.browser(principal) as client:
        answer = await client.get(path)
    assert answer.status_code == status, answer.text
    return " ".join(answer.text.split())


async def sent(stub: StubGateway, path: str, principal: Principal = PRACTITIONER, /, **form: str) -> httpx.Response:
    async with stub.browser(principal) as client:
        return await client.post(path, data={"key": "once", "etag": '"3"', **form})


def told_to_the_service(stub: StubGateway) -> httpx.Request:
    return next(request for request in reversed(stub.services.asked) if request.method != "GET")


def nothing_changed(stub: StubGateway) -> bool:
    return all(request.method == "GET" for request in stub.services.asked)


async def test_the_persons_answer_stands_beside_the_practitioners_with_its_reason(stub: StubGateway) -> None:
    fill_assessment(stub, handed_in(disputes={"nights": DISPUTE}, to_settle=OPEN))
    text = await page_of(stub)

    assert "I need help on 4 or more nights a week. The helper has to stay awake" in text
    assert "I wake at &lt;three&gt;." in text
    assert f'The helper may sleep<span class="small">{REASON}' in text
    assert '<a href="#nights">Help at night</a>: the practitioner disputes it' in text
    assert f'href="{NIGHTS}">Settle<' in text


async def test_a_settled_dispute_tells_whose_answer_counts_and_keeps_both(stub: StubGateway) -> None:
    fill_assessment(stub, handed_in(state="agreed", agreed_on="2009-06-03", disputes={"nights": SETTLED}))
    text = await page_of(stub)

    assert "Agreed on 3 June 2009, and frozen." in text
    assert "The person’s answer counts." in text
    assert "A second look. The person agrees." in text
    assert "The helper may sleep" in text
    assert "Agree the assessment" not in text
    assert NIGHTS not in text


async def test_what_the_practitioner_has_to_answer_is_named_and_what_the_person_is_still_answering_is_not(
    stub: StubGateway,
) -> None:
    fill_assessment(stub, an_assessment({"nights": "awake"}))
    text = await page_of(stub)

    assert '<a href="#ordinarily_resident">' in text
    assert '<a href="#washing_and_dressing">' not in text
    assert f'href="{OWN}">Answer<' in text
    assert f'href="{NIGHTS}"' not in text
    await page_of(stub, NIGHTS, status=404)


async def test_the_newest_assessment_is_opened_first(stub: StubGateway) -> None:
    fill_assessment(stub, handed_in())
    async with stub.browser(PRACTITIONER) as client:
        answer = await client.get(START)

    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)


async def test_whoever_has_no_assessment_is_told_so(stub: StubGateway) -> None:
    stub.services.answers[f"/v1/people/{PERSON_ID}"] = person()

    assert "No assessment has been begun." in await page_of(stub, START)


async def test_a_dispute_goes_to_the_service_with_its_reason_and_the_version_that_was_seen(stub: StubGateway) -> None:
    fill_assessment(stub, handed_in())
    stub.services.answers[f"{SERVICE}/disputes/nights"] = {}
    answer = await sent(stub, NIGHTS, answer="every_night", reason=REASON)

    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}?done=disputed#nights")
    request = told_to_the_service(stub)
    assert (request.method, request.headers["if-match"]) == ("PUT", '"3"')
    assert json.loads(request.content) == {"answer": "every_night", "reason": REASON}


@pytest.mark.parametrize(
    ("form", "faults"),
    [
        ({}, ["Select an answer", "Enter your reason: the person reads it"]),
        ({"answer": "every_night"}, ["Enter your reason: the person reads it"]),
        ({"answer": "every_night", "reason": "x" * 4_001}, ["The reason must be 4,000 characters or fewer"]),
        ({"answer": "no_such", "reason": REASON}, ["Select an answer"]),
    ],
)
async def test_a_dispute_that_is_not_whole_is_told_at_its_fields(
    form: dict[str, str], faults: list[str], stub: StubGateway
) -> None:
    fill_assessment(stub, handed_in())
    answer = await sent(stub, NIGHTS, **form)

    assert answer.status_code == 422
    assert [fault for fault in faults if fault not in answer.text] == []
    assert form.get("reason", "") in answer.text
    assert "<title>Error: " in answer.text
    assert nothing_changed(stub)


async def test_a_dispute_of_an_older_version_is_told_and_can_be_sent_again_as_it_is(stub: StubGateway) -> None:
    fill_assessment(stub, handed_in())
    stub.services.answers[f"{SERVICE}/disputes/nights"] = lambda _: httpx.Response(412, json={"title": "Stale"})
    answer = await sent(stub, NIGHTS, answer="every_night", reason=REASON, etag='"2"')

    assert answer.status_code == 412
    assert "The assessment has changed since you opened this page." in answer.text
    assert REASON in answer.text
    assert 'name="etag" value="&#34;3&#34;"' in answer.text


async def test_it_is_settled_whose_answer_counts(stub: StubGateway) -> None:
    fill_assessment(stub, handed_in(disputes={"nights": DISPUTE}, to_settle=OPEN))
    stub.services.answers[f"{SERVICE}/disputes/nights/settlement"] = {}
    form = {"counts": "practitioner", "because": "We looked at the log.", "person_agrees": "no"}
    answer = await sent(stub, f"{NIGHTS}/settlement", **form)

    assert answer.headers["location"] == f"{PAGE}?done=settled#nights"
    asked = {"counts": "practitioner", "reason": "We looked at the log.", "person_agrees": False}
    assert json.loads(told_to_the_service(stub).content) == asked


async def test_a_settlement_that_is_not_whole_is_told_at_its_fields(stub: StubGateway) -> None:
    fill_assessment(stub, handed_in(disputes={"nights": DISPUTE}, to_settle=OPEN))
    answer = await sent(stub, f"{NIGHTS}/settlement", because="We looked at the log.")

    assert answer.status_code == 422
    assert '<a href="#counts">Select whose answer counts</a>' in answer.text
    assert '<a href="#person_agrees">Select whether the person agrees with that</a>' in answer.text
    assert "We looked at the log." in answer.text
    assert nothing_changed(stub)


async def test_the_practitioners_own_answer_is_saved_on_its_own_version(stub: StubGateway) -> None:
    fill_assessment(stub, handed_in())
    stub.services.answers[f"{SERVICE}/answers/ordinarily_resident"] = {}
    answer = await sent(stub, OWN, answer="no", etag='"4"')

    assert answer.headers["location"] == f"{PAGE}?done=answered#ordinarily_resident"
    request = told_to_the_service(stub)
    assert request.headers["if-match"] == '"4"'
    assert json.loads(request.content) == {"answered_as": "practitioner", "answer": False}


async def test_what_was_filled_in_for_the_practitioner_is_confirmed_at_once(stub: StubGateway) -> None:
    source = {"ordinarily_resident": {"source": "agreed_assessment"}, "nights": {"source": "agreed_assessment"}}
    fill_assessment(stub, handed_in(to_confirm=source))
    stub.services.answers[f"{SERVICE}/confirmations"] = {}
    answer = await sent(stub, f"{PAGE}/confirmations")

    assert answer.headers["location"] == f"{PAGE}?done=confirmed"
    asked = json.loads(told_to_the_service(stub).content)
    assert asked == {"answered_as": "practitioner", "questions": ["ordinarily_resident"]}


@pytest.mark.parametrize(
    ("agrees", "told", "status", "done"),
    [
        ("person", {"agreed_with": "person"}, 200, "agreed"),
        (
            DEPUTY["authority_id"],
            {"agreed_with": "proxy", "authorities": [DEPUTY["authority_id"]]},
            202,
            "signed",
        ),
    ],
)
async def test_it_is_agreed_with_the_person_or_with_who_decides_for_them(
    agrees: str, told: dict[str, Any], status: int, done: str, stub: StubGateway
) -> None:
    fill_assessment(stub, handed_in())
    stub.services.answers[f"/v1/people/{PERSON_ID}/authorities"] = {"authorities": [DEPUTY]}
    stub.services.answers[f"{SERVICE}/agreement"] = lambda _: httpx.Response(status, json={})
    assert "Dora Deputy, deputy for welfare" in await page_of(stub)
    answer = await sent(stub, f"{PAGE}/agreement", agrees=agrees, agreed_on="2009-06-03")

    assert answer.headers["location"] == f"{PAGE}?done={done}"
    assert json.loads(told_to_the_service(stub).content) == {"agreed_on": "2009-06-03", **told}


async def test_what_stands_before_the_agreement_leads_to_its_question(stub: StubGateway) -> None:
    fill_assessment(stub, handed_in())
    problem = {"title": "Answers have to be settled first", "errors": [{"name": "nights", "message": "Nobody is sure"}]}
    stub.services.answers[f"{SERVICE}/agreement"] = lambda _: httpx.Response(409, json=problem)
    answer = await sent(stub, f"{PAGE}/agreement", agrees="person", agreed_on="2009-06-03")

    assert answer.status_code == 409
    assert '<a href="#nights">Help at night: nobody is sure</a>' in answer.text
    assert 'value="2009-06-03"' in answer.text


async def test_an_agreement_without_its_day_or_with_a_stranger_is_told_at_its_field(stub: StubGateway) -> None:
    fill_assessment(stub, handed_in())
    answer = await sent(stub, f"{PAGE}/agreement", agrees=str(PERSON_ID), agreed_on="soon")

    assert answer.status_code == 422
    assert '<a href="#agrees">Select who agrees</a>' in answer.text
    assert '<a href="#agreed_on">Enter the day on which it was agreed</a>' in answer.text
    assert nothing_changed(stub)


async def test_others_of_the_staff_look_and_change_nothing(stub: StubGateway) -> None:
    fill_assessment(stub, handed_in())
    text = await page_of(stub, principal=AUDITOR)

    assert NIGHTS not in text
    assert "Who agrees with you?" not in text
    for path in (NIGHTS, f"{PAGE}/agreement", f"{PAGE}/confirmations", f"{NIGHTS}/settlement"):
        assert (await sent(stub, path, AUDITOR, agrees="person")).status_code == 403


async def test_the_person_reads_answers_on_pages_of_their_own(stub: StubGateway) -> None:
    fill_assessment(stub, handed_in())

    await page_of(stub, principal=HOLDER, status=403)


async def test_an_assessment_of_somebody_else_is_not_found(stub: StubGateway) -> None:
    fill_assessment(stub, handed_in(person_id=ASSESSMENT_ID))

    await page_of(stub, status=404)


@pytest.mark.parametrize("path", [NIGHTS, f"{NIGHTS}/settlement", f"{PAGE}/confirmations", f"{PAGE}/agreement"])
async def test_forms_of_another_site_are_refused(path: str, stub: StubGateway) -> None:
    fill_assessment(stub, handed_in())
    async with stub.browser(PRACTITIONER) as client:
        answer = await client.post(path, data={"answer": "awake"}, headers={"sec-fetch-site": "cross-site"})

    assert answer.status_code == 403
    assert nothing_changed(stub)
