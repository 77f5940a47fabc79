"""Killed between any two steps, or in the middle of one: nothing is paid twice, and nothing is lost."""

import hashlib
import io
from collections.abc import Awaitable, Callable
from datetime import date
from uuid import UUID

import pytest

from braid.kit.unit_of_work import UnitOfWork
from services.ledger.domain.bank import BankAccount
from services.ledger.domain.payments.payment_ids import run_id_of
from services.ledger.domain.payments.runs import Step, StepOutOfTurn
from services.ledger.payments import run_steps
from services.ledger.payments.bank_answers import finish_run
from services.ledger.payments.run_file import FileFormat, make_file, write_file
from services.ledger.payments.run_steps import RunAsked, approve_run, build_run, check_run, take_step
from tests.ledger.payments.payments_under_test import PAYER, PaymentsUnderTest

DAY = date(2009, 6, 1)
COUNCIL = BankAccount(PAYER["sort_code"], PAYER["account_number"], PAYER["name"])

Doing = Callable[[UnitOfWork, UUID], Awaitable[object]]

STEPS: dict[str, Doing] = {
    "build": lambda work, _: build_run(work, RunAsked(DAY, DAY), actor="builder"),
    "check": lambda work, run_id: check_run(work, run_id, actor="builder"),
    "approve": lambda work, run_id: approve_run(work, run_id, actor="approver"),
    "file": lambda work, run_id: make_file(
        work, run_id, FileFormat.STANDARD18, COUNCIL, PAYER["service_user_number"], actor="builder"
    ),
    "send": lambda work, run_id: take_step(work, run_id, Step.SEND, actor="builder"),
    "finish": lambda work, run_id: finish_run(work, run_id, actor="builder"),
}


async def test_more_is_due_than_one_statement_takes(
    payments: PaymentsUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_steps, "DUES_A_STATEMENT", 5)
    await payments.somebody_paid()

    async with payments.work() as work:
        await build_run(work, RunAsked(date(2010, 5, 30), date(2010, 5, 28)), actor="builder")
        await work.commit()

    run_id = run_id_of(payments.ledger.council, date(2010, 5, 30), 1)
    assert (await payments.get(f"/payment-runs/{run_id}"))["items"] == {"going": 13}


async def test_every_step_killed_before_its_end_and_repeated_after_it_pays_once(payments: PaymentsUnderTest) -> None:
    _, fund, _ = await payments.somebody_paid()
    run_id = run_id_of(payments.ledger.council, DAY, 1)

    for step in STEPS.values():
        async with payments.work() as killed:
            await step(killed, run_id)
        async with payments.work() as work:
            await step(work, run_id)
            await work.commit()
        async with payments.work() as unheard:
            await repeated(step, unheard, run_id)

    run = await payments.get(f"/payment-runs/{run_id}")
    assert (run["state"], run["items"]) == ("done", {"settled": 1})
    assert await payments.balances(fund) == {
        "funder.receivable": 1_040_000,
        "fund.available": -960_000,
        "fund.advanced": -80_000,
        "council.payments_control": 80_000,
        "council.bank": -80_000,
    }
    assert (await payments.ledger.proof()).holds


async def repeated(step: Doing, work: UnitOfWork, run_id: UUID) -> None:
    """Do a step again whose answer was never heard: it is the same, or is refused, and is kept either way."""
    try:
        await step(work, run_id)
    except StepOutOfTurn:
        return
    await work.commit()


async def test_a_step_that_was_killed_leaves_no_trace(payments: PaymentsUnderTest) -> None:
    _, fund, _ = await payments.somebody_paid()
    run = await payments.checked()
    before = await payments.balances(fund)

    async with payments.work() as killed:
        await approve_run(killed, UUID(run["run_id"]), actor="approver")

    assert await payments.run(run) == run
    assert await payments.balances(fund) == before


@pytest.mark.parametrize("file_format", ["standard18", "pain001"])
async def test_a_file_read_again_is_the_same_file(payments: PaymentsUnderTest, file_format: str) -> None:
    """L23."""
    (_, _, payee), _ = await payments.somebody_paid(), await payments.somebody_paid()
    run = await payments.filed(file_format=file_format)
    path = f"/payment-runs/{run['run_id']}/file"
    first = (await payments.ask("GET", path)).content

    await payments.change_account(payee, "66374958")
    await payments.post(f"/payment-runs/{run['run_id']}/sent")
    await payments.post(f"/payment-runs/{run['run_id']}/finish")
    second = (await payments.ask("GET", path)).content

    assert second == first
    assert hashlib.sha256(first).hexdigest() == run["file_sha256"]
    assert (run["file_payments"], run["file_pence"]) == (2, 160_000)
    if file_format == "pain001":
        assert run["message_id"].encode() in first


async def test_a_file_that_comes_out_otherwise_is_not_given_out(payments: PaymentsUnderTest) -> None:
    await payments.somebody_paid()
    run = await payments.filed()
    await payments.ledger.forge("UPDATE payment_item SET sent_pence = sent_pence + 1 WHERE council = $1")

    answer = await payments.ask("GET", f"/payment-runs/{run['run_id']}/file")

    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (500, "file-differs")


async def test_a_file_is_written_by_the_run_alone(payments: PaymentsUnderTest) -> None:
    """Two processes write it at once: both have the same bytes."""
    await payments.somebody_paid()
    run = await payments.filed()
    written = []
    for _ in range(2):
        async with payments.work() as work:
            out = io.BytesIO()
            await write_file(work, UUID(run["run_id"]), out)
            written.append(out.getvalue())

    assert written[0] == written[1]
