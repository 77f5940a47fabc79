"""Entries over HTTP with strange things in every place: each is answered, and no penny is out of place."""

import json
from datetime import date
from typing import Any

import pytest

from services.ledger.domain.chart_of_accounts import Account
from tests.ledger.api.entries_asked import a_leg, a_spend
from tests.ledger.builders import ASC
from tests.ledger.spending.desk import Desk

TEXTS = (
    "", " ", "\x00", "a\x00b", "\ud800", "\uffff", "\U0010ffff", "\u202eevil", "\u200b", "é" * 500, "é" * 501,
    "'; DROP TABLE fund; --", "$1", "{}", "\\x00", "\n\r\t", "null", "١٢", "𝟙", "e\u0301" * 100,
)  # fmt: skip
NUMBERS = (
    0, -0.0, -1, 1.0, 1.5, 1e400, 10**400, -(10**400), 2**31, 2**53, 2**63 - 1, 2**63, -(2**63) - 1, float("nan"), True,
    False, "1", "1e3", "0x10",
)  # fmt: skip
DATES = (
    "0001-01-01", "9999-12-31", "0000-01-01", "10000-01-01", "-0001-01-01", "2009-02-29", "2009-06-31", "2009-6-1",
    "2009-06-12T00:00:00Z", "2009-06-12T23:59:60Z", "infinity", "today", "12/06/2009", "２００９-06-12",
)  # fmt: skip
OTHERS: tuple[Any, ...] = (None, [], {}, [[]], [None], {"a": {"b": []}}, "00000000-0000-0000-0000-000000000000")
STRANGE: tuple[Any, ...] = (*TEXTS, *NUMBERS, *DATES, *OTHERS)
FIELDS = (
    "entry_id", "kind", "value_date", "budget_id", "use", "reason", "subject_id", "reverses", "linked", "expires_on",
    "item_id", "legs", "unknown",
)  # fmt: skip
LEG_FIELDS = ("stream", "account", "fund_id", "amount_pence", "unknown")


def strange_entries(desk: Desk, fund: Any) -> list[dict[str, Any]]:
    """A spend with one thing strange about it, for each place and each thing."""
    found = [a_spend(desk, fund, 1, **{name: value}) for name in FIELDS for value in STRANGE]
    for name in LEG_FIELDS:
        for value in STRANGE:
            entry = a_spend(desk, fund, 1)
            entry["legs"][1][name] = value
            found.append(entry)
    return found


def as_sent(body: Any) -> bytes:
    """JSON with numbers and halves of characters as anybody might send them."""
    return json.dumps(body, ensure_ascii=True, allow_nan=True).encode()


async def send(desk: Desk, path: str, body: Any) -> Any:
    return await desk.ask("POST", path, content=as_sent(body))


async def test_whatever_stands_in_an_entry_it_is_answered_and_no_penny_is_out_of_place(desk: Desk) -> None:
    fund = await desk.award(pence=520_000)
    # Every third, since each is a request of its own; the batch below has them all.
    entries = strange_entries(desk, fund)[::3]

    told = []
    for entry in entries:
        answer = await send(desk, "/v1/entries", entry)
        told.append(answer.status_code)
        assert answer.status_code in (200, 201, 409, 422), (entry, answer.text)
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json"

    posted = sum(code == 201 for code in told)
    assert await desk.balance(fund, Account.FUND_PAID) == posted
    assert 0 < posted < len(entries) / 4
    assert (await desk.ledger.proof()).holds


async def test_a_batch_of_nothing_but_strange_entries_answers_each(desk: Desk) -> None:
    fund = await desk.award(pence=520_000)
    entries = strange_entries(desk, fund)

    told = (await send(desk, "/v1/entries:batch", {"entries": entries})).json()["answers"]

    assert len(told) == len(entries)
    assert await desk.balance(fund, Account.FUND_PAID) == sum(one["outcome"] == "posted" for one in told) > 0
    assert (await desk.ledger.proof()).holds


@pytest.mark.parametrize("day", [date.min, date.max])
async def test_a_day_that_no_budget_can_be_about_is_told_as_such(desk: Desk, day: date) -> None:
    """A refund asks for no period of its fund; the journal itself would take any day."""
    fund = await desk.award(pence=1_000)
    await desk.ask("POST", "/v1/entries", a_spend(desk, fund, 10))
    legs = [a_leg(fund, "fund.paid", 1), a_leg(fund, "fund.available", -1)]

    entry = a_spend(desk, fund, 1, kind="refund", value_date=f"{day}", legs=legs)
    answer = await desk.ask("POST", "/v1/entries", entry)

    assert answer.status_code == 422
    assert await desk.balance(fund, Account.FUND_PAID) == 10


async def test_as_many_entries_and_legs_as_may_be_are_posted_and_one_more_is_not(desk: Desk) -> None:
    fund = await desk.award(pence=520_000)
    entries = [a_spend(desk, fund, 1) for _ in range(5_000)]
    legs = [a_leg(fund, "fund.available", 50), *(a_leg(fund, "fund.paid", -1) for _ in range(50))]

    answer = await desk.ask("POST", "/v1/entries:batch", {"entries": entries})
    too_many = await desk.ask("POST", "/v1/entries", a_spend(desk, fund, 1, legs=legs))

    assert {one["outcome"] for one in answer.json()["answers"]} == {"posted"}
    assert too_many.status_code == 422
    assert await desk.balance(fund, Account.FUND_PAID) == 5_000
    assert ASC in (await desk.ledger.proof()).pence_by_stream
