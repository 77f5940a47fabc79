"""A run over HTTP and database: what it pays, who may take which step, and what the journal says afterwards."""

import asyncio
from uuid import uuid4

import asyncpg
import pytest

from braid.contracts.payment import PaymentRejected, PaymentRunApproved, PaymentSettled
from braid.contracts.uses import PermittedUse, Use
from braid.kit.identity import Role
from tests.ledger.builders import Stream
from tests.ledger.ledger_under_test import connected
from tests.ledger.payments.payments_under_test import PAYER, PaymentsUnderTest, told_as


async def test_four_weeks_in_advance_net_of_the_contribution(payments: PaymentsUnderTest) -> None:
    """L19."""
    person = uuid4()
    fund = await payments.a_fund(person, contribution_pence=182_000)
    rate = {"from_on": "2009-06-01", "pence_per_week": 20_000, "contribution_pence_per_week": 3_500}
    await payments.a_schedule(person, fund, await payments.a_payee(person), paid="net", rates=[rate])

    run = await payments.paid()

    assert (run["state"], run["items"], run["pence"]) == ("done", {"settled": 1}, {"settled": 66_000})
    assert await payments.balances(fund) == {
        "funder.receivable": 858_000,
        "person.contribution_receivable": 182_000 - 14_000,
        "fund.available": -960_000,
        "fund.advanced": -80_000,
        "council.payments_control": 80_000,
        "council.bank": -66_000,
    }


async def test_four_weeks_in_advance_gross(payments: PaymentsUnderTest) -> None:
    """L20."""
    person = uuid4()
    fund = await payments.a_fund(person, contribution_pence=182_000)
    rate = {"from_on": "2009-06-01", "pence_per_week": 20_000, "contribution_pence_per_week": 3_500}
    await payments.a_schedule(person, fund, await payments.a_payee(person), rates=[rate])

    run = await payments.paid()

    assert run["pence"] == {"settled": 80_000}
    balances = await payments.balances(fund)
    assert balances["person.contribution_receivable"] == 182_000
    assert balances["council.bank"] == -80_000


async def test_a_year_is_paid_in_thirteen_runs_to_the_penny(payments: PaymentsUnderTest) -> None:
    _, fund, _ = await payments.somebody_paid()

    run = await payments.paid("2010-05-30")

    assert (run["items"], run["pence"]) == ({"settled": 13}, {"settled": 1_040_000})
    assert "fund.available" not in await payments.balances(fund)


async def test_one_invoice_over_two_funds_is_one_payment_in_two_parts(payments: PaymentsUnderTest) -> None:
    """L16."""
    person = uuid4()
    work, tenancy = (
        await payments.a_fund(person, stream=Stream.ACCESS_TO_WORK, others=permitting(Use.WORK_SUPPORT)),
        await payments.a_fund(person, stream=Stream.SUPPORTING_PEOPLE, others=permitting(Use.HOUSING_SUPPORT)),
    )
    provider = await payments.a_payee(person, kind="provider")
    parts, uses = {work: 20_000, tenancy: 10_000}, [Use.WORK_SUPPORT, Use.HOUSING_SUPPORT]
    first = await payments.an_invoice(person, provider, parts, uses=uses)

    again = await payments.an_invoice(person, provider, parts, uses=uses)
    otherwise = await payments.an_invoice(person, provider, {work: 1})
    run = await payments.paid()

    assert (first.status_code, again.json()) == (201, first.json())
    assert otherwise.status_code == 409
    assert (run["items"], run["pence"]) == ({"settled": 1}, {"settled": 30_000})
    assert (await payments.balances(work))["fund.paid"] == -20_000
    assert (await payments.balances(tenancy))["fund.paid"] == -10_000
    (told,) = (await payments.get(f"/people/{person}/payments"))["payments"]
    assert {part["stream"]: part["pence"] for part in told["parts"]} == {
        "access_to_work": 20_000,
        "supporting_people": 10_000,
    }


def permitting(use: Use) -> dict[str, object]:
    """What an award says that permits one use."""
    return {"permitted_uses": (PermittedUse(use=use, condition=None),)}


async def test_money_is_not_held_for_a_use_that_its_fund_does_not_permit(payments: PaymentsUnderTest) -> None:
    person = uuid4()
    fund = await payments.a_fund(person, others=permitting(Use.HOUSING_SUPPORT))
    await payments.an_invoice(person, await payments.a_payee(person, kind="provider"), {fund: 10_000})

    run = await payments.approved()

    (held,) = await payments.items(run, "held")
    assert [reason["code"] for reason in held["reasons"]] == ["not_held"]
    assert held["reasons"][0]["words"] == "The money cannot be held. The fund may not pay for this use."


async def test_a_run_built_twice_is_the_same_run_and_its_builder_does_not_approve_it(
    payments: PaymentsUnderTest,
) -> None:
    """L21."""
    await payments.somebody_paid()
    first = await payments.built()
    await payments.somebody_paid()

    second = await payments.built()

    assert second == first
    assert second["items"] == {"going": 1}
    path = f"/payment-runs/{first['run_id']}"
    await payments.post(f"{path}/check")
    assert (await payments.refused(f"{path}/approval", by="builder"))[:2] == (403, "same-person")
    assert (await payments.run(first))["state"] == "checked"


async def test_what_came_after_a_run_was_built_is_in_the_next_one(payments: PaymentsUnderTest) -> None:
    await payments.somebody_paid()
    await payments.built()
    await payments.somebody_paid()

    second = await payments.built(number=2)

    assert second["items"] == {"going": 1}


async def test_a_run_that_is_built_otherwise_is_refused(payments: PaymentsUnderTest) -> None:
    await payments.built()

    refused = await payments.refused("/payment-runs", {"due_by": "2009-06-01", "pay_on": "2009-06-02"})

    assert refused[:2] == (409, "run-built-otherwise")


async def test_every_step_is_on_record_with_who_took_it(payments: PaymentsUnderTest) -> None:
    await payments.somebody_paid()

    run = await payments.paid()

    assert [(step["step"], step["actor"]) for step in run["steps"]] == [
        ("build", "builder"),
        ("check", "builder"),
        ("approve", "approver"),
        ("file", "builder"),
        ("send", "builder"),
        ("finish", "builder"),
    ]


@pytest.mark.parametrize(
    ("step", "body", "named"),
    [
        ("approval", None, "run-not-checked"),
        ("file", {"format": "pain001", "payer": PAYER}, "run-not-checked"),
        ("sent", None, "run-not-checked"),
        ("finish", None, "run-not-checked"),
    ],
)
async def test_a_step_out_of_turn_is_refused_by_name(
    payments: PaymentsUnderTest, step: str, body: dict[str, object] | None, named: str
) -> None:
    run = await payments.built()

    answer = await payments.ask("POST", f"/payment-runs/{run['run_id']}/{step}", body, by="approver")

    assert answer.status_code == 409
    assert answer.json()["errors"][0]["name"] == named


async def test_a_file_is_not_read_before_it_is_made(payments: PaymentsUnderTest) -> None:
    run = await payments.built()

    answer = await payments.ask("GET", f"/payment-runs/{run['run_id']}/file")

    assert (answer.status_code, answer.json()["errors"][0]["name"]) == (409, "run-not-filed")


async def test_approving_holds_the_money_so_that_nothing_else_spends_it(payments: PaymentsUnderTest) -> None:
    _, fund, _ = await payments.somebody_paid()

    await payments.approved()

    balances = await payments.balances(fund)
    assert (balances["fund.available"], balances["fund.committed"]) == (-960_000, -80_000)


async def test_a_cancelled_run_lets_the_money_go_and_everything_is_due_as_before(payments: PaymentsUnderTest) -> None:
    _, fund, _ = await payments.somebody_paid()
    run = await payments.approved()

    cancelled = await payments.post(f"/payment-runs/{run['run_id']}/cancellation")
    again = await payments.paid(number=2)

    assert (cancelled["state"], cancelled["items"]) == ("cancelled", {"withdrawn": 1})
    assert again["items"] == {"settled": 1}
    assert (await payments.balances(fund))["fund.advanced"] == -80_000


async def test_a_run_is_not_cancelled_once_the_bank_may_have_its_file(payments: PaymentsUnderTest) -> None:
    await payments.somebody_paid()
    run = await payments.filed()

    answer = await payments.ask("POST", f"/payment-runs/{run['run_id']}/cancellation")

    assert (answer.status_code, answer.json()["errors"][0]["name"]) == (409, "run-already-filed")


async def test_a_run_of_nothing_makes_no_file(payments: PaymentsUnderTest) -> None:
    run = await payments.approved()

    refused = await payments.refused(f"/payment-runs/{run['run_id']}/file", {"format": "pain001", "payer": PAYER})

    assert refused[:2] == (422, "nothing-to-pay")
    assert (await payments.run(run))["state"] == "approved"


async def test_people_are_told_what_is_on_its_way_and_what_came_of_it(payments: PaymentsUnderTest) -> None:
    (paid, _, _), (refused, _, _) = await payments.somebody_paid(), await payments.somebody_paid()
    run = await payments.sent()
    by_person = {item["person_id"]: told_as(item) for item in await payments.items(run)}

    await payments.tell(run, **{by_person[str(paid)]: "paid", by_person[str(refused)]: "rejected AC04"})

    assert (await payments.ledger.published(paid))[-2:] == [PaymentRunApproved.TYPE, PaymentSettled.TYPE]
    assert (await payments.ledger.published(refused))[-2:] == [PaymentRunApproved.TYPE, PaymentRejected.TYPE]


async def test_two_officers_who_build_at_once_build_one_run(payments: PaymentsUnderTest) -> None:
    await payments.somebody_paid()

    runs = await asyncio.gather(*(payments.built() for _ in range(4)))

    assert {run["run_id"] for run in runs} == {runs[0]["run_id"]}
    assert (await payments.run(runs[0]))["items"] == {"going": 1}


async def test_runs_of_several_days_built_at_once_share_what_is_due_without_paying_it_twice(
    payments: PaymentsUnderTest,
) -> None:
    await payments.somebody_paid()

    runs = await asyncio.gather(*(payments.built(f"2009-07-{day:02}") for day in range(1, 5)))

    assert sum(sum(run["items"].values()) for run in runs) == 2


async def test_a_run_approved_twice_at_once_holds_its_money_once(payments: PaymentsUnderTest) -> None:
    _, fund, _ = await payments.somebody_paid()
    run = await payments.checked()

    answers = await asyncio.gather(
        *(payments.ask("POST", f"/payment-runs/{run['run_id']}/approval", by="approver") for _ in range(3))
    )

    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    assert (await payments.balances(fund))["fund.committed"] == -80_000


async def test_a_repeated_request_is_answered_as_the_first_and_does_nothing(payments: PaymentsUnderTest) -> None:
    await payments.somebody_paid()
    run = await payments.sent()
    path, key = f"/payment-runs/{run['run_id']}/finish", str(uuid4())

    first, second = [await payments.ask("POST", path, key=key) for _ in range(2)]

    assert (second.status_code, second.json()) == (first.status_code, first.json())
    assert second.headers["idempotency-replayed"] == "true"


async def test_the_database_itself_lets_nothing_be_under_way_twice(payments: PaymentsUnderTest) -> None:
    await payments.somebody_paid()
    await payments.sent()
    async with connected(payments.ledger.url("superuser")) as db:
        with pytest.raises(asyncpg.UniqueViolationError, match="uq_payment_item_due_under_way_once"):
            await db.execute(
                "INSERT INTO payment_item (payment_id, council, run_id, due_id, payee_id, sent_pence)"
                " SELECT gen_random_uuid(), council, gen_random_uuid(), due_id, payee_id, sent_pence FROM payment_item"
                " WHERE council = $1",
                payments.ledger.council,
            )


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM payment_item",
        "DELETE FROM payment_run_step",
        "UPDATE payment_run_step SET actor = 'other'",
        "UPDATE payment_item SET sent_pence = 1",
        "UPDATE payee_account SET account_number = '00000000'",
        "UPDATE payment_result SET word = 'paid'",
        "UPDATE payment_run SET due_by = '2010-01-01'",
        "UPDATE payment_schedule SET terms = '{}'",
        "TRUNCATE payment_due CASCADE",
    ],
)
async def test_the_application_cannot_rewrite_what_was_done(payments: PaymentsUnderTest, statement: str) -> None:
    async with payments.ledger.as_app() as db:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await db.execute(statement)


@pytest.mark.parametrize("role", [Role.PRACTITIONER, Role.AUDITOR, Role.BUDGET_HOLDER, Role.PARTNER])
async def test_only_finance_officers_build_runs(payments: PaymentsUnderTest, role: Role) -> None:
    answer = await payments.ask(
        "POST", "/payment-runs", {"due_by": "2009-06-01", "pay_on": "2009-06-01"}, role=role, person_id=uuid4()
    )

    assert answer.status_code == 403


async def test_a_person_sees_their_own_payments_and_nobody_elses(payments: PaymentsUnderTest) -> None:
    (person, _, _), (other, _, _) = await payments.somebody_paid(), await payments.somebody_paid()
    await payments.paid()

    def asked(about: object) -> object:
        return payments.ask("GET", f"/people/{about}/payments", role=Role.BUDGET_HOLDER, person_id=person)

    own, others = await asked(person), await asked(other)  # type: ignore[misc]

    told = own.json()["payments"]
    assert [(payment["status"], payment["gross_pence"]) for payment in told[:2]] == [
        ("settled", 80_000),
        ("open", 80_000),
    ]
    assert told[0]["working"] == ["28 days at £200.00 a week"]
    assert others.status_code == 404


async def test_another_councils_run_is_not_there(payments: PaymentsUnderTest, another_council: object) -> None:
    run = await payments.built()
    payments.ledger.council = another_council.council  # type: ignore[attr-defined]

    answer = await payments.ask("GET", f"/payment-runs/{run['run_id']}")

    assert answer.status_code == 404
