"""What becomes due by schedules, receipts and certificates, and what a later version of a schedule changes."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from braid.contracts.award import AwardStatus
from tests.ledger.builders import Stream
from tests.ledger.payments.payments_under_test import FOUR_WEEKLY, PaymentsUnderTest


async def told(payments: PaymentsUnderTest, person: UUID) -> list[tuple[str, int, str]]:
    """Day, sum and status of everything that is or was due to a person."""
    return [
        (each["due_on"], each["gross_pence"], each["status"])
        for each in (await payments.get(f"/people/{person}/payments"))["payments"]
    ]


def terms(pence_per_week: int, *, later: tuple[str, int] | None = None, **others: Any) -> dict[str, Any]:
    rates = [{"from_on": "2009-06-01", "pence_per_week": pence_per_week}]
    if later:
        rates.append({"from_on": later[0], "pence_per_week": later[1]})
    return {**FOUR_WEEKLY, "rates": rates, **others}


async def test_a_schedule_opened_twice_under_one_name_is_refused(payments: PaymentsUnderTest) -> None:
    person, fund, payee = await payments.somebody_paid()
    body = {
        "name": "main",
        "fund_id": str(fund),
        "payee_id": str(payee),
        "reference": "CARE BUDGET",
        "reason": "Again",
        "terms": terms(20_000),
    }

    assert (await payments.refused(f"/people/{person}/payment-schedules", body))[:2] == (409, "schedule-there-already")


async def test_a_higher_rate_from_a_day_that_is_paid_for_is_made_up_once(payments: PaymentsUnderTest) -> None:
    person, fund, payee = await payments.somebody_paid()
    schedule = (await payments.get(f"/people/{person}/payment-schedules"))["schedules"][0]["schedule_id"]
    await payments.paid()
    higher = {"payee_id": str(payee), "terms": terms(20_000, later=("2009-06-15", 21_000)), "reason": "Reviewed"}

    revised = await payments.post(f"/payment-schedules/{schedule}/versions", higher)
    run = await payments.paid("2009-06-29", pay_on="2009-06-29")
    again = await payments.post(f"/payment-schedules/{schedule}/versions", {**higher, "reason": "Typed once more"})

    assert (revised["version"], again["version"], again["recoverable_pence"]) == (2, 3, 0)
    assert run["pence"] == {"settled": 84_000 + 2_000}
    assert next(each for each in await told(payments, person) if each[2] == "open")[:2] == ("2009-07-27", 84_000)
    assert -(await payments.balances(fund))["fund.advanced"] == 80_000 + 2_000 + 84_000


async def test_a_lower_rate_from_a_day_that_is_paid_for_is_for_decision(payments: PaymentsUnderTest) -> None:
    person, fund, payee = await payments.somebody_paid()
    schedule = (await payments.get(f"/people/{person}/payment-schedules"))["schedules"][0]["schedule_id"]
    await payments.paid()
    before = await payments.balances(fund)

    revised = await payments.post(
        f"/payment-schedules/{schedule}/versions",
        {"payee_id": str(payee), "terms": terms(20_000, later=("2009-06-15", 15_000)), "reason": "Reviewed"},
    )

    assert revised["recoverable_pence"] == 10_000
    assert await payments.balances(fund) == before
    assert (await told(payments, person))[1] == ("2009-06-29", 60_000, "open")


async def test_a_schedule_that_ends_earlier_withdraws_what_is_not_in_a_run(payments: PaymentsUnderTest) -> None:
    person, _, payee = await payments.somebody_paid()
    schedule = (await payments.get(f"/people/{person}/payment-schedules"))["schedules"][0]["schedule_id"]
    run = await payments.built()

    await payments.post(
        f"/payment-schedules/{schedule}/versions",
        {"payee_id": str(payee), "terms": terms(20_000, ends_on="2009-07-05"), "reason": "Ends"},
    )

    due = await told(payments, person)
    assert due[:2] == [("2009-06-01", 80_000, "going"), ("2009-06-29", 20_000, "open")]
    assert {status for _, _, status in due[2:]} == {"withdrawn"}
    assert (await payments.run(run))["items"] == {"going": 1}


async def test_receipts_are_paid_back_each_by_its_own_day(payments: PaymentsUnderTest) -> None:
    """L35."""
    person = uuid4()
    fund = await payments.a_fund(person, stream=Stream.ACCESS_TO_WORK, amount_pence=100_000)
    claimed = {
        "fund_id": str(fund),
        "payee_id": str(await payments.a_payee(person)),
        "use": "care.personal",
        "claimed_on": "2009-07-01",
        "payment_reference": "WORK TRAVEL",
        "receipts": [
            {"reference": "taxi 1", "dated": "2009-05-31", "pence": 14_000},
            {"reference": "taxi 2", "dated": "2009-06-10", "pence": 14_000},
            {"reference": "taxi 3", "dated": "2009-06-17", "pence": 14_000},
        ],
    }

    first = await payments.post(f"/people/{person}/receipts", claimed)
    again = await payments.post(f"/people/{person}/receipts", claimed)
    run = await payments.paid("2009-07-01", pay_on="2009-07-01")

    assert first["payable_pence"] == 28_000
    assert first["refused"] == {"taxi 1": "Nothing bought before the award is paid back, and it began on 1 June 2009."}
    assert (again["payable_pence"], len(again["refused"])) == (0, 3)
    assert run["pence"] == {"settled": 28_000}


async def test_works_are_paid_on_certificates_and_never_above_the_grant(payments: PaymentsUnderTest) -> None:
    """L34."""
    person = uuid4()
    fund = await payments.a_fund(person, stream=Stream.DISABLED_FACILITIES_GRANT, amount_pence=1_200_000)
    builder = await payments.a_payee(person, kind="provider")

    def certificate(stage: int, pence: int, day: str) -> dict[str, Any]:
        return {
            "fund_id": str(fund),
            "payee_id": str(builder),
            "use": "care.personal",
            "certified_on": day,
            "stage": stage,
            "certified_pence": pence,
            "grant_pence": 1_200_000,
            "shares": [40, 50, 10],
            "reference": f"STAGE {stage}",
        }

    path = f"/people/{person}/certificates"
    first = await payments.post(path, certificate(1, 480_000, "2009-07-01"))
    second = await payments.post(path, certificate(2, 550_000, "2009-08-03"))
    too_early = await payments.refused(path, certificate(4, 1, "2009-09-01"))
    paid_so_far = await payments.paid("2009-08-03", pay_on="2009-08-03")
    last = await payments.post(path, certificate(3, 200_000, "2009-09-01"))
    paid_at_last = await payments.paid("2009-09-01", pay_on="2009-09-01")

    assert [stage["payable_pence"] for stage in (first, second, last)] == [480_000, 550_000, 170_000]
    assert [stage["left_pence"] for stage in (first, second, last)] == [720_000, 170_000, 0]
    assert last["held_back_pence"] == 30_000
    assert too_early[:2] == (409, "stage-not-next")
    assert paid_so_far["pence"] == {"settled": 480_000 + 550_000}
    assert paid_at_last["pence"] == {"settled": 170_000}
    assert (await payments.balances(fund))["fund.paid"] == -1_200_000


async def test_money_that_is_not_confirmed_pays_nobody(payments: PaymentsUnderTest) -> None:
    person = uuid4()
    fund = await payments.a_fund(person, status=AwardStatus.INDICATIVE)
    payee = await payments.a_payee(person)
    body = {
        "name": "main",
        "fund_id": str(fund),
        "payee_id": str(payee),
        "reference": "CARE BUDGET",
        "reason": "Too early",
        "terms": terms(20_000),
    }

    assert (await payments.refused(f"/people/{person}/payment-schedules", body))[0] == 404


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"rates": [{"from_on": "2009-06-02", "pence_per_week": 100}]}, "rate-missing"),
        ({"ends_on": "2009-05-31"}, "dates-out-of-order"),
        (
            {"rates": [{"from_on": "2009-06-01", "pence_per_week": 100, "contribution_pence_per_week": 101}]},
            "contribution-above-rate",
        ),
        ({"every": "week", "ends_on": "2039-06-01"}, "dates-out-of-order"),
        ({"whole_pence": 100}, "invalid-request"),
        ({"rates": []}, "invalid-request"),
        ({"every": "fortnight"}, "invalid-request"),
    ],
)
async def test_terms_that_cannot_be_paid_are_refused(
    payments: PaymentsUnderTest, wrong: dict[str, Any], problem: str
) -> None:
    person = uuid4()
    body = {
        "name": "main",
        "fund_id": str(await payments.a_fund(person)),
        "payee_id": str(await payments.a_payee(person)),
        "reference": "CARE BUDGET",
        "reason": "As agreed",
        "terms": terms(20_000, **wrong),
    }

    assert (await payments.refused(f"/people/{person}/payment-schedules", body))[:2] == (422, problem)


async def test_nobody_is_paid_into_another_persons_account(payments: PaymentsUnderTest) -> None:
    (person, fund, _), (_, _, anothers) = await payments.somebody_paid(), await payments.somebody_paid()

    schedule = {
        "name": "other",
        "fund_id": str(fund),
        "payee_id": str(anothers),
        "reference": "CARE BUDGET",
        "reason": "By mistake",
        "terms": terms(20_000),
    }

    assert (await payments.refused(f"/people/{person}/payment-schedules", schedule))[0] == 404
    assert (await payments.an_invoice(person, anothers, {fund: 100})).status_code == 404


async def test_a_provider_is_paid_for_a_use_that_is_told(payments: PaymentsUnderTest) -> None:
    person = uuid4()
    fund, provider = await payments.a_fund(person), await payments.a_payee(person, kind="provider")
    schedule = {
        "name": "agency",
        "fund_id": str(fund),
        "payee_id": str(provider),
        "reference": "AGENCY",
        "reason": "As agreed",
        "terms": terms(20_000),
    }

    assert (await payments.refused(f"/people/{person}/payment-schedules", schedule))[:2] == (422, "use-missing")
    await payments.post(f"/people/{person}/payment-schedules", {**schedule, "use": "care.personal"})
    assert (await payments.paid())["items"] == {"settled": 1}
    assert (await payments.balances(fund))["fund.paid"] == -80_000
