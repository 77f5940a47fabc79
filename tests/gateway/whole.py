"""A whole budget as the services answer it, for tests of what pages make of it."""

from typing import Any
from uuid import UUID

PERSON_ID = UUID("7d7c1f9e-3f7a-4c53-9d3c-3c1d7b1f0a11")
LABELS = {
    "adult_social_care": "Adult social care",
    "supporting_people": "Supporting People",
    "independent_living_fund": "Independent Living Fund",
    "community_equipment": "Community equipment",
}
DAY, LAST_DAY, MOMENT = "2009-06-01", "2010-05-30", "2009-07-01T16:30:00Z"


def person(name: str = "Ada Lovelace") -> dict[str, Any]:
    return {
        "person_id": str(PERSON_ID),
        "reference": "AB-1",
        "name": name,
        "user_group": "older_people",
        "opened_on": DAY,
        "nhs_number": None,
        "date_of_birth": None,
        "assessments": [],
    }


def award(stream: str, pence: int, **other: Any) -> dict[str, Any]:
    return {
        "stream": stream,
        "stream_label": LABELS.get(stream, stream),
        "status": "confirmed",
        "decided_by": "The council",
        "starts_on": DAY,
        "ends_on": LAST_DAY,
        "pence_per_week": pence // 52,
        "amount_pence": pence,
        "contribution_pence": 0,
        "cadence": "four_weekly",
        "permitted_uses": [{"use": "care.personal", "condition": None}],
        "conditions": [],
        "missing_facts": [],
        "trace": [],
        "lines": [line("Support", "weekly", pence // 52, pence)] if pence else [],
        "payee_bars": [],
        "terms": [],
        "unconfirmed": [],
        "partner_decision": None,
        **other,
    }


def line(text: str, money: str, pence: int, amount_pence: int) -> dict[str, Any]:
    return {"code": "x", "text": text, "money": money, "pence": pence, "amount_pence": amount_pence, "use": None}


def term(kind: str, text: str, **other: Any) -> dict[str, Any]:
    return {"kind": kind, "text": text, "citation": "An Act", "unconfirmed": False, "due_on": None, **other}


def step(text: str, outcome: str = "passed", **figure: Any) -> dict[str, Any]:
    figures = [
        {
            "name": "x.age_least_years",
            "value": "18 years",
            "citation": "An Act",
            "unconfirmed": False,
            "meaning": "From which age the stream is open.",
            **figure,
        }
    ]
    return {"code": "age", "outcome": outcome, "text": text, "figures": figures if figure else []}


def leg(stream: str, account: str, pence: int) -> dict[str, Any]:
    return {"stream": stream, "account": account, "fund_id": str(PERSON_ID), "amount_pence": pence}


def entry(sequence: int, *legs: dict[str, Any], **other: Any) -> dict[str, Any]:
    return {
        "sequence": sequence,
        "kind": "award",
        "value_date": DAY,
        "recorded_at": MOMENT,
        "reason": "Award",
        "reverses": None,
        "link": "00",
        "legs": list(legs),
        **other,
    }


def whole(*awards: dict[str, Any], **other: Any) -> dict[str, Any]:
    """A whole budget of awards, each with its fund."""
    funds = [_fund(told) for told in awards if told["amount_pence"]]
    money = [fund for fund in funds if fund["cadence"] != "in_kind"]
    total = sum(fund["amount_pence"] for fund in money)
    confirmed = sum(fund["amount_pence"] for fund in money if fund["status"] == "confirmed")
    return {
        "person": person(),
        "progress": {
            "stage": "ready_to_plan",
            "waits_for": "The person to plan their support.",
            "milestones": [{"milestone": "case_opened", "reached_at": MOMENT}],
        },
        "allocation": None,
        "awards": {"awards": list(awards)},
        "budget": {
            "opened_on": DAY,
            "total_pence": total,
            "confirmed_pence": confirmed,
            "indicative_pence": total - confirmed,
            "in_kind_pence": sum(fund["amount_pence"] for fund in funds) - total,
            "funds": funds,
        },
        "entries": None,
        "unavailable": [],
        **other,
    }


def _fund(told: dict[str, Any]) -> dict[str, Any]:
    """What the ledger tells of an award: its sums and uses, and not its reasons."""
    kept = ("stream", "status", "decided_by", "starts_on", "ends_on", "amount_pence", "contribution_pence", "cadence")
    return {name: told[name] for name in (*kept, "permitted_uses", "conditions")}


def as_services_answer(read: dict[str, Any]) -> dict[str, Any]:
    """The paths under which the services give a whole budget's parts."""
    base = f"/v1/people/{PERSON_ID}"
    paths = {
        base: read["person"],
        f"{base}/progress": read["progress"],
        f"{base}/allocation": read["allocation"],
        f"{base}/awards": read["awards"],
        f"{base}/budget": read["budget"],
        f"{base}/budget/entries": read["entries"],
    }
    return {path: body for path, body in paths.items() if body is not None}
