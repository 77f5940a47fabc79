"""What the check keeps out of a run, over everything that the database knows."""

import json
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.ledger.ledger_under_test import connected
from tests.ledger.payments.payments_under_test import PaymentsUnderTest, told_as


async def held_codes(payments: PaymentsUnderTest, run: Any) -> list[str]:
    return [reason["code"] for item in await payments.items(run, "held") for reason in item["reasons"]]


async def stop(payments: PaymentsUnderTest, person: UUID, **told: Any) -> Any:
    return await payments.post(f"/people/{person}/payment-stops", {"reason": "As recorded", **told})


async def test_after_a_death_nothing_more_is_paid_and_what_was_is_shown_for_decision(
    payments: PaymentsUnderTest,
) -> None:
    """L24, in another month."""
    person, fund, _ = await payments.somebody_paid()
    await payments.paid()
    before = await payments.balances(fund)

    await stop(payments, person, kind="death", from_on="2009-06-03")
    later = await payments.checked("2009-06-29", pay_on="2009-06-29")

    assert await held_codes(payments, later) == ["died"]
    told = await payments.get(f"/people/{person}/payment-stops")
    assert told["recoverable_pence"] == 71_429
    assert told["working"] == ["25 of 28 days from 1 June 2009 come after the death: £714.29 of £800.00"]
    assert await payments.balances(fund) == before, "nothing is recovered by itself"


async def test_a_death_recorded_after_the_approval_keeps_the_payment_out_of_the_file(
    payments: PaymentsUnderTest,
) -> None:
    (person, fund, _), _ = await payments.somebody_paid(), await payments.somebody_paid()
    run = await payments.approved()
    await stop(payments, person, kind="death", from_on="2009-05-31")

    filed = await payments.file(run)

    assert filed["items"] == {"going": 1, "withdrawn": 1}
    assert filed["file_payments"] == 1
    assert (await payments.balances(fund))["fund.available"] == -1_040_000


async def test_a_death_taken_back_lets_everything_be_paid(payments: PaymentsUnderTest) -> None:
    person, _, _ = await payments.somebody_paid()
    stopped = await stop(payments, person, kind="death", from_on="2009-05-31")
    await payments.post(f"/payment-stops/{stopped['stop_id']}/lifting", {"reason": "Somebody else of that name"})

    assert (await payments.paid())["items"] == {"settled": 1}


async def test_a_death_is_told_to_others_and_so_is_that_it_was_none(payments: PaymentsUnderTest) -> None:
    person, _, _ = await payments.somebody_paid()
    first = await stop(payments, person, kind="death", from_on="2009-05-31")
    second = await stop(payments, person, kind="death", from_on="2009-05-30")
    await stop(payments, person, kind="suspension", from_on="2009-05-01")
    for one in (second, first):
        await payments.post(f"/payment-stops/{one['stop_id']}/lifting", {"reason": "Somebody else of that name"})

    async with connected(payments.ledger.url("ops")) as db:
        rows = await db.fetch("SELECT value FROM outbox WHERE key = $1 ORDER BY id", str(person).encode())
    told = [json.loads(row["value"]) for row in rows]
    assert [event["died_on"] for event in told if "died_on" in event] == [
        "2009-05-31",
        "2009-05-30",
        "2009-05-31",
        None,
    ]


async def test_a_suspension_holds_its_own_days_until_it_is_lifted(payments: PaymentsUnderTest) -> None:
    person, _, _ = await payments.somebody_paid()
    suspended = await stop(payments, person, kind="suspension", from_on="2009-06-10", to_on="2009-06-12")

    run = await payments.checked("2009-06-29", pay_on="2009-06-29")
    assert run["items"] == {"going": 1, "held": 1}
    assert await held_codes(payments, run) == ["suspended"]

    await payments.post(f"/payment-stops/{suspended['stop_id']}/lifting", {"reason": "Home again"})
    assert (await payments.post(f"/payment-runs/{run['run_id']}/check"))["items"] == {"going": 2}


async def test_nothing_is_paid_into_an_account_that_nobody_confirmed(payments: PaymentsUnderTest) -> None:
    person = uuid4()
    fund, payee = await payments.a_fund(person), await payments.a_payee(person, confirmed=False)
    await payments.a_schedule(person, fund, payee)

    run = await payments.checked()
    assert await held_codes(payments, run) == ["account_not_confirmed"]

    refused = await payments.refused(f"/payees/{payee}/accounts/1/confirmation", by="writer")
    assert refused[:2] == (403, "same-person")
    await payments.confirm(payee, 1)
    assert (await payments.post(f"/payment-runs/{run['run_id']}/check"))["items"] == {"going": 1}


async def test_an_account_changed_after_the_approval_is_not_paid_into_by_that_run(payments: PaymentsUnderTest) -> None:
    (_, fund, payee), _ = await payments.somebody_paid(), await payments.somebody_paid()
    run = await payments.approved()
    await payments.confirm(payee, await payments.change_account(payee, "66374958"))

    filed = await payments.file(run)

    assert filed["items"] == {"going": 1, "withdrawn": 1}
    (withdrawn,) = await payments.items(filed, "withdrawn")
    assert withdrawn["reasons"][0]["words"] == "The account was changed after the run was approved."
    assert (await payments.paid(number=2))["items"] == {"settled": 1}
    assert (await payments.balances(fund))["fund.advanced"] == -80_000


async def test_a_fund_that_is_short_pays_what_it_can_and_the_rest_is_held(payments: PaymentsUnderTest) -> None:
    person = uuid4()
    fund, payee = await payments.a_fund(person, amount_pence=100_000), await payments.a_payee(person)
    await payments.a_schedule(person, fund, payee)

    run = await payments.approved("2009-06-29", pay_on="2009-06-29")

    assert run["items"] == {"going": 1, "held": 1}
    assert await held_codes(payments, run) == ["fund_short"]
    assert (await payments.balances(fund))["fund.committed"] == -80_000


async def test_money_that_went_elsewhere_since_the_check_is_not_promised_again(payments: PaymentsUnderTest) -> None:
    person = uuid4()
    fund, payee = await payments.a_fund(person, amount_pence=100_000), await payments.a_payee(person)
    await payments.a_schedule(person, fund, payee)
    checked = await payments.checked()
    await payments.an_invoice(person, payee, {fund: 50_000})
    assert (await payments.approved(number=2))["items"] == {"going": 1}

    approved = await payments.post(f"/payment-runs/{checked['run_id']}/approval", by="approver")

    assert approved["items"] == {"held": 1}
    assert await held_codes(payments, approved) == ["not_held"]
    assert (await payments.balances(fund))["fund.committed"] == -50_000


async def test_an_award_that_ended_meanwhile_is_not_paid_for_later_days(payments: PaymentsUnderTest) -> None:
    """L15, for payments."""
    person, _, _ = await payments.somebody_paid()
    await payments.ledger.take(
        payments.ledger.an_award_decided(person, version=2, amount_pence=60_000, ends_on=date(2009, 6, 21))
    )

    run = await payments.checked()

    assert "outside_award" in await held_codes(payments, run)


async def test_what_looks_like_a_duplicate_waits_until_somebody_has_looked_at_it(payments: PaymentsUnderTest) -> None:
    person, fund, payee = await payments.somebody_paid()
    await payments.a_schedule(person, fund, payee, name="entered twice")

    run = await payments.checked()
    assert run["items"] == {"going": 1, "held": 1}
    (held,) = await payments.items(run, "held")
    assert [reason["code"] for reason in held["reasons"]] == ["duplicate"]

    path = f"/payments-due/{held['due_id']}/let-go"
    assert (await payments.refused(path, {"code": "died", "reason": "No"}))[:2] == (409, "hold-stands")
    await payments.post(path, {"code": "duplicate", "reason": "Two assistants"})
    assert (await payments.post(f"/payment-runs/{run['run_id']}/check"))["items"] == {"going": 2}


async def test_a_duplicate_of_what_was_paid_before_is_held_too(payments: PaymentsUnderTest) -> None:
    person, fund, payee = await payments.somebody_paid()
    await payments.paid()
    await payments.a_schedule(person, fund, payee, name="entered twice")

    assert await held_codes(payments, await payments.checked(number=2)) == ["duplicate"]


async def test_a_payment_above_the_limit_waits_until_somebody_has_looked_at_it(payments: PaymentsUnderTest) -> None:
    await payments.somebody_paid()

    assert await held_codes(payments, await payments.checked(most_pence=79_999)) == ["above_limit"]


async def test_what_is_held_is_in_the_next_run(payments: PaymentsUnderTest) -> None:
    person, _, _ = await payments.somebody_paid()
    suspended = await stop(payments, person, kind="suspension", from_on="2009-06-01")
    await payments.approved()
    await payments.post(f"/payment-stops/{suspended['stop_id']}/lifting", {"reason": "Home again"})

    assert (await payments.paid(number=2))["items"] == {"settled": 1}


@pytest.mark.parametrize("sort_code", ["2000", "20000a", "20 00 00 0"])
async def test_an_account_that_cannot_be_is_refused(payments: PaymentsUnderTest, sort_code: str) -> None:
    person = uuid4()
    await payments.a_fund(person)
    given = {"kind": "holder", "sort_code": sort_code, "account_number": "55779911", "name": "A Payee"}

    assert (await payments.refused(f"/people/{person}/payees", given))[:2] == (422, "account-impossible")


async def test_what_was_sent_before_its_award_was_shortened_is_settled_when_the_bank_has_paid_it(
    payments: PaymentsUnderTest,
) -> None:
    person, fund, _ = await payments.somebody_paid()
    run = await payments.sent()
    await payments.ledger.take(
        payments.ledger.an_award_decided(person, version=2, amount_pence=1_040_000, ends_on=date(2009, 6, 21))
    )

    (item,) = await payments.items(run)
    followed = await payments.tell(run, **{told_as(item): "paid"})

    assert followed["counts"] == {"settle": 1}
    assert (await payments.balances(fund))["fund.advanced"] == -80_000


async def test_a_whole_fund_paid_in_advance_is_held_for_no_use_of_its_own(payments: PaymentsUnderTest) -> None:
    person, _, _ = await payments.somebody_paid()
    await payments.paid()

    entries = (await payments.get(f"/people/{person}/budget/entries"))["entries"]

    assert [(entry["kind"], entry["use"]) for entry in entries[1:]] == [("commitment", None), ("payment", None)]
