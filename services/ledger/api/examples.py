"""Requests that the API's description shows; tests send each of them, on a budget with the ids that they name."""

from typing import Any

BUDGET_ID = "1f0c1a52-7c59-5b0e-9b51-51c1b2a3c002"
FUND_ID = "2e0c1a52-7c59-5b0e-9b51-51c1b2a3c003"

_CARE_IN_THE_MORNING = {
    "item_id": "5b1f7c58-3d52-4e3f-9d6b-1f9a53a6a0c1",
    "text": "Personal assistant, mornings",
    "use": "care.personal",
    "pence": 8_000,
    "cadence": "weekly",
    "starts_on": "2009-06-01",
    "ends_on": "2010-05-30",
    "relation": "not_related",
}
_CLASS = {
    "item_id": "5b1f7c58-3d52-4e3f-9d6b-1f9a53a6a0c2",
    "text": "Evening class",
    "use": "leisure.activity",
    "pence": 2_500,
    "cadence": "monthly",
    "starts_on": "2009-09-01",
    "ends_on": "2010-04-30",
    "circumstances": {"outcome_in_plan": True},
}

#: The plan that was agreed; another in its place; and one that no longer has an item for which money is held.
PLAN_CHECKS: tuple[dict[str, Any], ...] = (
    {},
    {"items": [_CARE_IN_THE_MORNING, _CLASS]},
    {"items": [_CARE_IN_THE_MORNING], "gives_up": [_CLASS["item_id"]], "counts_advanced": True},
)


def _entry(number: int, kind: str, source: str, target: str, pence: int, **others: Any) -> dict[str, Any]:
    """An entry that takes money of a fund from one of its accounts to another."""
    legs = [
        {"stream": "adult_social_care", "account": source, "fund_id": FUND_ID, "amount_pence": pence},
        {"stream": "adult_social_care", "account": target, "fund_id": FUND_ID, "amount_pence": -pence},
    ]
    return {
        "entry_id": f"0d2b7a52-7c59-4b0e-9b51-51c1b2a3c{number:03}",
        "kind": kind,
        "value_date": "2009-06-12",
        "budget_id": BUDGET_ID,
        "use": "care.personal",
        "legs": legs,
        **others,
    }


#: One by itself; and an advance with what was spent of it, of which neither is posted without the other.
BATCHES: tuple[dict[str, Any], ...] = (
    {
        "entries": [
            _entry(101, "spend", "fund.available", "fund.paid", 5_000, reason="Invoice 1041"),
            _entry(102, "payment", "fund.available", "fund.advanced", 20_000, reason="Paid in advance", linked=1),
            _entry(103, "spend", "fund.advanced", "fund.paid", 12_000, reason="Maria Kowalska, wages", linked=1),
        ]
    },
)
