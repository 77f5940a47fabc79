"""Reviews on the console: due, asked for, compared then and now, held; what cannot be ranked is judged by a person."""

import json
from typing import Any
from uuid import uuid4

import httpx
import pytest

from braid.kit.identity import Principal
from tests.gateway.doubles import AUDITOR, PRACTITIONER, StubGateway
from tests.gateway.test_acting_pages import HOLDER
from tests.gateway.test_plan_pages import JUDGED, NEEDS
from tests.gateway.test_script_in_fields import SCRIPT
from tests.gateway.whole import PERSON_ID, person

REVIEW = uuid4()
LIST, ONE = f"/people/{PERSON_ID}/reviews", f"/reviews/{REVIEW}"
FILLED = {
    "held_on": "2009-08-20",
    "met-at-home": "partly_met",
    "words": "It goes well.",
    "outcome": "less_money",
    "key": "k",
    "etag": '"1"',
}
COMPARED = {
    "needs": {**NEEDS, "then": {"agreed_on": "2009-05-04"}, "now": {"agreed_on": "2009-08-03"}},
    "outcomes": [
        {
            "outcome_id": "at-home",
            "text": "I stay at home.",
            "planned_pence": 90_000,
            "spent_pence": None,
            "met_before": None,
        }
    ],
    "awards_then": {"adult_social_care": 800_000},
    "awards_now": {"adult_social_care": 700_000},
    "planned_pence": 90_000,
    "spent_pence": 45_000,
    "by_item": {},
}


def review(**other: Any) -> dict[str, Any]:
    return {
        "review_id": str(REVIEW),
        "person_id": str(PERSON_ID),
        "plan_id": str(uuid4()),
        "kind": "first",
        "stream": None,
        "reason": "The first review of the plan.",
        "due_on": "2009-08-24",
        "is_overdue": False,
        "reminded_at": None,
        "held_on": None,
        "result": None,
        "version": 1,
        "compared": COMPARED,
        "carers": [],
        **other,
    }


def fill(stub: StubGateway, told: dict[str, Any], **answers: httpx.Response) -> None:
    def every(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return answers.get("asked", httpx.Response(201, json=told))
        return httpx.Response(200, json={"reviews": [told]})

    stub.services.answers.update(
        {
            f"/v1/people/{PERSON_ID}": person(),
            f"/v1/people/{PERSON_ID}/reviews": every,
            f"/v1/reviews/{REVIEW}": lambda _: httpx.Response(200, json=told, headers={"etag": '"1"'}),
            f"/v1/reviews/{REVIEW}/result": lambda _: answers.get("held", httpx.Response(200, json=told)),
        }
    )


async def shown(stub: StubGateway, path: str, principal: Principal = PRACTITIONER) -> str:
    async with stub.browser(principal) as client:
        answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return " ".join(answer.text.split())


async def sent(
    stub: StubGateway, path: str, form: dict[str, str], principal: Principal = PRACTITIONER
) -> httpx.Response:
    async with stub.browser(principal) as client:
        return await client.post(path, data=form)


def posted(stub: StubGateway) -> list[httpx.Request]:
    return [each for each in stub.services.asked if each.method == "POST" and "reviews" in each.url.path]


async def test_reviews_are_listed_with_when_they_are_due(stub: StubGateway) -> None:
    fill(stub, review(is_overdue=True))
    text = await shown(stub, LIST)

    for told in ("First review", "24 August 2009", "Overdue", "Not held yet", f'href="{ONE}"'):
        assert told in text


async def test_a_review_shows_needs_and_money_then_and_now(stub: StubGateway) -> None:
    fill(stub, review())
    text = await shown(stub, ONE)

    for told in (
        "Agreed on 4 May 2009, and again on 3 August 2009", "Cannot be ranked", "The label of risks",
        "£8,000.00", "£7,000.00", "£450.00", "I stay at home.", "Nobody has said yet",
    ):  # fmt: skip
        assert told in text


async def test_a_practitioner_holds_a_review_and_judges_what_cannot_be_ranked(stub: StubGateway) -> None:
    fill(stub, review())
    page = await shown(stub, f"{ONE}/result")
    answer = await sent(stub, f"{ONE}/result", {**FILLED, **JUDGED})

    assert "Then: hurt myself. Now: get lost." in page
    (change,) = posted(stub)
    assert (change.headers["idempotency-key"], change.headers["if-match"]) == ("k", '"1"')
    assert json.loads(change.content) == {
        "held_on": "2009-08-20",
        "outcome": "less_money",
        "met": {"at-home": "partly_met"},
        "words": "It goes well.",
        "asked_by_person": False,
        "judged": [{"part": "need", "name": "risks", "is_less": True, "because": "The door is mended."}],
    }
    assert answer.headers["location"] == f"{ONE}?done=held"


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ({"held_on": ""}, "Enter the day on which it was held"),
        ({"met-at-home": ""}, "Select how far it is met: I stay at home."),
        ({"words": " "}, "Enter what was said"),
        ({"words": "x" * 2_001}, "What was said must be 2,000 characters or fewer"),
        ({"outcome": "nothing"}, "Select what came of it"),
        ({"because-need-risks": ""}, "Enter why: the label of risks"),
    ],
)
async def test_what_a_result_lacks_is_told_beside_its_field(
    form: dict[str, str], fault: str, stub: StubGateway
) -> None:
    fill(stub, review())
    answer = await sent(stub, f"{ONE}/result", {**FILLED, **JUDGED, **form})

    assert answer.status_code == 422
    assert answer.text.count(fault) == 2
    assert posted(stub) == []


async def test_that_needs_give_no_ground_for_less_is_told_and_nothing_is_lost(stub: StubGateway) -> None:
    problem = {"title": "Needs give no ground for less", "detail": "No part of them is less."}
    fill(stub, review(), held=httpx.Response(409, json=problem))
    answer = await sent(stub, f"{ONE}/result", {**FILLED, **JUDGED})

    assert answer.status_code == 409
    assert "Needs give no ground for less: No part of them is less." in answer.text
    assert "The door is mended." in answer.text


async def test_what_came_of_a_review_is_read_by_the_person_with_what_was_judged(stub: StubGateway) -> None:
    result = {
        "outcome": "less_money",
        "met": {"at-home": "met"},
        "words": "It goes well.",
        "asked_by_person": False,
        "held_by": "practitioner:ada",
        "ground_for_less": "A practitioner says that Risks is less: The door is mended.",
        "compared": COMPARED,
    }
    fill(stub, review(held_on="2009-08-20", result=result))
    for principal in (HOLDER, AUDITOR):
        text = await shown(stub, ONE, principal)
        for told in (
            "Less money is needed",
            "It goes well.",
            "Risks is less: The door is mended.",
            "Held on 20 August",
        ):
            assert told in text
        assert f"{ONE}/result" not in text


async def test_somebody_asks_for_a_review(stub: StubGateway) -> None:
    fill(stub, review())
    empty = await sent(stub, f"{LIST}/new", {"key": "k"}, HOLDER)
    answer = await sent(stub, f"{LIST}/new", {"key": "k", "reason": "I fell.", "due_on": "2009-09-01"}, HOLDER)

    assert empty.text.count("Enter why it should be looked at") == 2
    (change,) = posted(stub)
    assert json.loads(change.content) == {"reason": "I fell.", "due_on": "2009-09-01"}
    assert answer.headers["location"] == f"{LIST}?done=asked"


async def test_the_person_does_not_hold_their_own_review(stub: StubGateway) -> None:
    fill(stub, review())
    answer = await sent(stub, f"{ONE}/result", FILLED, HOLDER)

    assert answer.status_code == 403
    assert f"{ONE}/result" not in await shown(stub, ONE, HOLDER)
    assert posted(stub) == []


async def test_script_in_a_review_stays_text(stub: StubGateway) -> None:
    fill(stub, review(reason=SCRIPT))
    for path in (LIST, ONE):
        assert SCRIPT not in await shown(stub, path)
