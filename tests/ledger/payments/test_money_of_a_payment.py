"""Money that is held for a payment of a run is moved by that payment alone, from its approval to the bank's answer."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.ledger.payments.payments_under_test import PaymentsUnderTest, told_as


def an_entry(kind: str, budget_id: str, fund: UUID, subject_id: str, *, to: str) -> dict[str, Any]:
    """An entry that takes what is held for a payment somewhere else."""
    legs: list[tuple[str, int, str | None]] = [("fund.committed", 80_000, str(fund)), (to, -80_000, str(fund))]
    if kind == "payment":
        legs += [("council.payments_control", 80_000, None), ("council.bank", -80_000, None)]
    return {
        "entry_id": str(uuid4()),
        "kind": kind,
        "value_date": "2009-06-01",
        "budget_id": budget_id,
        "use": "care.personal",
        "reason": "By hand",
        "subject_id": subject_id,
        "legs": [
            {"stream": "adult_social_care", "account": account, "amount_pence": pence, "fund_id": fund_id}
            for account, pence, fund_id in legs
        ],
    }


@pytest.mark.parametrize("state", ["approved", "filed", "sent"])
async def test_nobody_lets_go_of_or_settles_by_hand_what_a_run_pays(payments: PaymentsUnderTest, state: str) -> None:
    person, fund, _ = await payments.somebody_paid()
    run = await getattr(payments, state)()
    (item,) = await payments.items(run)
    budget = await payments.get(f"/people/{person}/budget")
    path = f"/people/{person}/budget/commitments/{item['payment_id']}"
    before = await payments.balances(fund)

    by_hand = {"on": "2009-06-01", "reason": "By hand"}
    refused = [await payments.refused(f"{path}/{what}", by_hand) for what in ("release", "settlements")]
    raw = [
        an_entry(kind, budget["budget_id"], fund, item["payment_id"], to=to)
        for kind, to in (("release", "fund.available"), ("expiry", "fund.available"), ("payment", "fund.advanced"))
    ]
    told = [await payments.ask("POST", "/entries", entry) for entry in raw]
    batch = (await payments.post("/entries:batch", {"entries": raw}))["answers"]
    ran_out = await payments.post("/commitments:expire", {"as_of": "2012-01-01"})

    assert [each[:2] for each in refused] == [(409, "held-for-a-payment")] * 2
    assert [answer.status_code for answer in told] == [422] * 3
    assert [answer["outcome"] for answer in batch] == ["refused"] * 3
    assert ran_out["commitment_ids"] == []
    assert await payments.balances(fund) == before
    if state == "sent":
        followed = await payments.tell(run, **{told_as(item): "paid"})
        assert followed["counts"] == {"settle": 1}
        assert (await payments.balances(fund))["fund.advanced"] == -80_000
