"""Payment runs as the ledger answers them, for tests of what pages make of them."""

from typing import Any

import httpx

from braid.kit.identity import Principal, Role
from gateway.development_issuer import EXAMPLE_COUNCIL
from tests.gateway.doubles import StubGateway
from tests.gateway.whole import PERSON_ID, person

RUN_ID = "2f0e8e1a-6a1f-5a52-8a43-0d7b3c1c7a10"
RUN_PAGE = f"/payments/runs/{RUN_ID}"
FINANCE = Principal("finance_officer:test", EXAMPLE_COUNCIL, frozenset({Role.FINANCE_OFFICER}))
OTHER_FINANCE = Principal("finance_officer:other", EXAMPLE_COUNCIL, frozenset({Role.FINANCE_OFFICER}))
APPROVER = Principal("approver:test", EXAMPLE_COUNCIL, frozenset({Role.APPROVER}))
HELD = {"code": "died", "words": "The person died on 2009-05-30."}


def a_run(state: str = "checked", **other: Any) -> dict[str, Any]:
    """A run that the test's finance officer built, with two payments to make and one held back."""
    return {
        "run_id": RUN_ID,
        "due_by": "2009-06-05",
        "number": 1,
        "pay_on": "2009-06-08",
        "most_pence": 2_500_000,
        "state": state,
        "items": {"going": 2, "held": 1},
        "pence": {"going": 123_456, "held": 10_000},
        "message_id": None,
        "file_format": None,
        "file_payments": None,
        "file_pence": None,
        "file_sha256": None,
        "steps": [{"step": "build", "actor": FINANCE.subject, "at": "2009-06-05T09:30:00Z"}],
        **other,
    }


def an_item(state: str = "going", *reasons: dict[str, str], **other: Any) -> dict[str, Any]:
    return {
        "payment_id": str(PERSON_ID),
        "due_id": str(PERSON_ID),
        "person_id": str(PERSON_ID),
        "period_from": "2009-06-01",
        "period_to": "2009-06-28",
        "sent_pence": 10_000,
        "kept_pence": 500,
        "state": state,
        "reasons": list(reasons),
        **other,
    }


def fill_payments(stub: StubGateway, run: dict[str, Any] | None = None) -> None:
    """A council with one run."""
    run = run or a_run()
    path = f"/v1/payment-runs/{RUN_ID}"
    stub.services.answers.update(
        {
            "/v1/payment-runs": {"runs": [run]},
            path: run,
            f"{path}/items": _items,
            f"/v1/people/{PERSON_ID}": person(),
            "/v1/people:search": {"people": [person()], "next": None},
        }
    )


def _items(request: httpx.Request) -> httpx.Response:
    held = an_item("held", HELD)
    items = [held] if request.url.params.get("state") == "held" else [an_item(), held]
    return httpx.Response(200, json={"items": items, "next": None})
