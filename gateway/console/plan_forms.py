"""A form about a plan: shown on the version that was read, sent on it once, shown again with what stands against it.

What a form asks and what it sends is its own; the steps are the same for handing in, deciding and writing a plan.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from braid.kit.identity import Principal
from braid.kit.problems import Problem
from gateway.console.errors import PageRoute
from gateway.console.forms import Fault, Form, Given, refusal, sent
from gateway.console.people_view import name_of, read
from gateway.console.plan_view import PlanView, plan_view
from gateway.console.rendering import page, see_other
from gateway.console.session import signed_in
from gateway.forms import form_fields, require_own_form
from gateway.forwarding import Door

OK, STALE, UNPROCESSABLE, FORBIDDEN, NOT_FOUND = 200, 412, 422, 403, 404
PLANNING = "support_planning"
#: A plan has a few long answers.
FORM_BYTES_MAX, FIELDS_MAX = 100_000, 120


@dataclass(frozen=True)
class Seen:
    """A plan as somebody sees it.

    Args:
        plan: as the service tells it.
        etag: its version.
        principal: who looks at it.
        part: names of the address, such as an item's id.
        asked: what the address asks for besides.
        more: what the form reads besides the plan, such as the catalogue.
    """

    plan: Mapping[str, Any]
    view: PlanView
    etag: str
    principal: Principal
    part: Mapping[str, str]
    asked: Mapping[str, str]
    more: Mapping[str, Any]

    @property
    def content(self) -> dict[str, Any]:
        """What the plan says; a copy to be changed."""
        return dict(self.plan["content"])

    @property
    def is_own(self) -> bool:
        """Whether the person themselves looks at it."""
        return str(self.principal.person_id) == self.view.person_id


Body = Mapping[str, Any]
Faults = tuple[Fault, ...]


async def _nothing_more(_door: Door, _principal: Principal) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True)
class PlanForm:
    """A form.

    Args:
        name: says on the plan's page what was done.
        path: below the plan's own address.
        template: of the page.
        is_for: whether somebody may fill it in now; the service checks again.
        new: what it is filled in with at first.
        read: what it sends, or what stands against it.
        shows: what the page shows besides.
        reads: what it reads besides the plan.
        sends_to: below the plan's address at the service.
        method: of what is sent.
    """

    name: str
    path: str
    template: str
    is_for: Callable[[PlanView, Principal], bool]
    new: Callable[[Seen], Given]
    read: Callable[[Seen, Given], tuple[Body, Faults]]
    shows: Callable[[Seen], Mapping[str, Any]] = lambda _seen: {}
    reads: Callable[[Door, Principal], Awaitable[Mapping[str, Any]]] = _nothing_more
    sends_to: str = ""
    method: str = "POST"


def form_routes(door: Door, asked: PlanForm) -> APIRouter:
    """The page of a form, and its sending."""
    router = APIRouter(route_class=PageRoute)
    here = f"/plans/{{plan_id}}/{asked.path}"

    @router.get(here)
    async def form(plan_id: UUID, request: Request) -> Response:
        principal = await signed_in(door, request)
        seen = await _seen(door, principal, plan_id, request, asked)
        if not asked.is_for(seen.view, principal):
            raise Problem(FORBIDDEN, "not-allowed", "This plan is not yours to change in this way now")
        return _page(request, asked, seen, Form(asked.new(seen), (), seen.etag))

    @router.post(here)
    async def send(plan_id: UUID, request: Request) -> Response:
        principal = await signed_in(door, request)
        require_own_form(request)
        given = await form_fields(request, most=FIELDS_MAX, bytes_max=FORM_BYTES_MAX)
        seen = await _seen(door, principal, plan_id, request, asked)
        body, faults = asked.read(seen, given)
        status = UNPROCESSABLE
        if not faults:
            path = f"/v1/plans/{plan_id}{asked.sends_to}"
            answer = await sent(door, principal, PLANNING, path, given, body, method=asked.method)
            if answer.status_code == OK:
                return see_other(f"/plans/{plan_id}?done={asked.name}")
            faults, status = refusal(answer), answer.status_code
        # Whoever has seen what changed meanwhile may decide on that.
        etag = seen.etag if status == STALE else given["etag"]
        return _page(request, asked, seen, Form(given, faults, etag), status)

    return router


async def _seen(door: Door, principal: Principal, plan_id: UUID, request: Request, asked: PlanForm) -> Seen:
    (plan, view, etag), more = await asyncio.gather(read_plan(door, principal, plan_id), asked.reads(door, principal))
    part = {name: value for name, value in request.path_params.items() if name != "plan_id"}
    return Seen(plan, view, etag, principal, part, dict(request.query_params), more)


def _page(request: Request, asked: PlanForm, seen: Seen, form: Form, status: int = OK) -> Response:
    return page(
        asked.template,
        request=request,
        status=status,
        principal=seen.principal,
        view=seen.view,
        form=form,
        is_own=seen.is_own,
        **asked.shows(seen),
    )


async def read_plan(door: Door, principal: Principal, plan_id: UUID) -> tuple[Mapping[str, Any], PlanView, str]:
    """A plan, how it is shown with its check, and its version; without the check where that is away.

    Raises:
        Problem: 403, 404 or 503.
    """
    answer = await door.ask(principal, PLANNING, "GET", f"/v1/plans/{plan_id}")
    if answer.status_code != OK:
        status = answer.status_code if answer.status_code in (FORBIDDEN, NOT_FOUND) else 503
        raise Problem(status, "not-there", "There is no such plan")
    plan = answer.json()
    person_id = UUID(plan["person_id"])
    check, name = await asyncio.gather(_check(door, principal, plan_id), name_of(door, principal, person_id))
    return plan, plan_view(plan, check, name), answer.headers["etag"]


async def _check(door: Door, principal: Principal, plan_id: UUID) -> Mapping[str, Any] | None:
    try:
        return await read(door, principal, PLANNING, f"/v1/plans/{plan_id}/check")
    except Problem:
        return None
