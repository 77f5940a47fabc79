"""The pages of money to look at: across the council, and around one person."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from braid.kit.identity import Principal
from braid.kit.problems import Problem
from gateway.console.errors import PageRoute
from gateway.console.forms import today
from gateway.console.money_view import (
    MAY_ANSWER,
    MAY_LOOK,
    MAY_SEE_MATTERS,
    OWNERS,
    alert_of,
    lists_for,
    matter_of,
    query_of,
)
from gateway.console.payment_view import query_of as address_query
from gateway.console.people_view import names_of, read
from gateway.console.recovery_view import MAY_PROPOSE, recovery_of
from gateway.console.rendering import page, see_other
from gateway.console.session import signed_in
from gateway.forwarding import Door

LEDGER = "ledger"
A_PAGE = 25
#: The most that the ledger gives of one person's at once.
OF_ONE_PERSON = 200
NOT_FOUND, FORBIDDEN = 404, 403
DONE: Mapping[str, str] = {
    "answered": "The answer is written down.",
    "proposed-write-off": "It is proposed to write the money off. Somebody else decides.",
    "recovery": "The recovery is proposed. Nothing is owed before somebody else decides it.",
}
Cursor = Annotated[str, Query(max_length=200)]


@dataclass(frozen=True)
class Listed:
    """A list of the ledger's that a page shows as it comes.

    Args:
        name: in what the ledger answers, in the template's name and in the template.
        most: the parameter that says how many.
        shown: one of them, with people's names.
    """

    name: str
    path: str
    most: str
    shown: Callable[[Mapping[str, Any], Mapping[str, str]], object]


ALERTS = Listed("alerts", "/v1/budget-alerts", "most", alert_of)
MATTERS = Listed("matters", "/v1/payment-matters", "limit", matter_of)


def money_routes(door: Door) -> APIRouter:
    """Money to look at; the ledger checks again who may see what."""
    router = APIRouter(route_class=PageRoute)
    router.include_router(_lists(door))
    router.include_router(_person(door))
    return router


def _lists(door: Door) -> APIRouter:
    router = APIRouter(route_class=PageRoute, prefix="/money")

    @router.get("")
    async def first(request: Request) -> Response:
        await staff_of(door, request, MAY_LOOK)
        return see_other("/money/queries")

    @router.get("/queries")
    async def queries(request: Request, owner: str = "", state: str = "", after: Cursor = "") -> Response:
        principal = await staff_of(door, request, MAY_LOOK)
        owner, state = owner if owner in OWNERS else "", "answered" if state == "answered" else ""
        is_open = "false" if state else "true"
        asked = address_query(owner=owner, is_open=is_open, after=after, most=str(A_PAGE))
        told = await read(door, principal, LEDGER, "/v1/spending-queries", query=asked)
        names = await _named(door, principal, told["queries"])
        on = today()
        return page(
            "money_queries.html",
            request=request,
            principal=principal,
            lists=lists_for(principal),
            queries=[query_of(each, names, on) for each in told["queries"]],
            owners=OWNERS,
            owner=owner,
            state=state,
            first_query=address_query(owner=owner, state=state) if after else None,
            next_query=address_query(owner=owner, state=state, after=told["next"]) if told["next"] else "",
        )

    @router.get("/alerts")
    async def alerts(request: Request, after: Cursor = "") -> Response:
        principal = await staff_of(door, request, MAY_LOOK)
        return await _list_page(door, request, principal, ALERTS, after)

    @router.get("/matters")
    async def matters(request: Request, after: UUID | None = None) -> Response:
        principal = await staff_of(door, request, MAY_SEE_MATTERS)
        return await _list_page(door, request, principal, MATTERS, str(after or ""))

    return router


def _person(door: Door) -> APIRouter:
    router = APIRouter(route_class=PageRoute)

    @router.get("/people/{person_id}/money")
    async def money(person_id: UUID, request: Request, done: str = "") -> Response:
        principal = await staff_of(door, request, MAY_LOOK)
        home = f"/v1/people/{person_id}"
        person = await read(door, principal, "assessment", home)
        on = today()
        parts = await asyncio.gather(
            _part(door, principal, f"{home}/budget/queries", f"most={OF_ONE_PERSON}"),
            _part(door, principal, f"{home}/budget/standing", f"on={on}"),
            _part(door, principal, f"{home}/payment-matters"),
            _part(door, principal, f"{home}/recoveries"),
        )
        queries, standing, matters, recoveries = parts
        names = {str(person_id): person["name"]}
        return page(
            "person_money.html",
            request=request,
            principal=principal,
            person=person,
            has_budget=standing is not None,
            queries=[query_of(each, names, on, str(person_id)) for each in (queries or {}).get("queries", ())],
            is_cut=bool((queries or {}).get("next")),
            alerts=[alert_of(each, names, str(person_id)) for each in (standing or {}).get("alerts", ())],
            matters=[matter_of(each, names) for each in (matters or {}).get("matters", ())],
            recoveries=[recovery_of(each, principal) for each in (recoveries or {}).get("recoveries", ())],
            may_answer=bool(principal.roles & MAY_ANSWER),
            may_propose=bool(principal.roles & MAY_PROPOSE),
            done=DONE.get(done, ""),
        )

    return router


async def _list_page(door: Door, request: Request, principal: Principal, listed: Listed, after: str) -> Response:
    asked = address_query(after=after, **{listed.most: str(A_PAGE)})
    told = await read(door, principal, LEDGER, listed.path, query=asked)
    names = await _named(door, principal, told[listed.name])
    shown: dict[str, Any] = {listed.name: [listed.shown(each, names) for each in told[listed.name]]}
    return page(
        f"money_{listed.name}.html",
        request=request,
        principal=principal,
        lists=lists_for(principal),
        after=after,
        next_query=address_query(after=told["next"]) if told["next"] else "",
        **shown,
    )


async def staff_of(door: Door, request: Request, roles: frozenset[Any]) -> Principal:
    """Whoever is signed in, in one of these roles.

    Raises:
        Problem: 401, or 403.
    """
    principal = await signed_in(door, request)
    if not principal.roles & roles:
        raise Problem(FORBIDDEN, "not-allowed", "This is for those who look after people's money")
    return principal


async def _named(door: Door, principal: Principal, told: list[Mapping[str, Any]]) -> Mapping[str, str]:
    return await names_of(door, principal, (each["person_id"] for each in told if each.get("person_id")))


async def _part(door: Door, principal: Principal, path: str, query: str = "") -> Mapping[str, Any] | None:
    """A part of what there is about a person's money; None while no budget is open."""
    try:
        return await read(door, principal, LEDGER, path, query=query)
    except Problem as problem:
        if problem.status == NOT_FOUND:
            return None
        raise
