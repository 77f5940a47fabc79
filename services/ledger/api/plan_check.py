"""The plan check over HTTP: whether a plan can be paid, who pays what, why not, and what would help."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field

from braid.kit.http import Caller, Reading, UnitOfWorkRoute
from braid.kit.permissions import Action, may
from braid.kit.problems import responses
from services.ledger import plan_check, plan_check_change
from services.ledger.api import examples
from services.ledger.api.asking import NOT_YOURS, Day, ItemAsked
from services.ledger.domain.braiding.mends import MendKind
from services.ledger.domain.braiding.plan import Payment
from services.ledger.domain.braiding.shortages import Shortage
from services.ledger.domain.braiding.verdicts import Mended, PlanCheck
from services.ledger.payments.approved_plans import plans_of
from services.ledger.plan_check_money import AskedItem, Money, ToPay, as_asked, money_of, still_held, to_pay
from services.ledger.spending.items_store import items_of
from services.ledger.statements.asking import budget_of

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["ledger"])


class CheckIn(BaseModel):
    """A plan to look at."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [*examples.PLAN_CHECKS]})

    items: Annotated[
        list[ItemAsked] | None,
        Field(max_length=500, description="The agreed plan, where none are given."),
    ] = None
    counts_advanced: Annotated[
        bool,
        Field(
            description="Whether money counts that was paid into the person's own account and is not spent yet."
            " It cannot be committed any more."
        ),
    ] = False
    takes_effect_on: Annotated[
        Day | None,
        Field(
            description="The day on which these items would take the place of the plan in force, where one was"
            " approved. What falls due before it stays as it is, and is among what is to be paid until it is paid; what"
            " is held for more than the items need from that day on counts."
        ),
    ] = None
    gives_up: Annotated[
        list[UUID],
        Field(
            max_length=500,
            description="Items of no approved plan that are to go: what is held for them and not paid yet counts, where"
            " no day is told. It stays held until somebody lets go of it.",
        ),
    ] = []


class PaymentOut(BaseModel):
    """What a fund pays for an item on some days."""

    item_id: UUID
    fund_id: UUID
    stream: str
    starts_on: date
    ends_on: date
    pence: int
    is_done: bool = Field(description="Held or spent for the item already.")


class NeedOut(BaseModel):
    """An item that is part of a shortage, on some days."""

    item_id: UUID
    text: str
    starts_on: date
    ends_on: date
    pence: int
    unpaid_pence: int


class KeptOutOut(BaseModel):
    """A fund that has money left, and the rules that keep it out."""

    fund_id: UUID
    stream: str
    left_pence: int
    reasons: list[str]


class MendOut(BaseModel):
    """Something that would end a shortage; it was tried on the whole plan."""

    kind: MendKind
    subject_id: UUID = Field(description="The item or the fund that it is about.")
    pence: int = Field(description="What somebody gives up, or gives, for it.")
    text: str


class ShortageOut(BaseModel):
    """Items that cost more than everything that may pay for them: the smallest that explains it."""

    text: str
    needs: list[NeedOut]
    fund_ids: list[UUID] = Field(description="All funds that may pay for them.")
    needed_pence: int
    has_pence: int
    missing_pence: int
    kept_out: list[KeptOutOut]
    mends: list[MendOut] = Field(description="Cheapest first.")


class FundLeftOut(BaseModel):
    """What a fund would have left."""

    fund_id: UUID
    stream: str
    left_pence: int


class BesideOthersOut(BaseModel):
    """What a fund's award says of other streams' money."""

    fund_id: UUID
    text: str
    citation: str
    unconfirmed: bool


class CheckOut(BaseModel):
    """What is told of a plan."""

    is_payable: bool = Field(description="Whether confirmed money pays for everything.")
    is_payable_once_confirmed: bool = Field(description="Now, or once the awards that are awaited are confirmed.")
    awaiting: list[UUID] = Field(description="Funds that must be confirmed for that.")
    text: str = Field(description="Both verdicts in words.")
    needed_pence: int = Field(description="What is still to be paid: less what is held or was spent for the items.")
    unpaid_pence: int
    payments: list[PaymentOut]
    once_confirmed: list[PaymentOut] = Field(description="Who would pay what then; none where all is payable now.")
    left: list[FundLeftOut]
    shortages: list[ShortageOut] = Field(description="Of confirmed money, each by itself.")
    still_short: list[ShortageOut] = Field(description="What would be short even if every award were confirmed.")
    beside_others: list[BesideOthersOut] = Field(description="What awards say of each other's money; it is kept to.")


@router.post(
    "/people/{person_id}/budget/plan-check",
    dependencies=[may(Action.READ_BUDGET)],
    responses=responses(NOT_YOURS, (422, "The items are not valid, or cost more than any budget could.")),
)
async def check_plan(person_id: UUID, body: CheckIn, work: Reading, caller: Caller) -> CheckOut:
    """Say whether a plan can be paid. Nothing is held by it: commit the items, in any order, to have them held."""
    budget = await budget_of(person_id, work, caller)
    if body.items is None:
        items = as_asked((await items_of(work, budget.budget_id)).values())
    else:
        items = [one.asked() for one in body.items]
    money, asked = await _money_and_needs(work, budget.budget_id, body, items)
    check = await run_in_threadpool(partial(plan_check.check, asked.pieces, money.funds, used=money.used))
    return check_out(check, asked, money)


async def _money_and_needs(
    work: Reading, budget_id: UUID, body: CheckIn, items: Sequence[AskedItem]
) -> tuple[Money, ToPay]:
    """What there is to pay with, and what is to be paid: by the items alone, or by all plans that they follow on."""
    plans = await plans_of(work, budget_id) if body.takes_effect_on else []
    if body.takes_effect_on and plans:
        change = plan_check_change.change_to(items, body.takes_effect_on, plans)
        money, pieces, _ = await plan_check_change.money_and_needs(
            work, budget_id, change, counts_advanced=body.counts_advanced
        )
        return money, plan_check_change.to_pay(pieces, items, plans, money)
    held = await still_held(work, budget_id, body.gives_up)
    given_up = {
        (item_id, UUID(fund_id)): pence for item_id, by_fund in held.items() for fund_id, pence in by_fund.items()
    }
    money = await money_of(work, budget_id, counts_advanced=body.counts_advanced, given_up=given_up)
    return money, to_pay(items, money)


def check_out(check: PlanCheck, asked: ToPay, money: Money) -> CheckOut:
    """A check as it is told."""
    then = check.once_confirmed
    return CheckOut(
        is_payable=check.is_payable,
        is_payable_once_confirmed=check.is_payable_once_confirmed,
        awaiting=[UUID(fund_id) for fund_id in check.awaiting],
        text=check.text,
        needed_pence=check.now.needed_pence,
        unpaid_pence=check.now.unpaid_pence,
        payments=[*_payments(asked.done, asked, money, True), *_payments(check.now.payments, asked, money, False)],
        once_confirmed=_payments(then.payments, asked, money, False) if then else [],
        left=[
            FundLeftOut(fund_id=UUID(fund_id), stream=money.rules(fund_id).stream, left_pence=pence)
            for fund_id, pence in check.now.left_pence.items()
        ],
        shortages=[shortage_out(one.shortage, asked, money, one) for one in check.short],
        still_short=[shortage_out(one, asked, money) for one in check.still_short],
        beside_others=[
            BesideOthersOut(
                fund_id=UUID(rules.fund.fund_id), text=one.text, citation=one.citation, unconfirmed=one.unconfirmed
            )
            for rules in money.funds
            for one in (*rules.minimums, *rules.joint_limits)
        ],
    )


def shortage_out(short: Shortage, asked: ToPay, money: Money, mended: Mended | None = None) -> ShortageOut:
    """A shortage as it is told."""
    return ShortageOut(
        text=short.text,
        needs=[
            NeedOut(
                item_id=UUID(asked.names[need.item_id]),
                text=need.label,
                starts_on=need.starts_on,
                ends_on=need.ends_on,
                pence=need.pence,
                unpaid_pence=need.unpaid_pence,
            )
            for need in short.needs
        ],
        fund_ids=[UUID(fund_id) for fund_id in short.fund_ids],
        needed_pence=short.needed_pence,
        has_pence=short.has_pence,
        missing_pence=short.missing_pence,
        kept_out=[
            KeptOutOut(
                fund_id=UUID(one.fund_id),
                stream=money.rules(one.fund_id).stream,
                left_pence=one.left_pence,
                reasons=list(one.reasons),
            )
            for one in short.kept_out
        ],
        mends=[
            MendOut(
                kind=one.kind,
                subject_id=UUID(asked.names.get(one.subject_id, one.subject_id)),
                pence=one.pence,
                text=one.text,
            )
            for one in (mended.mends if mended else ())
        ],
    )


def _payments(payments: Iterable[Payment], asked: ToPay, money: Money, is_done: bool) -> list[PaymentOut]:
    return [
        PaymentOut(
            item_id=UUID(asked.names[one.item_id]),
            fund_id=UUID(one.fund_id),
            stream=money.rules(one.fund_id).stream,
            starts_on=one.starts_on,
            ends_on=one.ends_on,
            pence=one.pence,
            is_done=is_done,
        )
        for one in payments
    ]
