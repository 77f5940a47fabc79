"""Who answered what and when, on a page: both sides in the words of the questions, and every step."""

from typing import Any

import pytest

from braid.kit.identity import Principal, Role
from gateway.development_issuer import EXAMPLE_COUNCIL
from tests.gateway.assessments import ASSESSMENT_ID, PAPER, SERVICE, an_assessment, fill_assessment
from tests.gateway.doubles import PRACTITIONER, StubGateway
from tests.gateway.whole import PERSON_ID

HOLDER = Principal("budget_holder:test", EXAMPLE_COUNCIL, frozenset({Role.BUDGET_HOLDER}), PERSON_ID)
DAUGHTER = Principal("delegate:test", EXAMPLE_COUNCIL, frozenset({Role.DELEGATE}))
MEETING = f"/people/{PERSON_ID}/assessments/{ASSESSMENT_ID}"
PAGE = f"{MEETING}/history"


def happened(kind: str, version: int, **other: Any) -> dict[str, Any]:
    nothing = dict.fromkeys(
        ("question_id", "answer", "own_words", "given_as", "given_on", "source", "reason", "counts", "what")
    )
    return {**nothing, "kind": kind, "at": "2009-06-02T10:00:00Z", "by": "somebody", "version": version, **other}


def fill(stub: StubGateway) -> None:
    fill_assessment(stub, an_assessment({"nights": "awake"}))
    told = [
        happened("settlement", 6, question_id="nights", counts="person", reason="we read the log"),
        happened("dispute", 5, question_id="nights", answer="no_help", reason="The log is <b>empty</b>."),
        happened("step", 4, what="submitted as person"),
        happened("answer", 3, question_id="nights", answer="awake", given_as="proxy", own_words="Each <i>night</i>."),
        happened("answer", 2, question_id="nights", answer=None, given_as="person", given_on="2009-05-30"),
        happened("step", 1, what="begun"),
    ]
    history = {"assessment_id": ASSESSMENT_ID, "person_id": str(PERSON_ID), "happened": told}
    stub.services.answers[f"{SERVICE}/history"] = history


async def page_of(stub: StubGateway, path: str, principal: Principal, status: int = 200) -> str:
    async with stub.browser(principal) as client:
        answer = await client.get(path)
    assert answer.status_code == status, answer.text
    return " ".join(answer.text.split())


async def test_both_sides_and_every_step_are_told_in_words(stub: StubGateway) -> None:
    fill(stub)
    text = await page_of(stub, PAGE, HOLDER)

    for told in (
        "Help at night: the person’s answer counts",
        "We read the log.",
        "Help at night: the practitioner sees it otherwise:",
        "The log is &lt;b&gt;empty&lt;/b&gt;.",
        "by somebody who decides for the person",
        "In their own words: “Each &lt;i&gt;night&lt;/i&gt;.”",
        "Help at night: no answer",
        "Said on 30 May 2009, written down later.",
        "The answers were handed in",
        "The assessment was begun",
        "6 entries, the latest first",
    ):
        assert told in text
    assert f'href="{PAPER}/answers"' in text


async def test_one_question_is_looked_at_by_itself(stub: StubGateway) -> None:
    fill(stub)
    text = await page_of(stub, f"{PAGE}?question=nights", PRACTITIONER)

    assert stub.services.asked[-1].url.params["question_id"] == "nights"
    assert f'<a href="{PAGE}">See everything</a>' in text
    assert f'href="{MEETING}"' in text
    await page_of(stub, f"{PAGE}?question=nobody-asks", PRACTITIONER)
    assert "question_id" not in stub.services.asked[-1].url.params


async def test_whoever_acts_for_the_person_sees_for_whom(stub: StubGateway) -> None:
    fill(stub)

    assert "You are acting for Ada Lovelace." in await page_of(stub, PAGE, DAUGHTER)


@pytest.mark.parametrize("wrong", [{"person_id": str(ASSESSMENT_ID)}])
async def test_an_assessment_of_somebody_else_is_not_there(stub: StubGateway, wrong: dict[str, Any]) -> None:
    fill_assessment(stub, an_assessment(**wrong))
    await page_of(stub, PAGE, HOLDER, status=404)
