"""Writing a plan: begun, its items, what it is for and how its money is held; checked at every step.

After each step the plan's own page says which money pays for what, why not, and what would mend it.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from braid.kit.identity import Principal
from braid.kit.problems import Problem
from gateway.console import circumstances_form as circumstances
from gateway.console import planning_forms as forms
from gateway.console import wording
from gateway.console.errors import PageRoute
from gateway.console.forms import Form, filled, refusal, sent, today
from gateway.console.people_view import read
from gateway.console.plan_forms import OK, PLANNING, UNPROCESSABLE, PlanForm, Seen, form_routes
from gateway.console.plan_view import MAY_PLAN, OPEN, WAYS, may_write
from gateway.console.rendering import page, see_other
from gateway.console.session import signed_in
from gateway.forms import form_fields, require_own_form
from gateway.forwarding import Door

FORBIDDEN, CREATED = 403, 201
#: What no money of anybody's pays for is not offered.
_USES = {code: wording.sentence(words) for code, words in wording.USES.items() if not code.startswith("never.")}


async def _choice(door: Door, principal: Principal, name: str) -> Mapping[str, Any]:
    """A choice of the council as it holds today; nothing while it is away."""
    try:
        content: Mapping[str, Any] = (await read(door, principal, PLANNING, f"/v1/planning-choices/{name}"))["content"]
    except Problem:
        return {}
    return content


async def _prices(door: Door, principal: Principal) -> Mapping[str, Any]:
    return {"prices": (await _choice(door, principal, "catalogue")).get("prices", ())}


async def _ways(door: Door, principal: Principal) -> Mapping[str, Any]:
    return {"ways": await _choice(door, principal, "holding")}


def _item_shows(seen: Seen) -> Mapping[str, Any]:
    item = forms.plan_item(seen)
    price_id = item.get("price_id") if item else seen.asked.get("price")
    holdings = seen.content["holdings"]
    return {
        "item": item,
        "price": next((each for each in seen.more["prices"] if each["price_id"] == price_id), None),
        "uses": _USES,
        "units": forms.UNITS,
        "cadences": forms.cadences(),
        "payees": forms.PAYEES,
        "relations": forms.RELATIONS,
        "circumstances": {circumstances.field_of(name): words for name, words in circumstances.YES_OR_NO.items()},
        "weeks": circumstances.field_of(circumstances.WEEKS),
        "answers": circumstances.ANSWERS,
        "holdings": {each["holding_id"]: wording.named(WAYS, each["way"]) for each in holdings},
        "address": "items/new" if item is None else f"items/{item['item_id']}",
    }


_WRITTEN: Mapping[str, Any] = {"is_for": may_write, "method": "PUT"}
_ITEM = PlanForm(
    name="item",
    path="items/new",
    template="plan_item.html",
    new=forms.item_filled,
    read=forms.item_saved,
    shows=_item_shows,
    reads=_prices,
    **_WRITTEN,
)
WRITING = (
    _ITEM,
    PlanForm(
        name="removal",
        path="items/{item_id}/removal",
        template="plan_item_removal.html",
        new=lambda _seen: filled().given,
        read=forms.item_removed,
        shows=_item_shows,
        reads=_prices,
        **_WRITTEN,
    ),
    replace(_ITEM, path="items/{item_id}"),
    PlanForm(
        name="wishes",
        path="wishes",
        template="plan_wishes.html",
        new=forms.wishes_filled,
        read=forms.wishes_saved,
        **_WRITTEN,
    ),
    PlanForm(
        name="holding",
        path="money",
        template="plan_money.html",
        new=forms.holding_filled,
        read=forms.holding_saved,
        shows=lambda seen: {
            "ways": WAYS,
            "rules": seen.more["ways"],
            "held_by_others": forms.HELD_BY_OTHERS,
            "payrolls": forms.PAYROLLS,
        },
        reads=_ways,
        **_WRITTEN,
    ),
)


def planning_routes(door: Door) -> APIRouter:
    """Writing a plan; the service checks again who may write it, and what it says."""
    router = APIRouter(route_class=PageRoute)
    router.include_router(_choosing(door))
    for form in WRITING:
        router.include_router(form_routes(door, form))
    router.include_router(_beginning(door))
    return router


def _choosing(door: Door) -> APIRouter:
    router = APIRouter(route_class=PageRoute)

    @router.get("/plans/{plan_id}/items/catalogue")
    async def choose(plan_id: UUID, request: Request) -> Response:
        principal = await signed_in(door, request)
        plan, told = await asyncio.gather(
            read(door, principal, PLANNING, f"/v1/plans/{plan_id}"), _prices(door, principal)
        )
        values = {"plan": plan, "prices": told["prices"], "units": forms.UNITS, "form": Form()}
        return page("plan_catalogue.html", request=request, principal=principal, **values)

    return router


def _beginning(door: Door) -> APIRouter:
    router = APIRouter(route_class=PageRoute)
    here = "/people/{person_id}/plans/new"

    @router.get(here)
    async def form(person_id: UUID, request: Request) -> Response:
        principal = await _planner(door, request)
        plans = await _plans(door, principal, person_id)
        starts_on, ends_on = await _days(door, principal, person_id)
        new = filled(starts_on=starts_on, ends_on=ends_on)
        return _begin_page(request, principal, person_id, plans, new)

    @router.post(here)
    async def begin(person_id: UUID, request: Request) -> Response:
        principal = await _planner(door, request)
        require_own_form(request)
        given = await form_fields(request)
        plans = await _plans(door, principal, person_id)
        body, faults = forms.begun(given, _in_force(plans))
        status = UNPROCESSABLE
        if not faults:
            answer = await sent(door, principal, PLANNING, f"/v1/people/{person_id}/plans", given, body)
            if answer.status_code == CREATED:
                return see_other(f"/plans/{answer.json()['plan_id']}?done=begun")
            faults, status = refusal(answer), answer.status_code
        return _begin_page(request, principal, person_id, plans, Form(given, faults), status)

    return router


def may_begin(principal: Principal, plans: Mapping[str, Any]) -> bool:
    """Whether somebody may begin a plan now: none is open or waits for a decision."""
    in_hand = {*OPEN, "submitted"}
    return bool(principal.roles & MAY_PLAN) and not any(each["state"] in in_hand for each in plans["plans"])


async def _planner(door: Door, request: Request) -> Principal:
    principal = await signed_in(door, request)
    if not principal.roles & MAY_PLAN:
        raise Problem(FORBIDDEN, "not-allowed", "The person plans, or a practitioner with them")
    return principal


async def _plans(door: Door, principal: Principal, person_id: UUID) -> Mapping[str, Any]:
    return await read(door, principal, PLANNING, f"/v1/people/{person_id}/plans")


def _in_force(plans: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What the plan in force says; None where there is none."""
    return next((each["content"] for each in plans["plans"] if each["plan_id"] == plans["in_force"]), None)


async def _days(door: Door, principal: Principal, person_id: UUID) -> tuple[str, str]:
    """The days of the budget, for which there is money; empty where they cannot be had."""
    try:
        funds = (await read(door, principal, "ledger", f"/v1/people/{person_id}/budget"))["funds"]
    except Problem:
        funds = ()
    if not funds:
        return today().isoformat(), ""
    return min(each["starts_on"] for each in funds), max(each["ends_on"] for each in funds)


def _begin_page(
    request: Request,
    principal: Principal,
    person_id: UUID,
    plans: Mapping[str, Any],
    form: Form,
    status: int = OK,
) -> Response:
    return page(
        "plan_new.html",
        request=request,
        status=status,
        principal=principal,
        person_id=person_id,
        has_one=_in_force(plans) is not None,
        form=form,
    )
