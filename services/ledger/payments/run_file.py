"""A run's file: made from what is stored alone, so that it is the same bytes whenever and however often it is made."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date
from enum import StrEnum
from typing import BinaryIO
from uuid import UUID

from sqlalchemy import text

from braid.kit.unit_of_work import UnitOfWork
from services.ledger.bank_files.pain001 import write_pain001
from services.ledger.bank_files.standard18 import write_standard18
from services.ledger.domain.bank import BankAccount, OutgoingPayment, PaymentFile, WrittenFile
from services.ledger.domain.payments.holds import Checker, Hold, HoldCode
from services.ledger.domain.payments.payment_ids import message_id_of
from services.ledger.domain.payments.results import ItemState
from services.ledger.domain.payments.runs import RunNotFiled, Step
from services.ledger.payments.run_items import ITEMS_A_PAGE, change_state, facts_of, items_of, reopen
from services.ledger.payments.run_steps import locked_run, take_step, withdraw
from services.ledger.payments.tables import PaymentRunRow


class FileFormat(StrEnum):
    """What a file is written as."""

    STANDARD18 = "standard18"
    PAIN001 = "pain001"


class NothingToPay(Exception):
    """No item of the run may be paid, so that there is no file to make; cancel the run."""


class FileDiffers(Exception):
    """The file comes out other than it was when it was made: it must not go to the bank."""


class _Nowhere:
    """Takes what is written and forgets it: its digest is all that is wanted."""

    def write(self, content: bytes) -> int:
        return len(content)


WRITERS: Mapping[FileFormat, Callable[[PaymentFile, BinaryIO], WrittenFile]] = {
    FileFormat.STANDARD18: write_standard18,
    FileFormat.PAIN001: write_pain001,
}


async def make_file(
    work: UnitOfWork, run_id: UUID, file_format: FileFormat, payer: BankAccount, service_user_number: str, *, actor: str
) -> PaymentRunRow:
    """Fix what a run's file is made from, and its digest, before anybody can have the file itself.

    Every item is looked at once more: what a death, a changed account or an ended award keeps out by now is withdrawn.

    Raises:
        NoSuchRun: there is none of that id.
        StepOutOfTurn: it is not approved, or its file was made already.
        NothingToPay: nothing is left to pay.
        PaymentImpossible: the format cannot carry the payments.
    """
    row = await take_step(work, run_id, Step.FILE, actor=actor)
    await _withdraw_what_changed(work, row)
    row.message_id = message_id_of(run_id)
    row.file_format = file_format.value
    row.file_created_at = work.now
    row.payer = {**asdict(payer), "service_user_number": service_user_number}
    written = WRITERS[file_format](await _content(work, row), _Nowhere())  # type: ignore[arg-type]  # only written to
    row.file_sha256, row.file_payments, row.file_pence = written.sha256, written.payments, written.total_pence
    work.session.add(row)
    await work.session.flush()
    return row


async def write_file(work: UnitOfWork, run_id: UUID, out: BinaryIO) -> WrittenFile:
    """Write a run's file, as often as anybody wants it.

    Raises:
        NoSuchRun: there is none of that id.
        RunNotFiled: it has no file yet.
        FileDiffers: it is not what it was when it was made.
    """
    row = await locked_run(work, run_id)
    if row.file_format is None:
        raise RunNotFiled("run-not-filed", "Make the run's file first.")
    written = WRITERS[FileFormat(row.file_format)](await _content(work, row), out)
    if written.sha256 != row.file_sha256:
        raise FileDiffers(f"the file of run {run_id} is no longer what was fixed when it was made")
    return written


async def _withdraw_what_changed(work: UnitOfWork, row: PaymentRunRow) -> None:
    checker = Checker(row.most_pence)
    changed: dict[UUID, tuple[Hold, ...]] = {}
    async for page in facts_of(work, row.run_id, are_funds_held=True):
        for item in page:
            holds = checker.holds(item.facts)
            if not holds and item.seen_version != item.facts.account_version:
                holds = (Hold(HoldCode.ACCOUNT_NOT_CONFIRMED, "The account was changed after the run was approved."),)
            if holds:
                changed[item.payment_id] = holds
    if not changed:
        return
    async for items in items_of(work, row.run_id, ItemState.GOING):
        await withdraw(work, [item for item in items if item.payment.payment_id in changed], "Not paid after all")
    await change_state(work, ItemState.WITHDRAWN, changed)
    await reopen(work, row.run_id, ItemState.WITHDRAWN)


#: In the file belongs what was under way when it was made, whatever became of it since.
_IN_THE_FILE = text(
    "SELECT i.payment_id, i.due_id, i.sent_pence, d.reference, v.sort_code, v.account_number, v.name"
    " FROM payment_item i JOIN payment_due d ON d.due_id = i.due_id"
    " JOIN payee_account v ON v.payee_id = i.payee_id AND v.version = i.account_version"
    " WHERE i.run_id = :run_id AND i.due_id > :after AND i.state IN ('going', 'settled', 'rejected', 'returned')"
    " ORDER BY i.due_id LIMIT :items"
)


async def _content(work: UnitOfWork, row: PaymentRunRow) -> PaymentFile:
    payer, message_id, created_at = row.payer, row.message_id, row.file_created_at
    assert payer is not None, "a run that is filed says what its file is made from"
    assert message_id is not None
    assert created_at is not None
    payments = await _payments(work, row.run_id, row.pay_on)
    if not payments:
        raise NothingToPay(f"nothing of run {row.run_id} may be paid")
    return PaymentFile(
        message_id=message_id,
        created_at=created_at,
        payer=BankAccount(payer["sort_code"], payer["account_number"], payer["name"]),
        payments=payments,
        service_user_number=payer["service_user_number"],
    )


async def _payments(work: UnitOfWork, run_id: UUID, execute_on: date) -> tuple[OutgoingPayment, ...]:
    found: list[OutgoingPayment] = []
    after = UUID(int=0)
    while True:
        values = {"run_id": run_id, "after": after, "items": ITEMS_A_PAGE}
        rows = (await work.session.execute(_IN_THE_FILE, values)).all()
        if not rows:
            return tuple(found)
        after = rows[-1].due_id
        found += [
            OutgoingPayment(
                row.payment_id,
                BankAccount(row.sort_code, row.account_number, row.name),
                row.sent_pence,
                row.reference,
                execute_on,
            )
            for row in rows
        ]
