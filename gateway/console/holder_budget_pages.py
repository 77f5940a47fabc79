"""A budget holder's own pages of their money: what there is, and how it was worked out."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from braid.kit.identity import Principal
from braid.kit.permissions import PERMISSIONS, Action
from braid.kit.problems import not_found
from gateway.console.errors import PageRoute, ToldOnPage
from gateway.console.holder_budget_view import own_budget
from gateway.console.partial_reading import Asked, read_parts
from gateway.console.rendering import page
from gateway.console.session import signed_in
from gateway.console.stream_part import parts_of
from gateway.console.worked_out_view import worked_out
from gateway.forwarding import Door

FORBIDDEN = 403


def holder_budget_routes(door: Door) -> APIRouter:
    """My budget, and how it was worked out; for the person, and for staff who look at it with them."""
    router = APIRouter(route_class=PageRoute)

    @router.get("/people/{person_id}/my-budget")
    async def my_budget(person_id: UUID, request: Request) -> Response:
        principal = await budget_reader(door, request)
        asked = {
            "person": ("assessment", f"/v1/people/{person_id}"),
            "progress": ("support_planning", f"/v1/people/{person_id}/progress"),
            "awards": ("funding_streams", f"/v1/people/{person_id}/awards"),
            "budget": ("ledger", f"/v1/people/{person_id}/budget"),
            "balances": ("ledger", f"/v1/people/{person_id}/budget/balances"),
        }
        parts, away = await _parts(door, principal, asked)
        view = own_budget(parts, away)
        is_own = principal.person_id == person_id
        return page(
            "my_budget.html", request=request, principal=principal, view=view, person_id=person_id, is_own=is_own
        )

    @router.get("/people/{person_id}/how-worked-out")
    async def how_worked_out(person_id: UUID, request: Request) -> Response:
        principal = await budget_reader(door, request)
        asked = {
            "person": ("assessment", f"/v1/people/{person_id}"),
            "allocation": ("ras", f"/v1/people/{person_id}/allocation"),
            "awards": ("funding_streams", f"/v1/people/{person_id}/awards"),
            "budget": ("ledger", f"/v1/people/{person_id}/budget"),
        }
        parts, away = await _parts(door, principal, asked)
        streams = parts_of(parts["awards"], parts["budget"])
        view = worked_out(parts["allocation"], streams, is_whole=not away)
        return page("how_worked_out.html", request=request, principal=principal, view=view, person_id=person_id)

    return router


async def budget_reader(door: Door, request: Request) -> Principal:
    """Whoever is signed in, where their role sees budgets; an authority to act opens the self-assessment alone.

    Raises:
        Problem: 401, or 403.
    """
    principal = await signed_in(door, request)
    if not principal.roles & PERMISSIONS[Action.READ_BUDGET].roles:
        advice = "The person and the council see the budget. For people you act for, you answer the self-assessment."
        raise ToldOnPage(FORBIDDEN, "not-allowed", "This budget is not open to you", advice)
    return principal


async def _parts(door: Door, principal: Principal, asked: Asked) -> tuple[Mapping[str, Any], frozenset[str]]:
    """The parts of a page; a person whom nobody knows, or who is not theirs to see, has none."""
    parts, away = await read_parts(door, principal, asked)
    if parts["person"] is None and "person" not in away:
        raise not_found("person")
    return parts, away
