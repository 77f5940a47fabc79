"""What happened around a person, put together from every service that can be asked."""

import pytest

from tests.gateway.allocations import FINAL, a_figure
from tests.gateway.doubles import PRACTITIONER, StubGateway
from tests.gateway.plans import PLAN_PAGE, a_plan
from tests.gateway.whole import PERSON_ID, person

PAGE = f"/people/{PERSON_ID}/timeline"
BASE = f"/v1/people/{PERSON_ID}"
DECISION = {"decided_on": "2010-06-03", "decided_by": "approver:x", "reasons": "Too dear.", "answers": {}}
PAYMENT = {
    "period_from": "2009-06-01",
    "period_to": "2009-06-28",
    "gross_pence": 80_000,
    "kept_pence": 5_000,
    "status": "settled",
    "pay_on": "2010-07-01",
    "reasons": [],
}


@pytest.fixture
def filled(stub: StubGateway) -> StubGateway:
    milestones = [{"milestone": "case_opened", "reached_at": "2009-05-01T09:00:00Z"}]
    stub.services.answers.update(
        {
            BASE: person(),
            f"{BASE}/progress": {"milestones": milestones},
            f"{BASE}/plans": {"plans": [a_plan("refused", decision=DECISION)], "in_force": None},
            f"{BASE}/payments": {"payments": [PAYMENT, {**PAYMENT, "status": "open", "pay_on": None}]},
            f"{BASE}/allocation/history": {"figures": [a_figure("final", 104_000, FINAL)]},
        }
    )
    return stub


async def shown(stub: StubGateway, query: str = "") -> str:
    async with stub.browser(PRACTITIONER) as client:
        answer = await client.get(f"{PAGE}{query}")
    assert answer.status_code == 200, answer.text
    return " ".join(answer.text.split())


async def test_what_happened_is_told_the_latest_first(filled: StubGateway) -> None:
    text = await shown(filled)
    events = [
        "£750.00 for 1 June 2009 to 28 June 2009: paid",
        "Support plan 1: refused",
        "The final figure was settled: £1,040.00 a year",
        "Support plan 1 was handed in",
        "The case was opened",
    ]

    places = [text.index(event) for event in events]
    assert places == sorted(places)
    assert "5 events, the latest first" in text
    assert f'<a href="{PLAN_PAGE}">' in text
    assert "Too dear." in text


async def test_one_kind_is_shown_alone(filled: StubGateway) -> None:
    text = await shown(filled, "?kind=payment")

    assert "1 event, the latest first" in text
    assert "Support plan 1" not in text


async def test_an_unknown_kind_shows_everything(filled: StubGateway) -> None:
    assert "5 events" in await shown(filled, "?kind=<script>")


async def test_what_cannot_be_had_is_named(filled: StubGateway) -> None:
    filled.services.away.add("ledger")
    text = await shown(filled)

    assert "What cannot be shown: the payments." in text
    assert "4 events" in text


async def test_what_does_not_exist_yet_is_not_missed(filled: StubGateway) -> None:
    for part in ("plans", "payments", "allocation/history"):
        del filled.services.answers[f"{BASE}/{part}"]
    text = await shown(filled)

    assert "cannot be shown" not in text
    assert "1 event, the latest first" in text


async def test_somebody_unknown_has_no_timeline(stub: StubGateway) -> None:
    async with stub.browser(PRACTITIONER) as client:
        assert (await client.get(PAGE)).status_code == 404
