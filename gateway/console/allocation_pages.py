"""The pages of a person's allocation: how it came about, and the form that settles the final figure."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import httpx
from fastapi import APIRouter, Request
from fastapi.responses import Response

from braid.kit.identity import Principal
from braid.kit.permissions import PERMISSIONS, Action
from braid.kit.problems import Problem
from gateway.console import wording
from gateway.console.allocation_view import allocation_view
from gateway.console.errors import PageRoute
from gateway.console.forms import Fault, refusal, sent
from gateway.console.people_view import name_of, read
from gateway.console.rendering import page, see_other
from gateway.console.session import signed_in
from gateway.console.settlement_form import (
    FIELDS_MAX,
    FORM_BYTES_MAX,
    SettlementView,
    settlement_of,
    settlement_view,
)
from gateway.forms import form_fields, require_own_form
from gateway.forwarding import Door

OK, CREATED, NOT_FOUND, CHANGED, UNAVAILABLE = 200, 201, 404, 412, 503


def allocation_routes(door: Door) -> APIRouter:
    """Pages of one person's allocation; the service that answers checks again who may see and settle it."""
    router = APIRouter(route_class=PageRoute)
    here = "/people/{person_id}/allocation"

    @router.get(here)
    async def allocation(person_id: UUID, request: Request) -> Response:
        principal = await signed_in(door, request)
        path = f"/v1/people/{person_id}/allocation"
        name, explanation, history = await asyncio.gather(
            name_of(door, principal, person_id),
            read(door, principal, "ras", f"{path}/explanation"),
            read(door, principal, "ras", f"{path}/history"),
        )
        return page(
            "allocation.html",
            request=request,
            principal=principal,
            view=allocation_view(str(person_id), name, explanation, history),
            is_own=principal.person_id == person_id,
            may_settle=_may_settle(principal),
            settled=request.query_params.get("settled") == "yes",
        )

    @router.get(f"{here}/settlement")
    async def form(person_id: UUID, request: Request) -> Response:
        principal = await _somebody_who_settles(door, request)
        allocation, etag = await _allocation(door, principal, person_id)
        return _form(request, principal, person_id, settlement_view(allocation, etag))

    @router.post(f"{here}/settlement")
    async def settle(person_id: UUID, request: Request) -> Response:
        principal = await _somebody_who_settles(door, request)
        require_own_form(request)
        given = await form_fields(request, most=FIELDS_MAX, bytes_max=FORM_BYTES_MAX)
        allocation, etag = await _allocation(door, principal, person_id)
        settlement, faults = settlement_of(given)
        if given["more"]:
            return _form(request, principal, person_id, settlement_view(allocation, given["etag"], given))
        if faults:
            view = settlement_view(allocation, given["etag"], given, faults)
            return _form(request, principal, person_id, view, status=422)
        path = f"/v1/people/{person_id}/allocation/settlement"
        answer = await sent(door, principal, "ras", path, given, settlement)
        if answer.status_code == CREATED:
            return see_other(f"/people/{person_id}/allocation?settled=yes")
        # Whoever has seen what changed meanwhile may decide on that.
        seen = etag if answer.status_code == CHANGED else given["etag"]
        view = settlement_view(allocation, seen, given, _refusal(answer))
        return _form(request, principal, person_id, view, status=answer.status_code)

    return router


def _may_settle(principal: Principal) -> bool:
    return bool(principal.roles & PERMISSIONS[Action.SETTLE_ALLOCATION].roles)


async def _somebody_who_settles(door: Door, request: Request) -> Principal:
    principal = await signed_in(door, request)
    if not _may_settle(principal):
        raise Problem(403, "not-allowed", "A practitioner or an approver settles figures")
    return principal


async def _allocation(door: Door, principal: Principal, person_id: UUID) -> tuple[Mapping[str, Any], str]:
    """The allocation, and the version of the person's figures that is decided on."""
    answer = await door.ask(principal, "ras", "GET", f"/v1/people/{person_id}/allocation")
    if answer.status_code == OK:
        return answer.json(), answer.headers["etag"]
    raise Problem(NOT_FOUND if answer.status_code == NOT_FOUND else UNAVAILABLE, "not-there", "There is no allocation")


def _refusal(answer: httpx.Response) -> tuple[Fault, ...]:
    """Why the service refused it, with codes as the form writes them."""
    (fault,) = refusal(answer)
    text = fault.text
    for code, words in wording.GROUNDS.items():
        text = text.replace(code, wording.inside(words))
    return (Fault(fault.field, text),)


def _form(request: Request, principal: Principal, person_id: UUID, view: SettlementView, status: int = OK) -> Response:
    return page("settlement.html", request=request, status=status, principal=principal, view=view, person_id=person_id)
