"""Commitments over HTTP: placed for an item, settled in part or whole, let go of, or run out."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from braid.kit.http import Caller, Reading, UnitOfWorkRoute, Writing
from braid.kit.permissions import Action, may
from braid.kit.problems import ProblemKind, ProblemTable, responses
from services.ledger import commitments
from services.ledger.api.asking import NOT_YOURS, Day, ItemAsked, PenceAboveZero, Words
from services.ledger.commitments import Commitment, PaidBy, State
from services.ledger.entry_keepers import HeldForPayment, refuse_if_held_for_payment
from services.ledger.payments.following import PaidBySchedule, refuse_if_schedule_pays
from services.ledger.plan_check_money import AskedItem, as_asked
from services.ledger.spending.items_store import items_of
from services.ledger.statements.asking import budget_of

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["ledger"])


class NoSuchItem(Exception):
    """The agreed plan has no such item, or it was withdrawn."""


def _why_not_payable(error: commitments.NotPayable) -> Sequence[dict[str, Any]]:
    return [{"name": "shortage", "message": one.shortage.text} for one in error.check.short]


PROBLEMS: ProblemTable = {
    commitments.NotPayable: ProblemKind(409, "not-payable", "Confirmed money cannot pay for it", _why_not_payable),
    commitments.NothingToCommit: ProblemKind(409, "nothing-to-commit", "Nothing is left to hold"),
    PaidBySchedule: ProblemKind(409, "paid-by-schedule", "A schedule pays it"),
    commitments.NoSuchCommitment: ProblemKind(404, "not-found", "There is no such commitment"),
    HeldForPayment: ProblemKind(409, "held-for-a-payment", "A payment run holds it"),
    NoSuchItem: ProblemKind(422, "no-such-item", "The plan has no such item"),
}

_REFUSED = (409, "The journal refuses it: the problem names the rule. Or a payment run holds it.")
_INVALID = (422, "The body is not valid.")
_WRONG_ROLE = (403, "The caller's role does not do this.")


class CommitmentIn(BaseModel):
    """What is to be held, for which item."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"item_id": "5b1f7c58-3d52-4e3f-9d6b-1f9a53a6a0c1", "expires_on": "2010-06-30"}]
        },
    )

    item_id: Annotated[UUID | None, Field(description="An item of the agreed plan.")] = None
    item: Annotated[ItemAsked | None, Field(description="Or an item that the plan does not hold, or not so.")] = None
    expires_on: Annotated[
        Day | None, Field(description="Last day on which something may be settled of it; none: it does not run out.")
    ] = None


class SettlementIn(BaseModel):
    """A payment out of what is held."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"pence": 60_000, "on": "2009-06-12", "reason": "Invoice 1041"}]},
    )

    pence: Annotated[PenceAboveZero | None, Field(description="All that is held, where no sum is told.")] = None
    on: Annotated[Day, Field(description="The day of the payment.")]
    paid_by: PaidBy = PaidBy.COUNCIL
    reason: Words


class ReleaseIn(BaseModel):
    """Letting go of what is held."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"on": "2009-09-01", "reason": "The course was cancelled"}]}
    )

    pence: Annotated[PenceAboveZero | None, Field(description="All that is held, where no sum is told.")] = None
    on: Day
    reason: Words


class ExpiryIn(BaseModel):
    """Which commitments have run out."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"as_of": "2010-07-01"}]})

    as_of: Annotated[Day, Field(description="What was to be settled before this day is let go of on it.")]


class CommitmentPartOut(BaseModel):
    """What a commitment holds of one fund."""

    fund_id: UUID
    stream: str
    amount_pence: int
    settled_pence: int
    released_pence: int
    held_pence: int


class CommitmentOut(BaseModel):
    """Money held for an item."""

    commitment_id: UUID
    item_id: UUID | None
    use: str | None
    expires_on: date | None
    state: State
    amount_pence: int
    settled_pence: int
    released_pence: int
    held_pence: int
    parts: list[CommitmentPartOut]


class CommitmentsOut(BaseModel):
    """Commitments of a budget."""

    commitments: list[CommitmentOut]


class ExpiredOut(BaseModel):
    """What has run out; ask again where there are as many as ``most``."""

    commitment_ids: list[UUID]
    released_pence: int
    most: int


@router.post(
    "/people/{person_id}/budget/commitments",
    status_code=201,
    dependencies=[may(Action.HOLD_MONEY)],
    responses=responses(
        _WRONG_ROLE,
        NOT_YOURS,
        (409, "Confirmed money cannot pay for it, a schedule pays it, or nothing is left to hold. " + _REFUSED[1]),
        (422, "The body is not valid, or the plan has no such item."),
    ),
)
async def place_commitment(person_id: UUID, body: CommitmentIn, work: Writing, caller: Caller) -> CommitmentOut:
    """Hold what an item still needs, by the funds that the plan check names; indicative money is never held."""
    budget = await budget_of(person_id, work, caller)
    planned = {one.item.item_id: one for one in as_asked((await items_of(work, budget.budget_id)).values())}
    asked = _asked(body, planned)
    await work.lock_person(person_id)
    await refuse_if_schedule_pays(work, budget.budget_id, asked.item.item_id)
    placed = await commitments.place(
        work,
        budget.budget_id,
        asked,
        list(planned.values()),
        person_id=person_id,
        expires_on=body.expires_on,
    )
    return _commitment_out(placed)


@router.get(
    "/people/{person_id}/budget/commitments", dependencies=[may(Action.READ_BUDGET)], responses=responses(NOT_YOURS)
)
async def read_commitments(
    person_id: UUID, work: Reading, caller: Caller, item_id: UUID | None = None
) -> CommitmentsOut:
    """The commitments of a budget, or those for one item."""
    budget = await budget_of(person_id, work, caller)
    found = await commitments.commitments_of(work, budget.budget_id, item_id=item_id)
    return CommitmentsOut(commitments=[_commitment_out(one) for one in found])


@router.get(
    "/people/{person_id}/budget/commitments/{commitment_id}",
    dependencies=[may(Action.READ_BUDGET)],
    responses=responses(NOT_YOURS),
)
async def read_commitment(person_id: UUID, commitment_id: UUID, work: Reading, caller: Caller) -> CommitmentOut:
    """One commitment."""
    budget = await budget_of(person_id, work, caller)
    return _commitment_out(await commitments.commitment_of(work, budget.budget_id, commitment_id))


@router.post(
    "/people/{person_id}/budget/commitments/{commitment_id}/settlements",
    dependencies=[may(Action.SETTLE_HELD_MONEY)],
    responses=responses(_WRONG_ROLE, NOT_YOURS, _REFUSED, _INVALID),
)
async def settle_commitment(
    person_id: UUID, commitment_id: UUID, body: SettlementIn, work: Writing, caller: Caller
) -> CommitmentOut:
    """Record that so much of it was paid."""
    refuse_if_held_for_payment(commitment_id)
    budget = await budget_of(person_id, work, caller)
    await work.lock_person(person_id)
    found = await commitments.commitment_of(work, budget.budget_id, commitment_id)
    settled = await commitments.settle(
        work, found, pence=body.pence, on=body.on, paid_by=body.paid_by, reason=body.reason
    )
    return _commitment_out(settled)


@router.post(
    "/people/{person_id}/budget/commitments/{commitment_id}/release",
    dependencies=[may(Action.HOLD_MONEY)],
    responses=responses(_WRONG_ROLE, NOT_YOURS, _REFUSED, _INVALID),
)
async def release_commitment(
    person_id: UUID, commitment_id: UUID, body: ReleaseIn, work: Writing, caller: Caller
) -> CommitmentOut:
    """Let go of so much of it: the money can be used for something else."""
    refuse_if_held_for_payment(commitment_id)
    budget = await budget_of(person_id, work, caller)
    await work.lock_person(person_id)
    found = await commitments.commitment_of(work, budget.budget_id, commitment_id)
    return _commitment_out(await commitments.release(work, found, pence=body.pence, on=body.on, reason=body.reason))


@router.post(
    "/commitments:expire",
    dependencies=[may(Action.SETTLE_HELD_MONEY)],
    responses=responses(_WRONG_ROLE, (409, "The period is closed."), _INVALID),
)
async def expire_commitments(body: ExpiryIn, work: Writing) -> ExpiredOut:
    """Let go of what the council's commitments still hold after their last day. Nothing runs out by itself."""
    found = await commitments.expire(work, body.as_of)
    work.touches(budget_id=[one.budget_id for one in found])
    return ExpiredOut(
        commitment_ids=[one.commitment_id for one in found],
        released_pence=sum(one.held_pence for one in found),
        most=commitments.EXPIRED_MOST,
    )


def _asked(body: CommitmentIn, planned: dict[UUID, AskedItem]) -> AskedItem:
    if (body.item is None) == (body.item_id is None):
        raise NoSuchItem("Name an item of the plan by its id, or tell one.")
    if body.item is not None:
        return body.item.asked()
    found = planned.get(body.item_id) if body.item_id else None
    if found is None:
        raise NoSuchItem("No item of this id is planned.")
    return found


def _commitment_out(found: Commitment) -> CommitmentOut:
    return CommitmentOut(
        commitment_id=found.commitment_id,
        item_id=found.item_id,
        use=found.use,
        expires_on=found.expires_on,
        state=found.state,
        amount_pence=sum(part.amount_pence for part in found.parts),
        settled_pence=sum(part.settled_pence for part in found.parts),
        released_pence=sum(part.released_pence for part in found.parts),
        held_pence=found.held_pence,
        parts=[
            CommitmentPartOut(
                fund_id=part.fund_id,
                stream=part.stream,
                amount_pence=part.amount_pence,
                settled_pence=part.settled_pence,
                released_pence=part.released_pence,
                held_pence=part.held_pence,
            )
            for part in found.parts
        ],
    )
