"""The ledger's API: thin routes over its queries."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from braid.contracts.award import AwardStatus, Cadence
from braid.contracts.codes import StreamCode
from braid.contracts.uses import PermittedUse
from braid.kit.http import Caller, Reading, UnitOfWorkRoute
from braid.kit.identity import Role, anyone_of
from braid.kit.problems import not_found, responses
from services.ledger import journal_store, queries
from services.ledger.domain.hash_chain import ChainedEntry
from services.ledger.tables import BudgetRow, FundRow

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["ledger"])

_NOT_YOURS = (404, "No budget is open for this person, or the record is not yours to see.")


class FundOut(BaseModel):
    """A ring-fenced fund."""

    fund_id: UUID
    stream: StreamCode
    status: AwardStatus = Field(description="Indicative money is shown and cannot be spent.")
    decided_by: str
    award_id: UUID
    award_version: int
    amount_pence: int = Field(description="The whole award, the person's contribution included.")
    contribution_pence: int
    awarded_pence: int = Field(description="What the journal holds; 0 while the award is indicative, and for things.")
    starts_on: date
    ends_on: date
    cadence: Cadence
    permitted_uses: list[PermittedUse]
    conditions: list[str]


class BudgetOut(BaseModel):
    """A person's one budget and its parts; what is money among them adds up to the whole."""

    budget_id: UUID
    person_id: UUID
    opened_on: date
    confirmed_pence: int
    indicative_pence: int
    total_pence: int
    in_kind_pence: int = Field(description="Value of what is given as things; it is no money and not in the total.")
    funds: list[FundOut]


class LegOut(BaseModel):
    """One leg of an entry."""

    stream: StreamCode
    account: str
    fund_id: UUID
    amount_pence: int = Field(description="Debits above zero, credits below.")


class EntryOut(BaseModel):
    """An entry of the journal."""

    sequence: int
    kind: str
    value_date: date
    recorded_at: datetime
    reason: str
    reverses: int | None
    link: str = Field(description="The entry's hash in the council's chain.")
    legs: list[LegOut]


class EntriesOut(BaseModel):
    """Entries of a budget, in order."""

    entries: list[EntryOut]


class AccountBalance(BaseModel):
    """Debits less credits of one account of one stream."""

    stream: StreamCode
    account: str
    balance_pence: int


class ProofOut(BaseModel):
    """The council's journal, worked out again from its entries."""

    holds: bool
    entries: int
    broken_at: int | None
    difference: str | None
    debits_less_credits_pence: dict[str, int] = Field(description="By stream; nothing but zeros.")
    trial_balance: list[AccountBalance]


@router.get("/people/{person_id}/budget", responses=responses(_NOT_YOURS))
async def read_budget(person_id: UUID, work: Reading, caller: Caller) -> BudgetOut:
    """The person's whole budget and each stream's part of it."""
    budget = await _budget(person_id, work, caller)
    funds = await queries.open_funds(work, budget.budget_id)
    held = await queries.awarded_pence(work, budget.budget_id)
    money = [fund for fund in funds if fund.cadence != Cadence.IN_KIND]
    confirmed = sum(fund.amount_pence for fund in money if fund.status == AwardStatus.CONFIRMED)
    total = sum(fund.amount_pence for fund in money)
    return BudgetOut(
        budget_id=budget.budget_id,
        person_id=budget.person_id,
        opened_on=budget.opened_on,
        confirmed_pence=confirmed,
        indicative_pence=total - confirmed,
        total_pence=total,
        in_kind_pence=sum(fund.amount_pence for fund in funds) - total,
        funds=[_fund_out(fund, held.get(fund.fund_id, 0)) for fund in funds],
    )


@router.get("/people/{person_id}/budget/entries", responses=responses(_NOT_YOURS))
async def read_entries(person_id: UUID, work: Reading, caller: Caller) -> EntriesOut:
    """Every entry of the person's budget, corrections included."""
    budget = await _budget(person_id, work, caller)
    rows = await journal_store.entries_of_budget(work, budget.budget_id)
    return EntriesOut(entries=[_entry_out(chained, row["recorded_at"]) for chained, row in rows])


@router.get(
    "/journal/proof",
    dependencies=[Depends(anyone_of(Role.FINANCE_OFFICER, Role.AUDITOR, Role.SYSTEM))],
    responses=responses((403, "The caller is neither finance officer, auditor nor system.")),
)
async def prove_journal(work: Reading) -> ProofOut:
    """Work the council's journal out again: every entry whole, every stream balanced."""
    proof = await journal_store.prove(work)
    balances = await queries.trial_balance(work)
    return ProofOut(
        holds=proof.holds,
        entries=proof.entries,
        broken_at=proof.broken_at,
        difference=proof.difference,
        debits_less_credits_pence=proof.pence_by_stream,
        trial_balance=[
            AccountBalance(stream=stream, account=account, balance_pence=pence) for stream, account, pence in balances
        ],
    )


async def _budget(person_id: UUID, work: Reading, caller: Caller) -> BudgetRow:
    budget = await queries.budget_of(work, person_id) if caller.may_read(person_id) else None
    if budget is None:
        raise not_found("open budget")
    return budget


def _fund_out(fund: FundRow, awarded_pence: int) -> FundOut:
    return FundOut(**fund.model_dump(include=set(FundOut.model_fields)), awarded_pence=awarded_pence)


def _entry_out(chained: ChainedEntry, recorded_at: Any) -> EntryOut:
    entry = chained.entry
    return EntryOut(
        sequence=chained.sequence,
        kind=entry.kind.value,
        value_date=entry.value_date,
        recorded_at=recorded_at,
        reason=entry.reason,
        reverses=entry.reverses,
        link=chained.link.hex(),
        legs=[
            LegOut(stream=leg.stream, account=leg.account, fund_id=leg.fund_id, amount_pence=leg.amount_pence)
            for leg in entry.legs
        ],
    )
