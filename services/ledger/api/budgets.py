"""A person's budget over HTTP: its funds, and what each stream's part of it is."""

from datetime import date
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from braid.contracts.award import AwardStatus, Cadence
from braid.contracts.codes import StreamCode
from braid.contracts.uses import PermittedUse
from braid.kit.http import Caller, Reading, UnitOfWorkRoute
from braid.kit.permissions import Action, may
from braid.kit.problems import responses
from services.ledger import queries
from services.ledger.api.asking import NOT_YOURS
from services.ledger.statements.asking import budget_of

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["ledger"])


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


@router.get("/people/{person_id}/budget", dependencies=[may(Action.READ_BUDGET)], responses=responses(NOT_YOURS))
async def read_budget(person_id: UUID, work: Reading, caller: Caller) -> BudgetOut:
    """The person's whole budget and each stream's part of it."""
    budget = await budget_of(person_id, work, caller)
    funds = await queries.open_funds(work, budget.budget_id)
    held = await queries.awarded_pence(work, budget.budget_id)
    versions = [fund.version for fund in funds]
    money = [version for version in versions if version.cadence != Cadence.IN_KIND]
    confirmed = sum(version.amount_pence for version in money if version.status == AwardStatus.CONFIRMED)
    total = sum(version.amount_pence for version in money)
    return BudgetOut(
        budget_id=budget.budget_id,
        person_id=budget.person_id,
        opened_on=budget.opened_on,
        confirmed_pence=confirmed,
        indicative_pence=total - confirmed,
        total_pence=total,
        in_kind_pence=sum(version.amount_pence for version in versions) - total,
        funds=[_fund_out(each, held.get(each.fund.fund_id, 0)) for each in funds],
    )


def _fund_out(fund: queries.FundNow, awarded_pence: int) -> FundOut:
    said = fund.fund.model_dump() | fund.version.model_dump()
    return FundOut(**{name: said[name] for name in FundOut.model_fields if name in said}, awarded_pence=awarded_pence)
