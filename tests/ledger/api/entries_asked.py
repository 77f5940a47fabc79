"""Entries as callers ask for them to be posted."""

from typing import Any
from uuid import UUID, uuid4

from tests.ledger.builders import ASC
from tests.ledger.spending.desk import Desk


def a_leg(fund_id: UUID | str | None, account: str, pence: Any, *, stream: str = ASC) -> dict[str, Any]:
    """One leg; debits above zero."""
    return {"stream": stream, "account": account, "fund_id": fund_id and str(fund_id), "amount_pence": pence}


def a_spend(desk: Desk, fund_id: UUID | str, pence: Any, **changes: Any) -> dict[str, Any]:
    """Money of a fund that was spent."""
    return {
        "entry_id": str(uuid4()),
        "kind": "spend",
        "value_date": "2009-06-12",
        "budget_id": str(desk.budget_id),
        "use": "care.personal",
        "reason": "Invoice",
        "legs": [a_leg(fund_id, "fund.available", pence), a_leg(fund_id, "fund.paid", _below_zero(pence))],
        **changes,
    }


def unbalanced(desk: Desk, fund_id: UUID, **changes: Any) -> dict[str, Any]:
    """A spend whose legs differ by a penny."""
    legs = [a_leg(fund_id, "fund.available", 100), a_leg(fund_id, "fund.paid", -99)]
    return a_spend(desk, fund_id, 100, **{"legs": legs, **changes})


def _below_zero(pence: Any) -> Any:
    return -pence if isinstance(pence, int | float) and not isinstance(pence, bool) else pence
