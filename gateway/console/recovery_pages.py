"""The pages of money that is asked back: proposed, decided by somebody else, appealed against, paid back, let go."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from braid.kit.identity import Principal
from braid.kit.problems import not_found
from gateway.console import wording
from gateway.console.errors import PageRoute
from gateway.console.forms import Form, filled, refusal, sent, today
from gateway.console.money_forms import new_terms, recovery_asked, step_asked
from gateway.console.money_pages import LEDGER, staff_of
from gateway.console.money_view import MAY_LOOK
from gateway.console.people_view import read
from gateway.console.recovery_view import EVERY, MAY_DECIDE, MAY_PROPOSE, STEPS, Recovery, recovery_of
from gateway.console.rendering import page, see_other
from gateway.forms import form_fields, require_own_form
from gateway.forwarding import Door

OK, CREATED, UNPROCESSABLE = 200, 201, 422
_PATHS: Mapping[str, str] = {
    "decision": "decision",
    "appeal": "appeal",
    "appeal-outcome": "appeal/outcome",
    "write-off": "write-off",
    "receipt": "receipts",
}
DONE: Mapping[str, str] = {
    "decision": "It is decided. The instalments fall due as they stand here.",
    "appeal": "The appeal is taken in. Nothing falls due until it is closed.",
    "appeal-outcome": "The appeal is closed.",
    "write-off": "It is written off, and not owed any more.",
    "receipt": "What was paid back is taken in.",
}
_HERE = "/people/{person_id}/recoveries"


def recovery_routes(door: Door) -> APIRouter:
    """Recoveries; the ledger checks again who may propose and decide."""
    router = APIRouter(route_class=PageRoute)
    router.include_router(_proposing(door))
    router.include_router(_deciding(door))
    return router


def _proposing(door: Door) -> APIRouter:
    router = APIRouter(route_class=PageRoute)

    @router.get(f"{_HERE}/new")
    async def form(person_id: UUID, request: Request) -> Response:
        principal = await staff_of(door, request, MAY_PROPOSE)
        return await _new_page(door, request, principal, person_id, new_terms())

    @router.post(f"{_HERE}/new")
    async def propose(person_id: UUID, request: Request) -> Response:
        principal = await staff_of(door, request, MAY_PROPOSE)
        require_own_form(request)
        given = await form_fields(request)
        body, faults = recovery_asked(given, list(await _funds(door, principal, person_id)))
        status = UNPROCESSABLE
        if not faults:
            answer = await sent(door, principal, LEDGER, f"/v1/people/{person_id}/recoveries", given, body)
            if answer.status_code == CREATED:
                return see_other(f"/people/{person_id}/money?done=recovery")
            faults, status = refusal(answer), answer.status_code
        return await _new_page(door, request, principal, person_id, Form(given, faults), status)

    return router


def _deciding(door: Door) -> APIRouter:
    router = APIRouter(route_class=PageRoute)
    here = f"{_HERE}/{{recovery_id}}"

    @router.get(here)
    async def recovery(person_id: UUID, recovery_id: UUID, request: Request, done: str = "") -> Response:
        principal = await staff_of(door, request, MAY_LOOK)
        person, found = await _recovery(door, principal, person_id, recovery_id)
        return page(
            "recovery.html",
            request=request,
            principal=principal,
            person=person,
            recovery=found,
            steps=STEPS,
            done=DONE.get(done, ""),
        )

    @router.get(f"{here}/{{step}}")
    async def step_form(person_id: UUID, recovery_id: UUID, step: str, request: Request) -> Response:
        principal = await staff_of(door, request, MAY_DECIDE | MAY_PROPOSE)
        person, found = await _recovery(door, principal, person_id, recovery_id)
        if step not in found.steps:
            raise not_found("step")
        return _step_page(request, principal, person, found, step, filled(on=today().isoformat()))

    @router.post(f"{here}/{{step}}")
    async def take_step(person_id: UUID, recovery_id: UUID, step: str, request: Request) -> Response:
        principal = await staff_of(door, request, MAY_DECIDE | MAY_PROPOSE)
        require_own_form(request)
        if step not in _PATHS:
            raise not_found("step")
        given = await form_fields(request)
        person, found = await _recovery(door, principal, person_id, recovery_id)
        body, faults = step_asked(step, given)
        status = UNPROCESSABLE
        if not faults:
            # Sent twice it takes effect once: the key is the form's.
            path = f"/v1/recoveries/{recovery_id}/{_PATHS[step]}"
            answer = await sent(door, principal, LEDGER, path, given, body)
            if answer.status_code == OK:
                return see_other(f"/people/{person_id}/recoveries/{recovery_id}?done={step}")
            faults, status = refusal(answer), answer.status_code
        return _step_page(request, principal, person, found, step, Form(given, faults), status)

    return router


async def _recovery(
    door: Door, principal: Principal, person_id: UUID, recovery_id: UUID
) -> tuple[Mapping[str, Any], Recovery]:
    person, told = await asyncio.gather(
        read(door, principal, "assessment", f"/v1/people/{person_id}"),
        read(door, principal, LEDGER, f"/v1/people/{person_id}/recoveries"),
    )
    found = next((each for each in told["recoveries"] if each["recovery_id"] == str(recovery_id)), None)
    if found is None:
        raise not_found("recovery")
    return person, recovery_of(found, principal)


async def _funds(door: Door, principal: Principal, person_id: UUID) -> Mapping[str, str]:
    budget = await read(door, principal, LEDGER, f"/v1/people/{person_id}/budget")
    return {fund["fund_id"]: wording.named(wording.STREAMS, fund["stream"]) for fund in budget["funds"]}


async def _new_page(
    door: Door, request: Request, principal: Principal, person_id: UUID, form: Form, status: int = OK
) -> Response:
    person, funds = await asyncio.gather(
        read(door, principal, "assessment", f"/v1/people/{person_id}"), _funds(door, principal, person_id)
    )
    return page(
        "recovery_new.html",
        request=request,
        status=status,
        principal=principal,
        person=person,
        funds=funds,
        every=EVERY,
        form=form,
    )


def _step_page(
    request: Request,
    principal: Principal,
    person: Mapping[str, Any],
    recovery: Recovery,
    step: str,
    form: Form,
    status: int = OK,
) -> Response:
    return page(
        "recovery_step.html",
        request=request,
        status=status,
        principal=principal,
        person=person,
        recovery=recovery,
        step=step,
        words=STEPS[step],
        form=form,
    )
