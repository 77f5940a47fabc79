"""The pages of support plans: what each stream pays for and why not, the queue, handing in, the decision."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from gateway.console.errors import PageRoute
from gateway.console.forms import Fault, Given, day_of, filled, today
from gateway.console.judging import JUDGEMENTS, judged
from gateway.console.people_view import name_of, names_of, read
from gateway.console.plan_forms import PLANNING, PlanForm, Seen, form_routes, read_plan
from gateway.console.plan_view import DECISIONS, PLAN_STATES, PlanView, may_decide, may_write, waiting
from gateway.console.planning_pages import may_begin, planning_routes
from gateway.console.rendering import page
from gateway.console.session import signed_in
from gateway.forwarding import Door

DONE = {
    "begun": "The plan is begun. It is kept as it is after each step.",
    "item": "It is saved, and checked below.",
    "removal": "It is taken out of the plan.",
    "wishes": "It is saved.",
    "holding": "It is saved.",
    "submission": "The plan is handed in.",
    "decision": "The decision is written down, and the person can read it.",
}


def plan_routes(door: Door) -> APIRouter:
    """Support plans; the service checks again who may see, write and decide what."""
    router = APIRouter(route_class=PageRoute)
    router.include_router(planning_routes(door))
    router.include_router(_reading(door))
    router.include_router(form_routes(door, HANDING_IN))
    router.include_router(form_routes(door, DECIDING))
    return router


def _reading(door: Door) -> APIRouter:
    router = APIRouter(route_class=PageRoute)

    @router.get("/approvals")
    async def queue(request: Request) -> Response:
        principal = await signed_in(door, request)
        told = await read(door, principal, PLANNING, "/v1/plans-to-approve")
        names = await names_of(door, principal, (one["person_id"] for one in told["plans"]))
        return page("plans_to_approve.html", request=request, principal=principal, plans=waiting(told, names))

    @router.get("/people/{person_id}/plans")
    async def plans(person_id: UUID, request: Request) -> Response:
        principal = await signed_in(door, request)
        name, told = await asyncio.gather(
            name_of(door, principal, person_id), read(door, principal, PLANNING, f"/v1/people/{person_id}/plans")
        )
        return page(
            "plans.html",
            request=request,
            principal=principal,
            name=name,
            person_id=person_id,
            plans=told["plans"],
            in_force=told["in_force"],
            states=PLAN_STATES,
            may_begin=may_begin(principal, told),
            is_own=principal.person_id == person_id,
        )

    @router.get("/plans/{plan_id}")
    async def plan(plan_id: UUID, request: Request, done: str = "") -> Response:
        principal = await signed_in(door, request)
        _, view, _ = await read_plan(door, principal, plan_id)
        return page(
            "plan.html",
            request=request,
            principal=principal,
            view=view,
            may_decide=may_decide(view, principal),
            may_write=may_write(view, principal),
            is_own=str(principal.person_id) == view.person_id,
            done=DONE.get(done, ""),
        )

    return router


def _submission(seen: Seen, given: Given) -> tuple[Mapping[str, Any], tuple[Fault, ...]]:
    faults = () if day_of(given["submitted_on"]) else (Fault("submitted_on", "Enter the day on which it is handed in"),)
    # A practitioner says what cannot be ranked, and asks for what no money pays.
    told, not_told = ([], ()) if seen.is_own else judged(given, seen.view.needs if seen.view.check else None)
    return {
        "submitted_on": given["submitted_on"],
        "risks": [risk for risk in ("safeguarding", "positive_risk") if given[risk]],
        "asks_for_less": given["asks_for_less"] == "yes",
        "judged": told,
        "why_though_not_payable": None if seen.is_own else given["why_though_not_payable"] or None,
    }, (*faults, *not_told)


HANDING_IN = PlanForm(
    name="submission",
    path="submission",
    template="plan_submission.html",
    is_for=may_write,
    new=lambda _seen: filled(submitted_on=today().isoformat()).given,
    read=_submission,
    shows=lambda _seen: {"judgements": JUDGEMENTS},
    sends_to="/submission",
)


def _faults(given: Given, view: PlanView) -> tuple[Fault, ...]:
    """What of a decision is missing or cannot be read."""
    faults = []
    if given["decision"] not in DECISIONS:
        faults.append(Fault("decision", "Select what you decide"))
    if not given["reasons"]:
        faults.append(Fault("reasons", "Enter your reasons: the person reads them"))
    if day_of(given["decided_on"]) is None:
        faults.append(Fault("decided_on", "Enter the day of the decision"))
    if given["effective_from"] and day_of(given["effective_from"]) is None:
        faults.append(Fault("effective_from", "Enter the day on which it takes effect, or leave it empty"))
    if given["decision"] == "approve":
        faults += [
            Fault(f"answer-{code}", f"Answer the question: {question}")
            for code, question in view.questions.items()
            if not given[f"answer-{code}"]
        ]
    if given["declares"] != "yes":
        faults.append(Fault("declares", "Declare that you have no interest, or leave the decision to somebody else"))
    return tuple(faults)


def _decision(seen: Seen, given: Given) -> tuple[Mapping[str, Any], tuple[Fault, ...]]:
    view = seen.view
    answers = {code: given[f"answer-{code}"] for code in view.questions if given[f"answer-{code}"]}
    return {
        "decision": given["decision"],
        "reasons": given["reasons"],
        "decided_on": given["decided_on"],
        "answers": answers,
        "effective_from": given["effective_from"] or None if given["decision"] == "approve" else None,
        "declares_no_interest": True,
    }, _faults(given, view)


DECIDING = PlanForm(
    name="decision",
    path="decision",
    template="plan_decision.html",
    is_for=may_decide,
    new=lambda _seen: filled(decided_on=today().isoformat()).given,
    read=_decision,
    shows=lambda _seen: {"decisions": [(code, words, about) for code, (words, about) in DECISIONS.items()]},
    sends_to="/decision",
)
