"""What the outcomes service answers, by its own rules and instruments, for tests of its pages."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import httpx

from braid.kit.identity import Principal, Role
from gateway.development_issuer import EXAMPLE_COUNCIL
from services.outcomes.api.bodies import InstrumentOut, ResponseOut
from services.outcomes.api.waves import AskedInstrumentOut
from services.outcomes.domain.responses import flags_of
from services.outcomes.domain.scoring import scores
from services.outcomes.instrument_files import released_instruments
from services.outcomes.licences import Statement
from services.outcomes.recording import Recorded, response_of
from services.outcomes.tables import ResponseRow
from services.outcomes.waves_asked import asked_of
from tests.gateway.doubles import StubGateway
from tests.gateway.whole import PERSON_ID, person

HOLDER = Principal("budget_holder:test", EXAMPLE_COUNCIL, frozenset({Role.BUDGET_HOLDER}), PERSON_ID)
CARER_ID = UUID("c1f0d1a4-6a1f-5a52-8a43-0d7b3c1c7a77")
RESPONSE_ID = UUID("0e5c7f0a-6a1f-5a52-8a43-0d7b3c1c7a01")
OTHER_ID = UUID("0e5c7f0a-6a1f-5a52-8a43-0d7b3c1c7a02")
ANSWERS = {"quality_of_life": 4, "control_over_daily_life": 2, "satisfaction": 5}
SERVICE = f"/v1/people/{PERSON_ID}/outcome-responses"
TODAY = date(2027, 3, 1)
NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)


def a_row(response_id: UUID = RESPONSE_ID, **told: Any) -> ResponseRow:
    """Answers as the service keeps them; by default a baseline that the person gave."""
    return ResponseRow(
        **{
            "response_id": response_id,
            "council": EXAMPLE_COUNCIL,
            "person_id": PERSON_ID,
            "carer_id": None,
            "instrument_id": "life",
            "version": 1,
            "respondent": "self",
            "wave": "baseline",
            "number": 1,
            "answered_on": date(2026, 1, 31),
            "answers": ANSWERS,
            "recorded_by": "practitioner:test",
            "recorded_at": NOW,
            **told,
        }
    )


def instruments(*usable: str) -> Mapping[str, Any]:
    """Every released instrument, of which those that need a licence may be used where they are named."""
    told = [
        InstrumentOut.of(one, may_be_used=not one.licence.is_needed or one.instrument_id in usable)
        for one in released_instruments().values()
    ]
    return {"on": "2027-03-01", "instruments": [one.model_dump(mode="json") for one in told]}


def fill_outcomes(stub: StubGateway, *rows: ResponseRow, on: date = TODAY, usable: str = "") -> None:
    """A person with a carer, and what they answered."""
    told = [one.model_dump(mode="json") for one in map(_out(rows), sorted(rows, key=_answered_on, reverse=True))]
    counting = [row for row in rows if row.taken_back_at is None]
    licensed = {usable: Statement()} if usable else {}
    asked = [
        AskedInstrumentOut.of(one).model_dump(mode="json")
        for carer_id in (None, CARER_ID)
        for one in asked_of(carer_id, [row for row in counting if row.carer_id == carer_id], licensed, on)
    ]
    for one in asked:
        one["may_be_used"] = one["may_be_used"] or one["instrument_id"] == usable
    stub.services.answers.update(
        {
            f"/v1/people/{PERSON_ID}": {**person(), "withdrawn_on": None},
            f"/v1/people/{PERSON_ID}/carers": {
                "carers": [{"carer_id": str(CARER_ID), "name": "Byron", "relationship": "daughter"}]
            },
            f"/v1/people/{PERSON_ID}/outcome-waves": {"on": str(on), "asked": asked},
            "/v1/outcome-instruments": instruments(usable),
            SERVICE: {"responses": told},
        }
    )


def answers_to_recording(stub: StubGateway, answer: httpx.Response) -> None:
    """Have the service answer so to whatever is recorded; it reads as before."""
    told = stub.services.answers[SERVICE]
    stub.services.answers[SERVICE] = lambda request: (
        answer if request.method == "POST" else httpx.Response(200, json=told)
    )


def refused(status: int, kind: str, title: str, detail: str) -> httpx.Response:
    """A refusal as the service words it."""
    body = {"type": f"https://braid.example/problems/{kind}", "title": title, "detail": detail}
    return httpx.Response(status, json=body)


def _answered_on(row: ResponseRow) -> date:
    return row.answered_on


def _out(rows: tuple[ResponseRow, ...]) -> Any:
    def out(row: ResponseRow) -> ResponseOut:
        instrument = released_instruments()[row.instrument_id, row.version]
        if row.taken_back_at is not None:
            return ResponseOut.of(Recorded(row, (), ()))
        others = [
            response_of(one)
            for one in rows
            if one is not row and one.carer_id == row.carer_id and one.taken_back_at is None
        ]
        flags = flags_of(instrument, response_of(row), others)
        return ResponseOut.of(Recorded(row, scores(instrument, row.answers), flags))

    return out
