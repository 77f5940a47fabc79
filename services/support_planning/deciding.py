"""Deciding on a plan that was handed in: approved, sent back or refused, always with written reasons."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from braid.contracts.plan import (
    ApprovedItem,
    CircumstanceTold,
    HeldItem,
    HeldPart,
    HoldingChanged,
    ItemCadence,
    PayrollBy,
    PlanApproved,
    PlanReturned,
    ReturnedWith,
    StreamShare,
    WayOfHolding,
)
from braid.contracts.plan import Holding as HoldingTold
from braid.kit.unit_of_work import UnitOfWork
from services.support_planning import council_choices, involvements, plan_store, process_manager, reviewing
from services.support_planning.asking_the_ledger import AskedByCaller
from services.support_planning.checking import check
from services.support_planning.content import Content, HeldSharePart, HoldingPart, holdings_of, plan_of
from services.support_planning.domain.approval import Approver, Barred, bars, unanswered
from services.support_planning.domain.completeness import PlanContradictsItself
from services.support_planning.domain.holding import (
    Holding,
    Way,
    WayRules,
    faults_of_holdings,
    held_parts,
    still_to_sign,
)
from services.support_planning.domain.lifecycle import State, Step, after
from services.support_planning.domain.plan import CostedItem
from services.support_planning.planning import ROUTE, CannotBeHandedInNow, require_seen
from services.support_planning.tables import HoldingChangeRow, PlanRow
from services.support_planning.uses_of_items import label, spend_item


class MayNotDecide(Exception):
    """Somebody may not decide on a plan; ``barred`` has each reason."""

    def __init__(self, barred: tuple[Barred, ...]) -> None:
        super().__init__(" ".join(one.text for one in barred))
        self.barred = barred


class QuestionsUnanswered(Exception):
    """An approval leaves questions without an answer; ``codes`` names them."""

    def __init__(self, codes: tuple[str, ...]) -> None:
        super().__init__("Each question of the route is answered in writing before a plan is approved.")
        self.codes = codes


class NotPayable(Exception):
    """No money pays for the plan, or not for all of it."""


class TakesEffectTooEarly(Exception):
    """A plan or a change would take effect before it was decided."""


class NotApproved(Exception):
    """How money is held is changed on a plan that is approved."""


@dataclass(frozen=True)
class Decision:
    """What somebody decides.

    Args:
        step: approve, ask for an amendment, or refuse.
        reasons: in writing; the person reads them.
        answers: to the questions of the route, by code.
        on: the day.
        effective_from: first day of an approved plan; the one before it goes on until then.
    """

    step: Step
    reasons: str
    on: date
    answers: dict[str, str]
    effective_from: date | None = None


@dataclass(frozen=True)
class Decider:
    """Who decides.

    Args:
        person_id: their own, where they have a budget too.
    """

    subject: str
    person_id: UUID | None


async def decide(
    work: UnitOfWork, row: PlanRow, decision: Decision, decider: Decider, ledger: AskedByCaller, *, seen_version: int
) -> PlanRow:
    """Decide on a plan.

    Raises:
        Problem: 412, it changed in the meantime.
        NotOpenForThis: it was not handed in, or was decided already.
        MayNotDecide: they are involved, or it is above their limit.
        QuestionsUnanswered, NotPayable, TakesEffectTooEarly, CannotBeHandedInNow: it cannot be approved so.
    """
    await require_seen(work, row, seen_version)
    state = after(State(row.state), decision.step)
    submission = row.submission
    assert submission is not None, "a plan that was handed in says how"
    route = ROUTE.validate_python(submission["route"])
    await _require_may_decide(work, row, decider, route.level, decision.on)
    if decision.step is Step.APPROVE:
        if left := unanswered(route.questions, decision.answers):
            raise QuestionsUnanswered(left)
        effective_from = _effective_from(row, decision)
        await _require_payable(work, row, ledger, effective_from)
        row.effective_from = effective_from
    row.state = state.value
    row.decision = {
        "decided_on": decision.on.isoformat(),
        "decided_by": decider.subject,
        "level": route.level,
        "reasons": decision.reasons,
        "answers": decision.answers,
    }
    await plan_store.save(work, row, decision.step, reason=decision.reasons, by=decider.subject)
    if decision.step is Step.APPROVE:
        await work.publish(await _approved(work, row, decision.on))
        await reviewing.plan_reviews(work, row)
    else:
        await work.publish(_returned(row, decision))
    await process_manager.note_plan(work, row)
    return row


async def _require_may_decide(work: UnitOfWork, row: PlanRow, decider: Decider, level: str, on: date) -> None:
    planners = frozenset(
        one.changed_by for one in await plan_store.changes(work, row.plan_id) if one.step in (Step.SAVE, Step.SUBMIT)
    )
    approver = Approver(
        decider.subject,
        decider.person_id == row.person_id,
        await involvements.of(work, row.person_id, decider.subject),
    )
    if barred := bars(approver, planners, level, await council_choices.approval_rules(work, on), on):
        raise MayNotDecide(barred)


async def _require_payable(work: UnitOfWork, row: PlanRow, ledger: AskedByCaller, effective_from: date) -> None:
    content = plan_store.content_of(row.content)
    checked = await check(content, row.person_id, work, ledger, takes_effect_on=effective_from)
    if checked.ledger is None:
        raise CannotBeHandedInNow(checked.text)
    if not checked.ledger.is_payable:
        raise NotPayable(checked.text)


def _effective_from(row: PlanRow, decision: Decision) -> date:
    content = plan_store.content_of(row.content)
    effective_from = decision.effective_from or max(decision.on, content.starts_on)
    if effective_from < decision.on or not content.starts_on <= effective_from <= content.ends_on:
        raise TakesEffectTooEarly(
            f"It takes effect on a day of the plan, from {content.starts_on} to {content.ends_on}, and not before it is"
            " approved."
        )
    return effective_from


async def _approved(work: UnitOfWork, row: PlanRow, on: date) -> PlanApproved:
    content = plan_store.content_of(row.content)
    plan, holdings = plan_of(content), holdings_of(content)
    rules = await council_choices.ways_of_holding(work, on)
    items = [one for one in plan.costed() if one.pence]
    before = await plan_store.approved_before(work, row)
    ended = {UUID(one["item_id"]) for one in before.content["items"]} if before else set()
    assert row.effective_from is not None, "an approved plan has a day on which it takes effect"
    return PlanApproved(
        person_id=row.person_id,
        council=row.council,
        plan_id=row.plan_id,
        version=row.version,
        approved_on=on,
        effective_from=row.effective_from,
        starts_on=content.starts_on,
        ends_on=content.ends_on,
        total_pence=plan.total_pence,
        items=tuple(_item_told(one, content) for one in items),
        ended_items=tuple(sorted(ended - {UUID(one.item.item_id) for one in items})),
        holdings=_holdings_told(holdings, rules, on),
    )


def _item_told(one: CostedItem, content: Content) -> ApprovedItem:
    spend = spend_item(one)
    parts = held_parts(one.pence, one.item.held, content.holdings[0].holding_id)
    return ApprovedItem(
        item_id=UUID(one.item.item_id),
        label=label(one),
        pence=one.pence,
        cadence=ItemCadence(one.cadence.value),
        starts_on=one.span.starts_on,
        ends_on=one.span.ends_on,
        use=spend.use,
        relation=spend.relation,
        same_household=spend.same_household,
        recorded_decisions=tuple(sorted(spend.recorded_decisions)),
        circumstances=tuple(
            CircumstanceTold(requirement=requirement, answer=answer)
            for requirement, answer in spend.circumstances.items()
        ),
        shares=tuple(
            StreamShare(stream=stream, pence=pence) for stream, pence in sorted((one.item.shares or {}).items())
        ),
        held=tuple(HeldPart(holding_id=holding_id, pence=pence) for holding_id, pence in parts),
        is_used_over_its_days=bool(one.item.versions),
    )


def _holdings_told(holdings: tuple[Holding, ...], rules: Mapping[Way, WayRules], on: date) -> tuple[HoldingTold, ...]:
    return tuple(
        _holding_told(one, tuple(missing.code for missing in still_to_sign(one, rules, on))) for one in holdings
    )


def _holding_told(one: Holding, missing: tuple[str, ...]) -> HoldingTold:
    return HoldingTold(
        holding_id=one.holding_id,
        way=WayOfHolding(one.way.value),
        payroll_by=PayrollBy(one.payroll_by.value),
        is_ready=not missing,
        holder_reference=one.holder_reference,
        still_to_sign=missing,
    )


def _returned(row: PlanRow, decision: Decision) -> PlanReturned:
    outcomes = {Step.ASK_FOR_AMENDMENT: ReturnedWith.AMENDMENT_ASKED, Step.REFUSE: ReturnedWith.REFUSED}
    return PlanReturned(
        person_id=row.person_id,
        council=row.council,
        plan_id=row.plan_id,
        version=row.version,
        outcome=outcomes[decision.step],
        returned_on=decision.on,
    )


@dataclass(frozen=True)
class HoldingChange:
    """How the money of an approved plan is to be held from a day on.

    Args:
        held: by item id, the parts in which it is held; an item that is not there keeps what it has.
    """

    holdings: tuple[HoldingPart, ...]
    held: dict[UUID, tuple[HeldSharePart, ...]]
    effective_from: date
    reason: str


async def change_holding(work: UnitOfWork, row: PlanRow, change: HoldingChange, *, by: str) -> HoldingChangeRow:
    """Change how the money of an approved plan is held; what was agreed and paid before stays as it was.

    Raises:
        NotApproved: the plan is not; a draft's ways are part of the draft.
        PlanContradictsItself: a way or a part names what is not there.
        TakesEffectTooEarly: a day that is over.
    """
    await work.lock_person(row.person_id)
    if row.state != State.APPROVED:
        raise NotApproved("Change it in the plan itself, which is not approved yet.")
    if change.effective_from < (row.effective_from or change.effective_from):
        raise TakesEffectTooEarly(f"The plan itself takes effect on {row.effective_from}.")
    made = await plan_store.holding_changes(work, row.plan_id)
    if made and change.effective_from < made[-1].effective_from:
        raise TakesEffectTooEarly(f"A later change holds from {made[-1].effective_from} on.")
    content = await held_now(work, row)
    items = [
        item.model_copy(update={"held": list(change.held[item.item_id])}) if item.item_id in change.held else item
        for item in content.items
    ]
    content = content.model_copy(update={"items": items, "holdings": list(change.holdings)})
    if faults := tuple(faults_of_holdings(holdings_of(content), plan_of(content))):
        raise PlanContradictsItself(faults)
    kept = HoldingChangeRow(
        plan_id=row.plan_id,
        number=len(made) + 1,
        council=row.council,
        effective_from=change.effective_from,
        holdings=[one.model_dump(mode="json") for one in change.holdings],
        held={str(item.item_id): [one.model_dump() for one in item.held] for item in items},
        reason=change.reason,
        changed_by=by,
    )
    work.session.add(kept)
    await work.session.flush()
    await work.publish(await _holding_changed(work, row, content, kept))
    await process_manager.note_plan(work, row)
    return kept


async def held_now(work: UnitOfWork, row: PlanRow) -> Content:
    """A plan's content with its money held as the latest change has it."""
    content = plan_store.content_of(row.content)
    changes = await plan_store.holding_changes(work, row.plan_id)
    if not changes:
        return content
    held = changes[-1].held
    items = [
        item.model_copy(update={"held": [HeldSharePart(**one) for one in held.get(str(item.item_id), [])]})
        for item in content.items
    ]
    holdings = [HoldingPart.model_validate(one) for one in changes[-1].holdings]
    return content.model_copy(update={"items": items, "holdings": holdings})


async def _holding_changed(work: UnitOfWork, row: PlanRow, content: Content, kept: HoldingChangeRow) -> HoldingChanged:
    rules = await council_choices.ways_of_holding(work, kept.effective_from)
    items = [_item_told(one, content) for one in plan_of(content).costed() if one.pence]
    return HoldingChanged(
        person_id=row.person_id,
        council=row.council,
        plan_id=row.plan_id,
        effective_from=kept.effective_from,
        holdings=_holdings_told(holdings_of(content), rules, kept.effective_from),
        held=tuple(HeldItem(item_id=one.item_id, parts=one.held) for one in items),
        number=kept.number,
    )
