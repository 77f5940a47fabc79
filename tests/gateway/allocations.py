"""An allocation as the resource allocation service answers it, for tests of what pages make of it."""

from dataclasses import asdict
from typing import Any

import httpx

from services.ras.domain.allocation import AgreedNeed, allocate
from services.ras.domain.good_and_bad_days import DayProfile
from services.ras.domain.sensitivity import next_answers, worth_of_answers
from tests.gateway.doubles import StubGateway
from tests.gateway.whole import PERSON_ID, as_services_answer, award, whole
from tests.ras.answers import least_need, most_need
from tests.ras.material import a_table

TABLE = a_table("example-council:2")
DAYS = (DayProfile("other", 5), DayProfile("bad", 2))
PAGE = f"/people/{PERSON_ID}/allocation"
FINAL: dict[str, Any] = {
    "settlement_id": str(PERSON_ID),
    "version": 1,
    "allocation_id": str(PERSON_ID),
    "indicative_pence_per_year": 200_000,
    "pence_per_year": 104_000,
    "decided_on": "2010-12-01",
    "decided_by": "approver",
    "author": "approver:example",
    "reason": "A cheaper provider of the same",
    "grounds": "lower_price",
    "carer_hours": [],
    "lines": [{"code": "line_1", "text": "Support", "pence_per_year": 104_000}],
    "flags": ["the score rose by 3 and the final figure fell"],
    "yearly_pence": [150_000, 104_000],
}


def a_need(nights: str = "awake", days: tuple[DayProfile, ...] = DAYS) -> AgreedNeed:
    answers = most_need(TABLE) if nights == "beyond the table" else least_need(TABLE, nights=nights)
    return AgreedNeed(answers, {}, None, (), days)


def an_allocation(nights: str = "awake", **other: Any) -> dict[str, Any]:
    """What the resource allocation service answers."""
    return {
        **asdict(allocate(TABLE, *a_need(nights))),
        "allocation_id": str(PERSON_ID),
        "table_id": "example-council",
        "table_version": 2,
        "as_of": "2010-06-01",
        "final": None,
        "settlement_rule": {
            "tolerance_percent": "5",
            "practitioner_from_pence_per_year": 95_000,
            "practitioner_to_pence_per_year": 105_000,
            "soft_limits": [{"pence_per_year": 3_500_000, "text": "a team's own"}],
            "comparators": [],
        },
        **other,
    }


def explained(allocation: dict[str, Any], **other: Any) -> dict[str, Any]:
    """How the service explains it."""
    need = a_need()
    return {
        "allocation": allocation,
        "answers": [asdict(each) for each in worth_of_answers(TABLE, need)],
        "next_answers": [asdict(each) for each in next_answers(TABLE, need)],
        "change": None,
        "why_no_change": "",
        **other,
    }


def a_figure(kind: str, pence: int | None, settlement: dict[str, Any] | None = None, **other: Any) -> dict[str, Any]:
    """One figure of the history."""
    return {
        "kind": kind,
        "version": 1,
        "on": "2010-06-01",
        "points_thousandths": 6000,
        "pence_per_year": pence,
        "change_pence": None,
        "settlement": settlement,
        **other,
    }


def fill(stub: StubGateway, allocation: dict[str, Any], *figures: dict[str, Any], **explanation: Any) -> None:
    stub.services.answers.update(as_services_answer(whole(award("adult_social_care", 5200), allocation=allocation)))
    base = f"/v1/people/{PERSON_ID}/allocation"
    stub.services.answers[base] = lambda _request: httpx.Response(200, json=allocation, headers={"etag": '"4"'})
    stub.services.answers[f"{base}/explanation"] = explained(allocation, **explanation)
    history = list(figures) or [a_figure("indicative", allocation["pence_per_year"])]
    stub.services.answers[f"{base}/history"] = {"person_id": str(PERSON_ID), "figures": history}
