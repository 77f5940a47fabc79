"""What awards say of other streams' money, as their events carry it."""

from typing import Any

from tests.ledger.builders import ASC

LEAST_TEXT = "The fund pays only beside at least £340.00 a week from the council, on average over the award."
MOST_TEXT = "Council and fund together pay at most £785.00 a week, on average over the award."


def beside_council(pence: int, text: str, **changes: Any) -> dict[str, Any]:
    """One sum over the council's money."""
    usual = {"streams": [ASC], "pence": pence, "per": "week_on_average", "text": text}
    return {**usual, "citation": "Policy 25", "unconfirmed": False, **changes}


LEAST = {"minimums": [beside_council(34_000, LEAST_TEXT)]}
MOST = {"joint_limits": [beside_council(78_500, MOST_TEXT, citation="Newsletter", unconfirmed=True)]}
