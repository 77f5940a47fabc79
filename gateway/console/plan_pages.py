"""The pages of support plans: what each stream pays for and why not, handing in, the queue, the decision."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from braid.kit.identity import Principal
from braid.kit.problems import Problem
from gateway.console.errors import PageRoute
from gateway.console.forms import Fault, Form, Given, day_of, filled, refusal, sent, today
from gateway.console.people_view import name_of, names_of, read
from gateway.console.plan_view import DECISIONS, PLAN_STATES, PlanView, may_decide, may_hand_in, plan_view, waiting
from gateway.console.rendering import page, see_other
from gateway.console.session import signed_in
from gateway.forms import form_fields, require_own_form
from gateway.forwarding import Door

OK, STALE, CHANGED, UNPROCESSABLE, FORBIDDEN, NOT_FOUND = 200, 412, 409, 422, 403, 404
PLANNING = "support_planning"
#: A decision has a few long answers.
FORM_BYTES_MAX, FIELDS_MAX = 100_000, 60
DONE = {"submission": "The plan is handed in.", "decision": "The decision is written down, and the person can read it."}


def plan_routes(door: Door) -> APIRouter:
    """Support plans; the service checks again who may see and decide what."""
    router = APIRouter(route_class=PageRoute)
    router.include_router(_reading(door))
    router.include_router(_handing_in(door))
    router.include_router(_deciding(door))
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
            is_own=principal.person_id == person_id,
        )

    @router.get("/plans/{plan_id}")
    async def plan(plan_id: UUID, request: Request, done: str = "") -> Response:
        principal = await signed_in(door, request)
        view, _ = await _plan(door, principal, plan_id)
        return page(
            "plan.html",
            request=request,
            principal=principal,
            view=view,
            may_decide=may_decide(view, principal),
            may_hand_in=may_hand_in(view, principal),
            done=DONE.get(done, ""),
        )

    return router


def _handing_in(door: Door) -> APIRouter:
    router = APIRouter(route_class=PageRoute)
    here = "/plans/{plan_id}/submission"

    @router.get(here)
    async def form(plan_id: UUID, request: Request) -> Response:
        principal = await signed_in(door, request)
        view, etag = await _plan(door, principal, plan_id)
        if not may_hand_in(view, principal):
            raise Problem(FORBIDDEN, "not-allowed", "This plan is not yours to hand in")
        new = filled(submitted_on=today().isoformat())
        return page(
            "plan_submission.html", request=request, principal=principal, view=view, form=_read(new.given, etag)
        )

    @router.post(here)
    async def hand_in(plan_id: UUID, request: Request) -> Response:
        principal = await signed_in(door, request)
        require_own_form(request)
        given = await form_fields(request, most=FIELDS_MAX, bytes_max=FORM_BYTES_MAX)
        faults: tuple[Fault, ...] = ()
        status = UNPROCESSABLE
        if day_of(given["submitted_on"]) is None:
            faults = (Fault("submitted_on", "Enter the day on which it is handed in"),)
        else:
            body = {
                "submitted_on": given["submitted_on"],
                "risks": [risk for risk in ("safeguarding", "positive_risk") if given[risk]],
                "asks_for_less": given["asks_for_less"] == "yes",
                "why_though_not_payable": given["why_though_not_payable"] or None,
            }
            answer = await sent(door, principal, PLANNING, f"/v1/plans/{plan_id}/submission", given, body)
            if answer.status_code == OK:
                return see_other(f"/plans/{plan_id}?done=submission")
            faults, status = refusal(answer), answer.status_code
        view, etag = await _plan(door, principal, plan_id)
        again = Form(given, faults, etag if status == STALE else given["etag"])
        return page("plan_submission.html", request=request, status=status, principal=principal, view=view, form=again)

    return router


def _deciding(door: Door) -> APIRouter:
    router = APIRouter(route_class=PageRoute)
    here = "/plans/{plan_id}/decision"

    @router.get(here)
    async def form(plan_id: UUID, request: Request) -> Response:
        principal = await signed_in(door, request)
        view, etag = await _plan(door, principal, plan_id)
        if not may_decide(view, principal):
            raise Problem(FORBIDDEN, "not-allowed", "This plan is not yours to decide on")
        new = filled(decided_on=today().isoformat())
        return _decision_page(request, principal, view, _read(new.given, etag))

    @router.post(here)
    async def decide(plan_id: UUID, request: Request) -> Response:
        principal = await signed_in(door, request)
        require_own_form(request)
        given = await form_fields(request, most=FIELDS_MAX, bytes_max=FORM_BYTES_MAX)
        view, etag = await _plan(door, principal, plan_id)
        faults = _faults(given, view)
        status = UNPROCESSABLE
        if not faults:
            answer = await sent(
                door, principal, PLANNING, f"/v1/plans/{plan_id}/decision", given, _decision(given, view)
            )
            if answer.status_code == OK:
                return see_other(f"/plans/{plan_id}?done=decision")
            faults, status = refusal(answer), answer.status_code
        # Whoever has seen what changed meanwhile may decide on that.
        seen = etag if status == STALE else given["etag"]
        return _decision_page(request, principal, view, Form(given, faults, seen), status)

    return router


def _read(given: Given, etag: str) -> Form:
    """A new form about the version of a plan that was read."""
    return Form(given, (), etag)


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


def _decision(given: Given, view: PlanView) -> Mapping[str, Any]:
    answers = {code: given[f"answer-{code}"] for code in view.questions if given[f"answer-{code}"]}
    return {
        "decision": given["decision"],
        "reasons": given["reasons"],
        "decided_on": given["decided_on"],
        "answers": answers,
        "effective_from": given["effective_from"] or None if given["decision"] == "approve" else None,
        "declares_no_interest": True,
    }


def _decision_page(request: Request, principal: Principal, view: PlanView, form: Form, status: int = OK) -> Response:
    return page(
        "plan_decision.html",
        request=request,
        status=status,
        principal=principal,
        view=view,
        form=form,
        decisions=[(code, words, about) for code, (words, about) in DECISIONS.items()],
    )


async def _plan(door: Door, principal: Principal, plan_id: UUID) -> tuple[PlanView, str]:
    """A plan with its check, and its version; without the check where that cannot be had for the moment."""
    answer = await door.ask(principal, PLANNING, "GET", f"/v1/plans/{plan_id}")
    if answer.status_code != OK:
        status = answer.status_code if answer.status_code in (FORBIDDEN, NOT_FOUND) else 503
        raise Problem(status, "not-there", "There is no such plan")
    plan = answer.json()
    check, name = await asyncio.gather(
        _check(door, principal, plan_id), name_of(door, principal, UUID(plan["person_id"]))
    )
    return plan_view(plan, check, name), answer.headers["etag"]


async def _check(door: Door, principal: Principal, plan_id: UUID) -> Mapping[str, Any] | None:
    try:
        return await read(door, principal, PLANNING, f"/v1/plans/{plan_id}/check")
    except Problem:
        return None
