"""A support plan as the service answers it, for tests of what pages make of it."""

from typing import Any

import httpx

from tests.gateway.doubles import StubGateway
from tests.gateway.whole import PERSON_ID, person

PLAN_ID = "8a0b6a0e-4a3c-4f0e-9b5b-0a8f0e3a7c55"
PLAN_PAGE = f"/plans/{PLAN_ID}"
CARE, LEISURE = "94d8293b-b286-5556-889f-448b2c6c0aac", "0a3a5b0e-9a4e-4d1b-8f57-7a6f1f2b3c4d"


def a_plan(state: str = "submitted", **other: Any) -> dict[str, Any]:
    """A plan of two items, handed in with one question to answer."""
    return {
        "plan_id": PLAN_ID,
        "person_id": str(PERSON_ID),
        "number": 1,
        "version": 3,
        "state": state,
        "content": {
            "starts_on": "2009-06-01",
            "ends_on": "2010-05-30",
            "outcomes": [{"outcome_id": "mine", "text": "I see my friends."}],
            "needs": [],
            "items": [
                _item(CARE, "Help to wash", "care.personal"),
                _item(LEISURE, "A season ticket", "leisure.activity"),
            ],
            "holdings": [{"holding_id": "a", "way": "direct_payment"}],
            "if_things_go_wrong": None,
        },
        "effective_from": None,
        "submission": {
            "submitted_on": "2009-06-02",
            "route": {
                "level": "team_manager",
                "reasons": ["A year of it costs £9,540.00."],
                "questions": {"positive_risk": "What does the person gain by the risk?"},
            },
        },
        "decision": None,
        **other,
    }


def _item(item_id: str, text: str, use: str) -> dict[str, Any]:
    return {
        "item_id": item_id,
        "text": text,
        "use": use,
        "unit": "hour",
        "unit_pence": 1_250,
        "units": "2",
        "cadence": "weekly",
        "versions": [],
    }


def a_check(**other: Any) -> dict[str, Any]:
    """A check that finds money for the care and none for the ticket."""
    return {
        "is_checked": True,
        "is_payable": False,
        "is_payable_once_confirmed": False,
        "text": "£1,300.00 cannot be paid.",
        "total_pence": 260_000,
        "unpaid_pence": 130_000,
        "weeks": "52 weeks and 0 days",
        "streams": [{"stream": "adult_social_care", "planned_pence": 130_000, "left_pence": 5_000}],
        "items": [
            {
                "item_id": CARE,
                "pence_each_time": 2_500,
                "times": 52,
                "total_pence": 130_000,
                "paid_by": {"adult_social_care": 130_000},
            },
            {"item_id": LEISURE, "pence_each_time": 2_500, "times": 52, "total_pence": 130_000, "paid_by": {}},
        ],
        "findings": [
            {
                "code": "outside_permitted_uses",
                "weight": "stops",
                "text": "No stream pays for it.",
                "item_ids": [LEISURE],
                "citation": "A council’s policy",
                "unconfirmed": True,
                "mend": "Pay it yourself.",
                "pence": None,
            },
        ],
        "shortages": [
            {
                "text": "A season ticket costs more than may pay for it.",
                "needs": [{"item_id": LEISURE}],
                "fund_ids": [],
                "missing_pence": 130_000,
                "mends": [{"text": "Leave it out."}],
                "kept_out": [{"stream": "adult_social_care", "left_pence": 5_000, "reasons": ["leisure is not care"]}],
            },
        ],
        **other,
    }


def fill_plans(stub: StubGateway, plan: dict[str, Any] | None = None, check: dict[str, Any] | None = None) -> None:
    """A council with one plan, which waits for a decision."""
    plan = plan or a_plan()
    stub.services.answers.update(
        {
            f"/v1/plans/{PLAN_ID}": lambda _: httpx.Response(200, json=plan, headers={"etag": '"3"'}),
            f"/v1/plans/{PLAN_ID}/check": check or a_check(),
            f"/v1/people/{PERSON_ID}/plans": {"plans": [plan], "in_force": None},
            f"/v1/people/{PERSON_ID}": person(),
            "/v1/people:search": {"people": [person()], "next": None},
            "/v1/plans-to-approve": {
                "plans": [
                    {
                        "plan_id": PLAN_ID,
                        "person_id": str(PERSON_ID),
                        "version": 3,
                        "submitted_on": "2009-06-02",
                        "pence_in_a_year": 954_000,
                        "level": "team_manager",
                        "reasons": ["A year of it costs £9,540.00."],
                        "questions": {"positive_risk": "What does the person gain by the risk?"},
                    }
                ]
            },
        }
    )
