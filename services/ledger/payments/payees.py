"""Payees and their accounts: written down by one person, confirmed by another, every version kept."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlmodel import col, select

from braid.kit.unit_of_work import UnitOfWork
from services.ledger.bank_files.account_check import AccountCheck, AccountChecker, usual_form
from services.ledger.domain.payments import payees
from services.ledger.domain.payments.payees import AccountVersion, ModulusCheck, PayeeKind
from services.ledger.payments.run_steps import lock_payments
from services.ledger.payments.tables import PayeeAccountRow, PayeeRow
from services.ledger.tables import BudgetRow

_CHECKED = {
    AccountCheck.FITS: ModulusCheck.PASSED,
    AccountCheck.NOT_CHECKED: ModulusCheck.NOT_CHECKABLE,
    AccountCheck.DOES_NOT_FIT: ModulusCheck.FAILED,
}


class NoSuchPayee(Exception):
    """The council has no payee of that id."""


@dataclass(frozen=True)
class AccountGiven:
    """An account as somebody writes it down."""

    sort_code: str
    account_number: str
    name: str


@dataclass(frozen=True)
class PayeeNow:
    """A payee of a budget, and whether the latest version of the account is confirmed."""

    row: PayeeRow
    is_confirmed: bool


async def add_payee(
    work: UnitOfWork,
    budget_id: UUID,
    kind: PayeeKind,
    given: AccountGiven,
    checker: AccountChecker,
    *,
    by: str,
    holder_reference: str | None = None,
) -> PayeeAccountRow:
    """Write down a new payee's account.

    Args:
        budget_id: the budget whose holder or third party it is; a provider may be paid from any.
        kind: whose account it is.
        given: the account.
        checker: of check digits.
        by: who writes it down.
        holder_reference: the council's code for a third party, by which plans name whoever holds the money.

    Raises:
        AccountDetailsImpossible: no account can have such numbers.
        AccountFailsItsCheck: the check digits are wrong.
    """
    version = _write_down(None, given, checker, by)
    payee = PayeeRow(
        payee_id=uuid4(),
        council=work.council,
        budget_id=None if kind is PayeeKind.PROVIDER else budget_id,
        payee_kind=kind.value,
        version=version.version,
        holder_reference=holder_reference,
    )
    work.session.add(payee)
    return await _keep(work, payee, version, checker)


async def change_account(
    work: UnitOfWork, payee_id: UUID, given: AccountGiven, checker: AccountChecker, *, by: str
) -> PayeeAccountRow:
    """Write down another version of a payee's account; nothing is paid into it before somebody has confirmed it.

    Raises:
        NoSuchPayee: there is none of that id.
        AccountDetailsImpossible: no account can have such numbers.
        AccountFailsItsCheck: the check digits are wrong.
    """
    payee, latest = await _latest(work, payee_id)
    version = _write_down(_version(latest), given, checker, by)
    payee.version = version.version
    work.session.add(payee)
    return await _keep(work, payee, version, checker)


async def confirm_account(work: UnitOfWork, payee_id: UUID, version: int, *, by: str) -> PayeeAccountRow:
    """Confirm the latest version of a payee's account.

    Raises:
        NoSuchPayee: there is none of that id.
        NothingToConfirm: that version is confirmed, or is not the latest.
        SameEyesTwice: the one who wrote it down would confirm it.
    """
    _, latest = await _latest(work, payee_id)
    confirmed = payees.confirm(_version(latest), version, by=by)
    latest.confirmed_by, latest.confirmed_at = confirmed.confirmed_by, work.now
    work.session.add(latest)
    await work.session.flush()
    return latest


async def payees_of(work: UnitOfWork, budget_id: UUID) -> list[tuple[PayeeRow, PayeeAccountRow]]:
    """The payees of a budget, each with every version of the account, the latest first."""
    query = (
        select(PayeeRow, PayeeAccountRow)
        .where(PayeeRow.budget_id == budget_id, PayeeRow.payee_id == PayeeAccountRow.payee_id)
        .order_by(col(PayeeRow.recorded_at), col(PayeeRow.payee_id), col(PayeeAccountRow.version).desc())
    )
    return [(payee, account) for payee, account in await work.session.execute(query)]


async def payees_now(work: UnitOfWork, budget_id: UUID) -> list[PayeeNow]:
    """The payees that are a budget's own, the latest written down last."""
    query = (
        select(PayeeRow, PayeeAccountRow.confirmed_by)
        .where(
            PayeeRow.budget_id == budget_id,
            PayeeRow.payee_id == PayeeAccountRow.payee_id,
            PayeeRow.version == PayeeAccountRow.version,
        )
        .order_by(col(PayeeRow.recorded_at), col(PayeeRow.payee_id))
    )
    return [PayeeNow(row, confirmed_by is not None) for row, confirmed_by in await work.session.execute(query)]


async def held_budget_of(work: UnitOfWork, payee_id: UUID) -> BudgetRow | None:
    """The budget that a payee is of, its person held until the transaction ends; none for a provider."""
    payee = await work.session.get(PayeeRow, payee_id)
    budget = await work.session.get(BudgetRow, payee.budget_id) if payee and payee.budget_id else None
    if budget:
        await work.lock_person(budget.person_id)
    return budget


async def payee_of(work: UnitOfWork, payee_id: UUID, budget_id: UUID) -> PayeeRow:
    """A payee that a budget may pay: its own, or a provider.

    Raises:
        NoSuchPayee: there is none of that id, or it is another budget's.
    """
    payee = await work.session.get(PayeeRow, payee_id)
    if payee is None or payee.budget_id not in (None, budget_id):
        raise NoSuchPayee(f"the budget has no payee {payee_id}")
    return payee


async def _latest(work: UnitOfWork, payee_id: UUID) -> tuple[PayeeRow, PayeeAccountRow]:
    await lock_payments(work)
    payee = await work.session.get(PayeeRow, payee_id)
    if payee is None:
        raise NoSuchPayee(f"there is no payee {payee_id}")
    latest = await work.session.get(PayeeAccountRow, (payee_id, payee.version))
    if latest is None:
        raise NoSuchPayee(f"the accounts of payee {payee_id} were forgotten with the person")
    return payee, latest


def _write_down(before: AccountVersion | None, given: AccountGiven, checker: AccountChecker, by: str) -> AccountVersion:
    sort_code, account_number = usual_form(given.sort_code, given.account_number)
    modulus = _CHECKED[checker.check(sort_code, account_number)]
    return payees.write_down(
        before, sort_code=sort_code, account_number=account_number, name=given.name, by=by, modulus=modulus
    )


def _version(row: PayeeAccountRow) -> AccountVersion:
    return AccountVersion(
        row.version, row.sort_code, row.account_number, row.name, row.written_by, confirmed_by=row.confirmed_by
    )


async def _keep(work: UnitOfWork, payee: PayeeRow, version: AccountVersion, checker: AccountChecker) -> PayeeAccountRow:
    row = PayeeAccountRow(
        payee_id=payee.payee_id,
        version=version.version,
        council=work.council,
        sort_code=version.sort_code,
        account_number=version.account_number,
        name=version.name,
        modulus=_CHECKED[checker.check(version.sort_code, version.account_number)].value,
        written_by=version.written_by,
    )
    work.session.add(row)
    await work.session.flush()
    return row
