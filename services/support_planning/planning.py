"""What happens to a plan: begun, saved, handed in, withdrawn. Each keeps a version beside all earlier ones."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from pydantic import TypeAdapter

from braid.kit.forgetting import require_remembered
from braid.kit.http import entity_tag, stale_version
from braid.kit.problems import Problem
from braid.kit.unit_of_work import UnitOfWork
from services.support_planning import agreed_needs, council_choices, plan_store, process_manager, progress_store
from services.support_planning.asking_the_ledger import AskedByCaller
from services.support_planning.checking import (
    NO_BUDGET,
    Checked,
    check,
    less_than_before,
    takes_effect_at_the_earliest,
)
from services.support_planning.content import Content, plan_of, require_it_fits_together
from services.support_planning.domain.approval import CANNOT_BE_PAID, Route, route
from services.support_planning.domain.completeness import Fault, PlanContradictsItself
from services.support_planning.domain.differences import Difference, differences
from services.support_planning.domain.findings import Finding, Weight
from services.support_planning.domain.lifecycle import OPEN, State, Step, after
from services.support_planning.domain.needs import Judged, NeedsCompared, ground_for_less
from services.support_planning.domain.plan import pence_in_a_year
from services.support_planning.rule_files import rules_on
from services.support_planning.tables import PlanRow

FINDINGS = TypeAdapter(tuple[Finding, ...])
ROUTE = TypeAdapter(Route)

#: Findings that money can mend, so that a plan may go up to whoever can find it.
_OF_MONEY = frozenset({"short_of_money", "outside_permitted_uses"})


class AlreadyPlanning(Exception):
    """The person has a plan that is not decided yet."""


class NoCase(Exception):
    """Nothing has been heard of a person of this id: no council has opened a case."""


class PlanNotReady(Exception):
    """A plan cannot be handed in as it is; ``findings`` has each reason."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("Something must change before this plan can be handed in. It is kept as it is.")
        self.findings = tuple(findings)


class CannotBeHandedInNow(Exception):
    """The ledger gives no answer, and nothing goes to an approver that was not checked."""


@dataclass(frozen=True)
class HandingIn:
    """How a plan is handed in.

    Args:
        on: the day.
        risks: codes of risks that somebody saw, such as safeguarding.
        asks_for_less: whether the person themselves asks for less than before.
        judged: what a practitioner says of differences in needs that cannot be ranked.
        why_though_not_payable: why it goes up though no money pays for it yet; None where all is paid.
    """

    on: date
    risks: tuple[str, ...] = ()
    asks_for_less: bool = False
    judged: tuple[Judged, ...] = ()
    why_though_not_payable: str | None = None


async def begin(work: UnitOfWork, person_id: UUID, content: Content, *, by: str) -> PlanRow:
    """Begin a plan; the one in force goes on until this one takes effect.

    Raises:
        NoCase: the person is not known here.
        AlreadyPlanning: one is not decided yet.
        PlanContradictsItself: the content cannot be.
        Problem: 410, the person's record was erased.
    """
    await work.lock_person(person_id)
    await require_remembered(work, person_id)
    if await progress_store.load(work, person_id) is None:
        raise NoCase("No case of this person is known here. Where it was opened just now, try again in a moment.")
    if any(one.state in (*OPEN, State.SUBMITTED) for one in await plan_store.plans_of(work, person_id)):
        raise AlreadyPlanning("Go on with the plan that is there, or withdraw it first.")
    require_it_fits_together(content)
    await _claim_items(work, person_id, content)
    row = PlanRow(
        plan_id=uuid4(),
        council=work.council,
        person_id=person_id,
        number=await plan_store.next_number(work, person_id),
        version=0,
        state=State.DRAFT.value,
        content=content.as_kept(),
    )
    await plan_store.save(work, row, Step.SAVE, reason="Begun.", by=by)
    await process_manager.note_plan(work, row)
    return row


async def save(work: UnitOfWork, row: PlanRow, content: Content, *, seen_version: int, by: str) -> PlanRow:
    """Keep a change of a plan; saying the same again changes nothing.

    Raises:
        Problem: 412, somebody changed it in the meantime; the answer tells what.
        NotOpenForThis: it was handed in or decided.
        PlanContradictsItself: the content cannot be.
    """
    await require_seen(work, row, seen_version)
    state = after(State(row.state), Step.SAVE)
    require_it_fits_together(content)
    if content.as_kept() != row.content:
        await _claim_items(work, row.person_id, content)
        row.content, row.state = content.as_kept(), state.value
        await plan_store.save(work, row, Step.SAVE, reason="", by=by)
    return row


async def submit(
    work: UnitOfWork, row: PlanRow, how: HandingIn, ledger: AskedByCaller, *, seen_version: int, by: str
) -> PlanRow:
    """Hand a plan in: checked once more, and routed to the level that decides on it.

    Raises:
        Problem: 412, somebody changed it in the meantime.
        NotOpenForThis: it was handed in or decided already.
        CannotBeHandedInNow: the ledger gives no answer.
        PlanNotReady: something stops it.
    """
    await require_seen(work, row, seen_version)
    state = after(State(row.state), Step.SUBMIT)
    content = plan_store.content_of(row.content)
    takes_effect_on = takes_effect_at_the_earliest(content, how.on)
    checked = await check(content, row.person_id, work, ledger, takes_effect_on=takes_effect_on)
    if checked.ledger is None and checked.text != NO_BUDGET:
        raise CannotBeHandedInNow(checked.text)
    cost = pence_in_a_year(checked.plan)
    findings = await _with_reduction(work, row, checked, cost, how)
    if checked.text == NO_BUDGET:
        findings.append(Finding("no_budget", Weight.STOPS, NO_BUDGET))
    findings = [_lifted(one, how) for one in findings]
    if stops := [one for one in findings if one.weight is Weight.STOPS]:
        raise PlanNotReady(stops)
    rules = await council_choices.approval_rules(work, how.on)
    rests_on = await agreed_needs.latest(work, row.person_id)
    row.submission = {
        "submitted_on": how.on.isoformat(),
        "submitted_by": by,
        "pence_in_a_year": cost,
        "total_pence": checked.plan.total_pence,
        "findings": FINDINGS.dump_python(tuple(findings), mode="json"),
        "route": ROUTE.dump_python(route(cost, findings, how.risks, rules), mode="json"),
        "risks": list(how.risks),
        "asks_for_less": how.asks_for_less,
        "judged_needs": [asdict(one) for one in how.judged],
        "why_though_not_payable": how.why_though_not_payable,
        "assessment_id": rests_on.assessment_id if rests_on else None,
        "awards": {one.stream: one.amount_pence for one in await plan_store.awards_of(work, row.person_id)},
        "check": checked.ledger.model_dump(mode="json") if checked.ledger else None,
    }
    row.state, row.decision = state.value, None
    await plan_store.save(work, row, Step.SUBMIT, reason=how.why_though_not_payable or "", by=by)
    await process_manager.note_plan(work, row)
    return row


async def withdraw(work: UnitOfWork, row: PlanRow, reason: str, *, seen_version: int, by: str) -> PlanRow:
    """Withdraw a plan that is not approved; whatever is in force goes on, and another may be begun at any time.

    Raises:
        Problem: 412, somebody changed it in the meantime.
        NotOpenForThis: it was decided already.
    """
    await require_seen(work, row, seen_version)
    row.state = after(State(row.state), Step.WITHDRAW).value
    await plan_store.save(work, row, Step.WITHDRAW, reason=reason, by=by)
    await process_manager.note_plan(work, row)
    return row


async def _claim_items(work: UnitOfWork, person_id: UUID, content: Content) -> None:
    """Refuse items that are somebody else's.

    Raises:
        PlanContradictsItself: with each of them.
    """
    others = await plan_store.others_items(work, person_id, [one.item_id for one in content.items])
    if others:
        raise PlanContradictsItself(
            tuple(
                Fault(f"items/{item_id}", "is somebody else's: give it an id of its own") for item_id in sorted(others)
            )
        )


async def require_seen(work: UnitOfWork, row: PlanRow, seen_version: int) -> None:
    """Refuse a change by somebody who has not seen the latest version, and tell them what changed since.

    Raises:
        Problem: 412.
    """
    if row.version == seen_version:
        return
    stale = stale_version()
    seen = await plan_store.version(work, row.plan_id, seen_version)
    changed = differences(seen.content, row.content) if seen else ()
    raise Problem(
        stale.status,
        stale.type,
        stale.title,
        f"{stale.detail} It is at version {row.version}.",
        errors=[_told(one) for one in changed],
        headers=entity_tag(row.version),
    )


def _told(one: Difference) -> dict[str, Any]:
    fields = f": {', '.join(one.fields)}" if one.fields else ""
    return {"name": f"{one.part}/{one.part_id}" if one.part_id else one.part, "message": f"{one.change.value}{fields}"}


async def needs_since_before(work: UnitOfWork, row: PlanRow) -> NeedsCompared | None:
    """Needs when the approved plan before a plan was handed in, and now; None where there is none before."""
    before = await plan_store.approved_before(work, row)
    if before is None or before.submission is None:
        return None
    return await agreed_needs.compared(work, row.person_id, before.submission)


async def _with_reduction(work: UnitOfWork, row: PlanRow, checked: Checked, cost: int, how: HandingIn) -> list[Finding]:
    before = await plan_store.approved_before(work, row)
    compared = await needs_since_before(work, row)
    if before is None or compared is None:
        return list(checked.findings)
    found = less_than_before(
        cost,
        pence_in_a_year(plan_of(plan_store.content_of(before.content))),
        rules_on(how.on)["less_than_before"],
        ground_for_less(compared, asked_by_person=how.asks_for_less, judged=how.judged),
    )
    return [*checked.findings, *([found] if found else [])]


def _lifted(one: Finding, how: HandingIn) -> Finding:
    """A want of money goes to whoever can find it, where somebody writes why."""
    if one.weight is not Weight.STOPS or one.code not in _OF_MONEY or how.why_though_not_payable is None:
        return one
    return Finding(CANNOT_BE_PAID, Weight.ASKS, one.text, one.item_ids, mend=one.mend, pence=one.pence)
