"""A supplier's invoice is counted once: to be paid by a run, in a file of what was paid, or in both."""

import base64
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest

from services.ledger.domain.chart_of_accounts import Account
from tests.ledger.spending.desk import Desk


def _file(number: str, pence: Sequence[int], provider: str = "Sunrise Care Ltd") -> dict[str, Any]:
    rows = [
        f"{provider},{number},P1,Care {line},2009-06-01,2009-06-07,{each / 100:.2f}" for line, each in enumerate(pence)
    ]
    content = base64.b64encode("\r\n".join(["provider,invoice,person_ref,item,from,to,sum", *rows]).encode()).decode()
    return {"format": "invoices.csv", "content": content, "person_ref": "P1"}


async def _a_provider(desk: Desk, name: str = "Sunrise Care") -> str:
    body = {"kind": "provider", "sort_code": "200000", "account_number": "55779911", "name": name}
    answer = await desk.ask("POST", f"/v1/people/{desk.person}/payees", body)
    return str(answer.json()["payee_id"])


async def _make_due(desk: Desk, payee: str, fund: UUID, number: str, pence: int) -> Any:
    body = {
        "number": number,
        "payee_id": payee,
        "from_on": "2009-06-01",
        "to_on": "2009-06-07",
        "due_on": "2009-06-10",
        "parts": [{"fund_id": str(fund), "pence": pence, "use": "care.personal"}],
        "reference": "INVOICE",
        "why": "Care in June",
    }
    return await desk.ask("POST", f"/v1/people/{desk.person}/invoices-due", body)


@pytest.fixture
async def fund(desk: Desk) -> UUID:
    """Money for care, and a plan that has the provider."""
    fund = await desk.award()
    await desk.plan("Care", ["Sunrise Care"], 30_000)
    return fund


async def test_an_invoice_that_was_taken_in_as_paid_is_not_made_due(desk: Desk, fund: UUID) -> None:
    payee = await _a_provider(desk)
    taken = await desk.ask("POST", f"{desk.home}/spending-files", _file("INV-1041", [10_000, 5_000]))
    assert taken.json()["queries"] == []

    refused = await _make_due(desk, payee, fund, "inv 1041", 15_000)

    assert refused.status_code == 409
    assert refused.json()["type"].endswith("/invoice-counted-already")
    assert "spending" in refused.json()["detail"]
    assert await desk.balance(fund, Account.FUND_PAID) == 15_000
    assert (await _make_due(desk, payee, fund, "INV-1042", 15_000)).status_code == 201


async def test_a_file_that_tells_of_an_invoice_that_a_run_pays_posts_nothing(desk: Desk, fund: UUID) -> None:
    payee = await _a_provider(desk)
    assert (await _make_due(desk, payee, fund, "1041", 15_000)).status_code == 201

    taken = await desk.ask("POST", f"{desk.home}/spending-files", _file("1041", [10_000, 5_000]))

    assert taken.status_code == 201, taken.text
    assert {key: taken.json()[key] for key in ("new", "unchanged", "paid_by_runs")} == {
        "new": 0,
        "unchanged": 0,
        "paid_by_runs": 2,
    }
    assert await desk.balance(fund, Account.FUND_PAID) == 0
    assert await desk.spends() == []


async def test_a_file_with_another_sum_than_the_run_pays_is_refused_whole(desk: Desk, fund: UUID) -> None:
    payee = await _a_provider(desk)
    await _make_due(desk, payee, fund, "1041", 15_000)

    refused = await desk.ask("POST", f"{desk.home}/spending-files", _file("1041", [10_000]))

    assert (refused.status_code, refused.json()["type"].rsplit("/", 1)[-1]) == (409, "invoice-counted-already")
    assert "£150.00" in refused.json()["detail"]
    assert "£100.00" in refused.json()["detail"]
    assert await desk.spends() == []


async def test_another_supplier_may_have_the_same_number(desk: Desk, fund: UUID) -> None:
    payee = await _a_provider(desk, "Open Doors")
    await desk.ask("POST", f"{desk.home}/spending-files", _file("1041", [15_000]))

    assert (await _make_due(desk, payee, fund, "1041", 15_000)).status_code == 201


async def test_the_same_invoice_due_to_a_supplier_written_down_twice_is_due_once(desk: Desk, fund: UUID) -> None:
    first, second = await _a_provider(desk), await _a_provider(desk, "SUNRISE CARE LIMITED")
    assert (await _make_due(desk, first, fund, "1041", 15_000)).status_code == 201
    assert (await _make_due(desk, first, fund, "1041", 15_000)).status_code == 201

    refused = await _make_due(desk, second, fund, "1041", 15_000)

    assert (refused.status_code, refused.json()["type"].rsplit("/", 1)[-1]) == (409, "invoice-counted-already")
