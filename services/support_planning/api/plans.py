"""Plans over HTTP: begun, saved at every edit and checked at once, compared, handed in, withdrawn."""

from collections import Counter
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from braid.kit.http import Caller, ExpectedVersion, Reading, UnitOfWorkRoute, Writing, entity_tag
from braid.kit.identity import Role
from braid.kit.permissions import Action, may
from braid.kit.problems import Problem, not_found, responses
from services.support_planning import plan_store, planning
from services.support_planning.api.finding_plans import AWAY, KEY, NO_PERSON, NO_VERSION, NOT_YOURS, STALE, plan_for
from services.support_planning.asking_the_ledger import Ledger, LedgerCheck, PaymentTold
from services.support_planning.checking import Checked, check, takes_effect_at_the_earliest
from services.support_planning.content import Content, Day, JudgedPart, Name, Part, Words
from services.support_planning.domain.differences import Change, differences
from services.support_planning.domain.findings import Weight
from services.support_planning.domain.lifecycle import State
from services.support_planning.domain.plan import CostedItem, Plan
from services.support_planning.reviews_compared import NeedsComparedOut
from services.support_planning.tables import PlanRow

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["support planning"])


VersionNumber = Annotated[int, Query(ge=1, le=2**31)]


class FindingOut(BaseModel):
    """Something that a rule says of the plan."""

    code: str
    weight: Weight = Field(description="stops: it cannot be handed in so. asks: the approver answers it. notes.")
    text: str
    item_ids: list[str]
    citation: str
    unconfirmed: bool = Field(description="No source of ours confirms the rule yet.")
    mend: str = Field(description="What would answer it.")
    pence: int | None


class ItemCostOut(BaseModel):
    """What an item costs, and who would pay it."""

    item_id: str
    pence_each_time: int
    times: int = Field(description="How often it is due in the plan, counted on the calendar.")
    total_pence: int
    paid_by: dict[str, int] = Field(description="Pence by stream, over the whole plan.")


class StreamTotalOut(BaseModel):
    """A stream's part of the plan."""

    stream: str
    planned_pence: int
    left_pence: int = Field(description="What its money would have left.")


class CheckOut(BaseModel):
    """What is told of a plan at every edit."""

    is_checked: bool = Field(description="False while the ledger gives no answer; nothing is lost by that.")
    is_payable: bool
    is_payable_once_confirmed: bool
    text: str
    total_pence: int
    unpaid_pence: int | None
    weeks: str = Field(description="How long the plan is: weeks and days.")
    streams: list[StreamTotalOut]
    items: list[ItemCostOut]
    findings: list[FindingOut] = Field(description="What stops the plan first.")
    shortages: list[dict[str, Any]] = Field(
        description="As the ledger tells them: what is short, why, what would mend it."
    )


class PlanCheckOut(CheckOut):
    """The check of a plan, with what of the needs is not as it was."""

    needs: NeedsComparedOut | None = Field(
        description="Needs when the approved plan before it was handed in, and now; null where there is none before."
        " Where the plan gives less, whoever hands it in judges those that are ``other``."
    )


class PlanOut(BaseModel):
    """A plan as it stands."""

    plan_id: UUID
    person_id: UUID
    number: int
    version: int
    state: State
    content: Content
    effective_from: date | None
    submission: dict[str, Any] | None = Field(description="How it was handed in: findings, route, questions.")
    decision: dict[str, Any] | None = Field(description="How it was decided, with its written reasons.")


class CheckedPlanOut(PlanOut):
    """A plan with its check."""

    check: CheckOut


class PlansOut(BaseModel):
    """A person's plans, oldest first."""

    plans: list[PlanOut]
    in_force: UUID | None = Field(description="The approved plan that holds today; it goes on while another is made.")


class VersionOut(BaseModel):
    """A version of a plan."""

    version: int
    step: str
    state: State
    reason: str
    changed_by: str
    changed_at: datetime
    content: Content


class DifferenceOut(BaseModel):
    """One thing that changed."""

    change: Change
    part: str
    part_id: str | None
    fields: dict[str, tuple[Any, Any]] = Field(description="What it was, and what it is.")


class DifferencesOut(BaseModel):
    """What changed between two versions."""

    before: int
    after: int
    differences: list[DifferenceOut]


class SubmissionIn(Part):
    """How a plan is handed in."""

    submitted_on: Day
    risks: Annotated[
        list[Name], Field(default_factory=list, max_length=20, description="Such as safeguarding or positive_risk.")
    ]
    asks_for_less: Annotated[bool, Field(description="The person themselves asks for less than before.")] = False
    judged: Annotated[
        list[JudgedPart],
        Field(
            default_factory=list,
            max_length=100,
            description="Where it gives less than the plan in force: what a practitioner says of needs that changed and"
            " cannot be ranked.",
        ),
    ]
    why_though_not_payable: Annotated[
        Words | None, Field(description="Why it goes to the highest level though no money pays for all of it.")
    ] = None


class WithdrawalIn(Part):
    """Why a plan is withdrawn."""

    reason: Words


@router.post(
    "/people/{person_id}/plans",
    status_code=201,
    dependencies=[may(Action.WRITE_PLAN)],
    responses=responses(
        KEY,
        NO_PERSON,
        (404, "No case of the person is known here."),
        (409, "A plan is open already."),
        (422, "The plan contradicts itself."),
    ),
)
async def begin_plan(
    person_id: UUID, body: Content, work: Writing, caller: Caller, ledger: Ledger, response: Response
) -> CheckedPlanOut:
    """Begin a plan, as half-filled as it may be; the plan in force goes on."""
    if not caller.may_read(person_id):
        raise not_found("person")
    row = await planning.begin(work, person_id, body, by=caller.subject)
    response.headers["Location"] = f"/v1/plans/{row.plan_id}"
    response.headers.update(entity_tag(row.version))
    return _with_check(row, await _checked(body, person_id, work, ledger))


@router.get("/people/{person_id}/plans", dependencies=[may(Action.READ_PLAN)], responses=responses(NO_PERSON))
async def read_plans(person_id: UUID, work: Reading, caller: Caller) -> PlansOut:
    """A person's plans, and which one holds today."""
    if not caller.may_read(person_id):
        raise not_found("person")
    rows = await plan_store.plans_of(work, person_id)
    now = await plan_store.in_force(work, person_id, work.now.date())
    return PlansOut(plans=[_plan_out(row) for row in rows], in_force=now.plan_id if now else None)


@router.get("/plans/{plan_id}", dependencies=[may(Action.READ_PLAN)], responses=responses(NOT_YOURS))
async def read_plan(plan_id: UUID, work: Reading, caller: Caller, response: Response) -> PlanOut:
    """A plan as it stands."""
    row = await plan_for(plan_id, work, caller)
    response.headers.update(entity_tag(row.version))
    return _plan_out(row)


@router.put(
    "/plans/{plan_id}",
    dependencies=[may(Action.WRITE_PLAN)],
    responses=responses(
        NOT_YOURS, STALE, NO_VERSION, (409, "It was handed in or decided."), (422, "The plan contradicts itself.")
    ),
)
async def save_plan(
    plan_id: UUID,
    body: Content,
    work: Writing,
    caller: Caller,
    ledger: Ledger,
    seen: ExpectedVersion,
    response: Response,
) -> CheckedPlanOut:
    """Save a change of a plan, and have it checked at once."""
    row = await plan_for(plan_id, work, caller, for_update=True)
    row = await planning.save(work, row, body, seen_version=seen, by=caller.subject)
    response.headers.update(entity_tag(row.version))
    return _with_check(row, await _checked(body, row.person_id, work, ledger))


@router.get("/plans/{plan_id}/check", dependencies=[may(Action.READ_PLAN)], responses=responses(NOT_YOURS))
async def check_plan(plan_id: UUID, work: Reading, caller: Caller, ledger: Ledger) -> PlanCheckOut:
    """Check a plan as it stands, with what of the needs is not as it was when the plan before it was handed in."""
    row = await plan_for(plan_id, work, caller)
    checked = _check_out(await _checked(plan_store.content_of(row.content), row.person_id, work, ledger))
    needs = await planning.needs_since_before(work, row)
    return PlanCheckOut(
        **checked.model_dump(),
        needs=NeedsComparedOut.model_validate(needs, from_attributes=True) if needs else None,
    )


@router.get("/plans/{plan_id}/versions/{version}", dependencies=[may(Action.READ_PLAN)], responses=responses(NOT_YOURS))
async def read_version(plan_id: UUID, version: int, work: Reading, caller: Caller) -> VersionOut:
    """A plan as it was."""
    await plan_for(plan_id, work, caller)
    found = await plan_store.version(work, plan_id, version)
    if found is None:
        raise not_found("version")
    return VersionOut.model_validate(found, from_attributes=True)


@router.get("/plans/{plan_id}/differences", dependencies=[may(Action.READ_PLAN)], responses=responses(NOT_YOURS))
async def read_differences(
    plan_id: UUID,
    work: Reading,
    caller: Caller,
    before: Annotated[int, Query(ge=1)],
    after: Annotated[int, Query(ge=1)],
) -> DifferencesOut:
    """What changed from one version of a plan to another."""
    await plan_for(plan_id, work, caller)
    was, now = await plan_store.version(work, plan_id, before), await plan_store.version(work, plan_id, after)
    if was is None or now is None:
        raise not_found("version")
    found = differences(was.content, now.content)
    told = [
        DifferenceOut(change=one.change, part=one.part, part_id=one.part_id, fields=dict(one.fields)) for one in found
    ]
    return DifferencesOut(before=before, after=after, differences=told)


@router.post(
    "/plans/{plan_id}/submission",
    dependencies=[may(Action.WRITE_PLAN)],
    responses=responses(
        KEY, NOT_YOURS, STALE, NO_VERSION, AWAY, (409, "It was handed in or decided."), (422, "Something stops it.")
    ),
)
async def submit_plan(
    plan_id: UUID,
    body: SubmissionIn,
    work: Writing,
    caller: Caller,
    ledger: Ledger,
    seen: ExpectedVersion,
    response: Response,
) -> PlanOut:
    """Hand a plan in; it goes to the level that its value, its findings and its risks ask for."""
    row = await plan_for(plan_id, work, caller, for_update=True)
    is_theirs = Role.BUDGET_HOLDER in caller.roles and not caller.roles - {Role.BUDGET_HOLDER}
    if is_theirs and (body.why_though_not_payable or body.judged):
        detail = "A practitioner asks for what no money pays, and says what cannot be ranked."
        raise Problem(403, "not-allowed", "Your role does not allow this", detail)
    how = planning.HandingIn(
        body.submitted_on,
        tuple(body.risks),
        body.asks_for_less,
        tuple(one.judged() for one in body.judged),
        body.why_though_not_payable,
    )
    row = await planning.submit(work, row, how, ledger, seen_version=seen, by=caller.subject)
    response.headers.update(entity_tag(row.version))
    return _plan_out(row)


@router.post(
    "/plans/{plan_id}/withdrawal",
    dependencies=[may(Action.WRITE_PLAN)],
    responses=responses(KEY, NOT_YOURS, STALE, NO_VERSION, (409, "It was decided.")),
)
async def withdraw_plan(
    plan_id: UUID, body: WithdrawalIn, work: Writing, caller: Caller, seen: ExpectedVersion, response: Response
) -> PlanOut:
    """Withdraw a plan that is not approved; whatever is in force goes on."""
    row = await plan_for(plan_id, work, caller, for_update=True)
    row = await planning.withdraw(work, row, body.reason, seen_version=seen, by=caller.subject)
    response.headers.update(entity_tag(row.version))
    return _plan_out(row)


async def _checked(content: Content, person_id: UUID, work: Reading, ledger: Ledger) -> Checked:
    takes_effect_on = takes_effect_at_the_earliest(content, work.now.date())
    return await check(content, person_id, work, ledger, takes_effect_on=takes_effect_on)


def _plan_out(row: PlanRow) -> PlanOut:
    return PlanOut.model_validate(row, from_attributes=True)


def _with_check(row: PlanRow, checked: Checked) -> CheckedPlanOut:
    return CheckedPlanOut(**_plan_out(row).model_dump(), check=_check_out(checked))


def _check_out(checked: Checked) -> CheckOut:
    told, plan = checked.ledger, checked.plan
    payments = _who_pays(told) if told else []
    weeks, days = divmod(plan.span.days, 7)
    return CheckOut(
        is_checked=told is not None,
        is_payable=told is not None and told.is_payable,
        is_payable_once_confirmed=told is not None and told.is_payable_once_confirmed,
        text=checked.text,
        total_pence=plan.total_pence,
        unpaid_pence=told.unpaid_pence if told else None,
        weeks=f"{weeks} weeks and {days} days",
        streams=_streams(told, plan, payments) if told else [],
        items=[_item_cost(one, payments) for one in plan.costed()],
        findings=[FindingOut.model_validate(one, from_attributes=True) for one in checked.findings],
        shortages=[*told.shortages, *told.still_short] if told else [],
    )


def _who_pays(told: LedgerCheck) -> list[PaymentTold]:
    """Payments by confirmed money; or, where that is not enough, as they would be once all is confirmed."""
    if told.is_payable or not told.once_confirmed:
        return told.payments
    return [*(one for one in told.payments if one.is_done), *told.once_confirmed]


def _item_cost(one: CostedItem, payments: list[PaymentTold]) -> ItemCostOut:
    return ItemCostOut(
        item_id=one.item.item_id,
        pence_each_time=one.pence,
        times=one.times,
        total_pence=one.total_pence,
        paid_by=_by_stream([paid for paid in payments if str(paid.item_id) == one.item.item_id]),
    )


def _streams(told: LedgerCheck, plan: Plan, payments: list[PaymentTold]) -> list[StreamTotalOut]:
    # What the plan in force still has due is paid too; it is no part of this plan where its item is not.
    item_ids = {item.item_id for item in plan.items}
    planned, left = _by_stream([one for one in payments if str(one.item_id) in item_ids]), Counter[str]()
    for fund in told.left:
        left[fund.stream] += fund.left_pence
    return [
        StreamTotalOut(stream=stream, planned_pence=planned.get(stream, 0), left_pence=left[stream])
        for stream in sorted(planned.keys() | left.keys())
    ]


def _by_stream(payments: list[PaymentTold]) -> dict[str, int]:
    found = Counter[str]()
    for paid in payments:
        found[paid.stream] += paid.pence
    return dict(found)
