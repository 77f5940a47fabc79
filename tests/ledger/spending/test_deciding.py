"""Money of a fund that was spent on what nobody pays for: asked back by a recovery, or written off by two people."""

from typing import Any
from uuid import UUID

import pytest

from braid.kit.identity import Role
from services.ledger.domain.chart_of_accounts import Account
from tests.ledger.builders import ASC
from tests.ledger.spending.builders import FIRST_DAY
from tests.ledger.spending.desk import Desk, Line

TERMS = {
    "instalments": 5,
    "every": "month",
    "notice_on": "2009-07-15",
    "reply_by": "2009-08-15",
    "first_due_on": "2009-09-01",
}


@pytest.fixture
async def fund(desk: Desk) -> UUID:
    """Five hundred pounds in the person's account."""
    fund = await desk.award()
    await desk.pay_out(fund, 50_000)
    return fund


async def asked(desk: Desk, pence: int = 2_500) -> Any:
    """A question about money that went to a bookmaker."""
    return (await desk.take_in(Line(FIRST_DAY, "Bookmaker", pence)))["queries"][0]


async def answer(desk: Desk, query: Any, word: str, *, by: str = "officer", **others: Any) -> Any:
    body = {"answer": word, "on": "2009-07-15", "reason": "Not in the plan", **others}
    return await desk.ask("POST", f"{desk.home}/queries/{query['query_id']}/answer", body, by=by)


async def test_paying_back_proposes_a_recovery_that_somebody_else_decides(desk: Desk, fund: UUID) -> None:
    query = await asked(desk)

    told = await answer(desk, query, "pay_back", fund_id=str(fund), pay_back=TERMS)

    assert told.status_code == 200, told.text
    answered = told.json()["queries"][0]
    assert answered["answer"] == "pay_back"
    (recovery,) = (await desk.get(f"/v1/people/{desk.person}/recoveries"))["recoveries"]
    assert recovery["recovery_id"] == answered["recovery_id"]
    assert (recovery["pence"], recovery["state"], recovery["author"]) == (2_500, "proposed", "officer")
    assert await desk.balance(fund, Account.FUND_ADVANCED) == 50_000, "nothing is owed before it is decided"

    path = f"/v1/recoveries/{recovery['recovery_id']}/decision"
    assert (await desk.ask("POST", path, {"on": "2009-07-15"}, by="officer")).status_code == 403
    decided = await desk.ask("POST", path, {"on": "2009-07-15"}, by="manager", role=Role.APPROVER)
    assert [one["pence"] for one in decided.json()["instalments"]] == [500] * 5
    assert await desk.balance(fund, Account.FUND_ADVANCED) == 47_500
    assert (await desk.spends())[0]["state"] == "set_aside"


async def test_writing_off_takes_a_second_person_and_is_at_the_councils_cost(desk: Desk, fund: UUID) -> None:
    query = await asked(desk)

    first = await answer(desk, query, "write_off", fund_id=str(fund))
    same = await answer(desk, query, "write_off", fund_id=str(fund))
    assert (first.status_code, first.json()["queries"][0]["answer"]) == (200, None)
    assert (same.status_code, same.json()["type"].rsplit("/", 1)[-1]) == (403, "same-person")
    assert await desk.balance(fund, Account.FUND_ADVANCED) == 50_000
    assert (await desk.spends())[0]["state"] == "asked"

    second = await answer(desk, query, "write_off", fund_id=str(fund), by="manager")

    assert second.json()["queries"][0]["answer"] == "write_off"
    assert await desk.balance(fund, Account.FUND_ADVANCED) == 47_500
    assert await desk.balance(fund, Account.FUND_RECOVERED) == 2_500
    balances = await desk.ledger.trial_balance()
    assert balances[ASC, "council.written_off"] == 2_500
    assert (ASC, "person.recovery_receivable") not in balances
    assert (await desk.spends())[0]["state"] == "set_aside"
    assert (await desk.ledger.proof()).holds
    statement = await desk.get(f"{desk.home}/statement", first="2009-07-01", last="2009-07-31")
    assert [one["text"] for one in statement["movements"]] == ["Written off by the council: you need not pay it back"]


async def test_a_write_off_that_is_taken_back_asks_again_and_takes_two_people_anew(desk: Desk, fund: UUID) -> None:
    query = await asked(desk)
    for by in ("officer", "manager"):
        await answer(desk, query, "write_off", fund_id=str(fund), by=by)
    entries = (await desk.get(f"{desk.home}/entries"))["entries"]
    (written_off,) = [one["entry_id"] for one in entries if one["kind"] == "recovery"]

    reversal = {"reason": "The shop has given it back"}
    taken_back = await desk.ask("POST", f"/v1/entries/{written_off}/reversal", reversal, by="officer")

    assert taken_back.status_code == 201, taken_back.text
    (again,) = (await desk.get(f"{desk.home}/queries", is_open=True))["queries"]
    assert (again["query_id"], again["answer"]) == (query["query_id"], None)
    assert again["history"][-1]["words"] == "Taken back: write off. The shop has given it back"
    assert (await desk.spends())[0]["state"] == "asked"
    assert await desk.balance(fund, Account.FUND_ADVANCED) == 50_000
    first = await answer(desk, query, "write_off", fund_id=str(fund), by="manager")
    assert first.json()["queries"][0]["answer"] is None, "what was proposed before is not decided a second time"
    second = await answer(desk, query, "write_off", fund_id=str(fund))
    assert second.json()["queries"][0]["answer"] == "write_off"
    assert await desk.balance(fund, Account.FUND_ADVANCED) == 47_500
    assert (await desk.ledger.trial_balance())[ASC, "council.written_off"] == 2_500
    assert (await desk.ledger.proof()).holds


async def test_taking_back_another_entry_leaves_an_answer_as_it_is(desk: Desk, fund: UUID) -> None:
    query = await asked(desk)
    for by in ("officer", "manager"):
        await answer(desk, query, "write_off", fund_id=str(fund), by=by)
    entries = (await desk.get(f"{desk.home}/entries"))["entries"]
    (written_off,) = [one["entry_id"] for one in entries if one["kind"] == "recovery"]
    reversal = {"reason": "A slip"}
    await desk.ask("POST", f"/v1/entries/{written_off}/reversal", reversal)
    for by in ("manager", "officer"):
        await answer(desk, query, "write_off", fund_id=str(fund), by=by)

    twice = await desk.ask("POST", f"/v1/entries/{written_off}/reversal", reversal)

    assert twice.status_code == 409
    assert (await desk.get(f"{desk.home}/queries", is_open=True))["queries"] == []


async def test_no_more_is_written_off_than_the_person_has_of_the_fund(desk: Desk, fund: UUID) -> None:
    query = await asked(desk, 60_000)
    await answer(desk, query, "write_off", fund_id=str(fund))

    refused = await answer(desk, query, "write_off", fund_id=str(fund), by="manager")

    assert (refused.status_code, refused.json()["type"].rsplit("/", 1)[-1]) == (409, "not-written-off")
    assert (await desk.get(f"{desk.home}/queries", is_open=True))["queries"][0]["answer"] is None


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({}, "fund-missing"),
        ({"fund_id": True}, "fund-missing"),
        ({"pay_back": TERMS}, "fund-missing"),
        ({"fund_id": "1f0c1a52-7c59-5b0e-9b51-51c1b2a3c002", "pay_back": TERMS}, "not-found"),
        ({"fund_id": True, "pay_back": {**TERMS, "reply_by": "2009-07-15"}}, "recovery-refused"),
    ],
    ids=["nothing told", "no terms", "no fund", "another's fund", "no time to reply"],
)
async def test_a_recovery_without_its_terms_is_not_proposed(
    desk: Desk, fund: UUID, given: dict[str, Any], kind: str
) -> None:
    query = await asked(desk)
    told = {**given, "fund_id": str(fund)} if given.get("fund_id") is True else given

    refused = await answer(desk, query, "pay_back", **told)

    assert refused.json()["type"].rsplit("/", 1)[-1] == kind
    assert (await desk.get(f"/v1/people/{desk.person}/recoveries"))["recoveries"] == []
    assert (await desk.get(f"{desk.home}/queries", is_open=True))["queries"][0]["answer"] is None
