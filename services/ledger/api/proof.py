"""The proof of the journal over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from braid.contracts.codes import StreamCode
from braid.kit.http import Reading, UnitOfWorkRoute
from braid.kit.permissions import Action, may
from braid.kit.problems import responses
from services.ledger import proof, queries
from services.ledger.domain.hash_chain import Head
from services.ledger.spending import limits_kept

#: As many as somebody can look into at a time.
NOT_KEPT_MOST = 100

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["ledger"])


class AccountBalance(BaseModel):
    """Debits less credits of one account of one stream."""

    stream: StreamCode
    account: str
    balance_pence: int


class NotKeptOut(BaseModel):
    """What a budget's money does not keep of what awards say of each other's."""

    budget_id: UUID
    text: str
    limit_pence: int
    used_pence: int


class ProofOut(BaseModel):
    """The council's journal, worked out again from its entries."""

    holds: bool
    entries: int
    broken_at: int | None
    difference: str | None
    head: str | None = Field(description="The chain's end, as SEQUENCE:HASH: keep it, and expect it of a later proof.")
    debits_less_credits_pence: dict[str, int] = Field(description="By stream; nothing but zeros.")
    trial_balance: list[AccountBalance]
    not_kept: list[NotKeptOut] = Field(
        description="Joint limits that are passed and minimums that are not reached, the first of them. The journal is"
        " whole all the same: an award that is cut later takes nothing back."
    )


@router.get(
    "/journal/proof",
    dependencies=[may(Action.READ_BOOKS)],
    responses=responses(
        (403, "The caller is neither finance officer, auditor nor system."), (422, "What is expected is no end.")
    ),
)
async def prove_journal(
    work: Reading,
    expect: Annotated[
        str | None,
        Query(
            pattern="^[0-9]{1,18}:[0-9a-f]{64}$",
            description="The ``head`` of an earlier proof: it must be there still.",
        ),
    ] = None,
) -> ProofOut:
    """Work the council's journal out again: every entry whole, every stream balanced."""
    found = await proof.prove(work, Head.read(expect) if expect else None)
    balances = await queries.trial_balance(work)
    not_kept = await limits_kept.not_kept(work)
    return ProofOut(
        holds=found.holds,
        entries=found.entries,
        broken_at=found.broken_at,
        difference=found.difference,
        head=str(found.head) if found.head else None,
        debits_less_credits_pence=found.pence_by_stream,
        trial_balance=[
            AccountBalance(stream=stream, account=account, balance_pence=pence) for stream, account, pence in balances
        ],
        not_kept=[
            NotKeptOut(
                budget_id=one.budget_id,
                text=one.text,
                limit_pence=one.rule.limit_pence,
                used_pence=one.rule.used_pence,
            )
            for one in not_kept[:NOT_KEPT_MOST]
        ],
    )
