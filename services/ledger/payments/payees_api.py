"""Who is paid, over the API: payees and their accounts, and what is missing for paying as the plan says."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from braid.kit.http import Caller, Reading, UnitOfWorkRoute, Writing
from braid.kit.permissions import Action, may
from braid.kit.problems import responses
from services.ledger.bank_files.account_check import AccountChecker, checker_of
from services.ledger.domain.payments.payees import PayeeKind
from services.ledger.payments import matters, payees
from services.ledger.payments.asking import FORBIDDEN, INVALID, NO_BUDGET, NO_KEY, open_budget
from services.ledger.payments.due_bodies import (
    AccountIn,
    AccountOut,
    AccountsOut,
    MatterOut,
    MattersOut,
    PayeeIn,
)
from services.ledger.payments.payees import AccountGiven
from services.ledger.payments.plan_schedules import follow_plans
from services.ledger.payments.plan_tables import PaymentMatterRow
from services.ledger.payments.tables import PayeeAccountRow, PayeeRow
from services.ledger.settings import LedgerSettings
from services.ledger.statements.asking import budget_of

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["payments"])


def account_checker(request: Request) -> AccountChecker:
    """The modulus check with the council's tables; without them nothing can be checked, and that is what is told."""
    settings = request.app.state.settings
    tables = settings.modulus if isinstance(settings, LedgerSettings) else None
    return checker_of(tables.weights_file, tables.substitutions_file) if tables else AccountChecker()


Checker = Annotated[AccountChecker, Depends(account_checker)]


@router.post(
    "/people/{person_id}/payees",
    status_code=201,
    dependencies=[may(Action.KEEP_PAYMENTS_DUE)],
    responses=responses(NO_KEY, FORBIDDEN, NO_BUDGET, INVALID),
)
async def add_payee(person_id: UUID, body: PayeeIn, work: Writing, caller: Caller, checker: Checker) -> AccountOut:
    """Write down who is paid, and into which account; a second person has to confirm it."""
    await work.lock_person(person_id)
    budget = await open_budget(person_id, work)
    row = await payees.add_payee(
        work,
        budget.budget_id,
        body.kind,
        _given(body),
        checker,
        by=caller.subject,
        holder_reference=body.holder_reference,
    )
    await follow_plans(work, budget)
    return await _account(row, work)


@router.get(
    "/people/{person_id}/payees",
    dependencies=[may(Action.KEEP_PAYMENTS_DUE)],
    responses=responses(FORBIDDEN, NO_BUDGET),
)
async def read_payees(person_id: UUID, work: Reading) -> AccountsOut:
    """The payees of a budget, with every version of each account."""
    budget = await open_budget(person_id, work)
    found = await payees.payees_of(work, budget.budget_id)
    return AccountsOut(accounts=[await _account(account, work) for _, account in found])


@router.post(
    "/payees/{payee_id}/accounts",
    status_code=201,
    dependencies=[may(Action.KEEP_PAYMENTS_DUE)],
    responses=responses(NO_KEY, FORBIDDEN, NO_BUDGET, INVALID),
)
async def change_account(
    payee_id: UUID, body: AccountIn, work: Writing, caller: Caller, checker: Checker
) -> AccountOut:
    """Write down another account of a payee; nothing is paid until somebody else has confirmed it."""
    budget = await payees.held_budget_of(work, payee_id)
    row = await payees.change_account(work, payee_id, _given(body), checker, by=caller.subject)
    if budget:
        await follow_plans(work, budget)
    return await _account(row, work)


@router.post(
    "/payees/{payee_id}/accounts/{version}/confirmation",
    dependencies=[may(Action.KEEP_PAYMENTS_DUE)],
    responses=responses(NO_KEY, (403, "The caller wrote it down."), NO_BUDGET, (409, "There is nothing to confirm.")),
)
async def confirm_account(payee_id: UUID, version: int, work: Writing, caller: Caller) -> AccountOut:
    """Confirm an account that somebody else wrote down."""
    budget = await payees.held_budget_of(work, payee_id)
    row = await payees.confirm_account(work, payee_id, version, by=caller.subject)
    if budget:
        await follow_plans(work, budget)
    return await _account(row, work)


@router.get(
    "/people/{person_id}/payment-matters",
    dependencies=[may(Action.READ_BUDGET)],
    responses=responses((404, "No budget is open, or it is not yours to see.")),
)
async def read_matters(person_id: UUID, work: Reading, caller: Caller) -> MattersOut:
    """What is missing for paying a person as their plan says."""
    budget = await budget_of(person_id, work, caller)
    return MattersOut(matters=[_matter(row) for row in await matters.matters_of(work, budget.budget_id)], next=None)


@router.get("/payment-matters", dependencies=[may(Action.READ_PAYMENT_STOPS)], responses=responses(FORBIDDEN))
async def read_matters_of_the_council(
    work: Reading, after: UUID | None = None, limit: Annotated[int, Query(ge=1, le=500)] = 100
) -> MattersOut:
    """What is missing for paying anybody of the council as their plan says."""
    rows = await matters.matters_page(work, after=after or UUID(int=0), most=limit)
    work.touches(person_id=[row.person_id for row in rows])
    return MattersOut(matters=[_matter(row) for row in rows], next=rows[-1].matter_id if len(rows) == limit else None)


def _given(body: AccountIn) -> AccountGiven:
    return AccountGiven(body.sort_code, body.account_number, body.name)


async def _account(row: PayeeAccountRow, work: Reading) -> AccountOut:
    payee = await work.session.get(PayeeRow, row.payee_id)
    assert payee is not None, "an account is somebody's"
    return AccountOut(
        **row.model_dump(include=set(AccountOut.model_fields)),
        kind=PayeeKind(payee.payee_kind),
        holder_reference=payee.holder_reference,
        account_ends_in=row.account_number[-4:],
    )


def _matter(row: PaymentMatterRow) -> MatterOut:
    return MatterOut.model_validate(row.model_dump(include=set(MatterOut.model_fields)))
