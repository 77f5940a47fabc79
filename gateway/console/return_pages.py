"""The pages of statutory returns: a quarter chosen, the file made and checked, its faults, and the files."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

import httpx
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from braid.kit.identity import Principal
from braid.kit.permissions import PERMISSIONS, Action
from braid.kit.problems import Problem
from gateway.console.errors import PageRoute
from gateway.console.figure_tables import FigureTable
from gateway.console.forms import Fault, Form, Given, filled, refusal, sent, today
from gateway.console.outcome_lists import lists_for
from gateway.console.outcome_reads import OUTCOMES
from gateway.console.payment_view import query_of
from gateway.console.people_view import read
from gateway.console.rendering import PAGE_HEADERS, page, see_other
from gateway.console.return_view import Return, faults_of, in_list, quarter_ends, return_of
from gateway.console.session import permitted
from gateway.forms import form_fields
from gateway.forwarding import Door

OK, ACCEPTED, UNPROCESSABLE = 200, 202, 422
RETURNS = "/v1/client-level-data-returns"
A_PAGE, LA_CODE_LENGTH = 20, 3
_FIELDS: Mapping[str, str] = {"not-yet": "quarter_ends_on", "no-such-period": "quarter_ends_on"}
Told = Mapping[str, Any]


def return_routes(door: Door) -> APIRouter:
    """Statutory returns; the outcomes service checks again who may make, read and take them."""
    router = APIRouter(route_class=PageRoute, prefix="/outcomes/returns")
    _add_making(router, door)
    _add_reading(router, door)
    return router


def _add_making(router: APIRouter, door: Door) -> None:
    @router.get("")
    async def form(request: Request, after: Annotated[str, Query(max_length=200)] = "") -> Response:
        principal = await _reader(door, request)
        new = filled(quarter_ends_on=next(iter(quarter_ends(today()))))
        return await _form_page(door, request, principal, new, after=after)

    @router.post("")
    async def make(request: Request) -> Response:
        principal = await permitted(door, request, Action.MAKE_RETURN, OUTCOMES)
        given = await form_fields(request)
        faults, status = _faults(given), UNPROCESSABLE
        if not faults:
            body = {"quarter_ends_on": given["quarter_ends_on"], "la_code": given["la_code"] or None}
            answer = await sent(door, principal, OUTCOMES, RETURNS, given, body)
            if answer.status_code == ACCEPTED:
                return see_other(f"/outcomes/returns/{answer.json()['return_id']}")
            faults, status = _refused(answer), answer.status_code
        return await _form_page(door, request, principal, Form(given, faults), status)


def _add_reading(router: APIRouter, door: Door) -> None:
    @router.get("/{return_id}")
    async def one(return_id: UUID, request: Request) -> Response:
        principal = await _reader(door, request)
        found = return_of(await read(door, principal, OUTCOMES, f"{RETURNS}/{return_id}"))
        return page(
            "return.html",
            request=request,
            principal=principal,
            found=found,
            faults=await _first_faults(door, principal, found),
            may_take=bool(principal.roles & PERMISSIONS[Action.DOWNLOAD_RETURN].roles),
        )

    @router.get("/{return_id}/file.csv")
    async def file(return_id: UUID, request: Request) -> Response:
        principal = await permitted(door, request, Action.DOWNLOAD_RETURN, OUTCOMES)
        return await _file(door, principal, f"{RETURNS}/{return_id}/file.csv")

    @router.get("/{return_id}/faults.csv")
    async def faults(return_id: UUID, request: Request) -> Response:
        principal = await _reader(door, request)
        return await _file(door, principal, f"{RETURNS}/{return_id}/faults.csv")


async def _reader(door: Door, request: Request) -> Principal:
    return await permitted(door, request, Action.READ_RETURNS, OUTCOMES)


def _faults(given: Given) -> tuple[Fault, ...]:
    faults = []
    if given["quarter_ends_on"] not in quarter_ends(today()):
        faults.append(Fault("quarter_ends_on", "Select the quarter"))
    code = given["la_code"]
    if code and not (len(code) == LA_CODE_LENGTH and code.isascii() and code.isdecimal()):
        faults.append(Fault("la_code", "Enter the Department’s code of the council, 3 digits"))
    return tuple(faults)


def _refused(answer: httpx.Response) -> tuple[Fault, ...]:
    kind = str(answer.json().get("type", "")).rpartition("/")[2].rpartition(":")[2]
    return tuple(Fault(_FIELDS.get(kind, ""), fault.text) for fault in refusal(answer))


async def _first_faults(door: Door, principal: Principal, found: Return) -> FigureTable | None:
    """The first faults of a return whose file is still there; None where there are none to show."""
    if not (found.results and found.results.faults and found.is_kept):
        return None
    answer = await door.ask(principal, OUTCOMES, "GET", f"{RETURNS}/{found.return_id}/faults.csv")
    return faults_of(answer.text) if answer.status_code == OK else None


async def _file(door: Door, principal: Principal, path: str) -> Response:
    answer = await door.ask(principal, OUTCOMES, "GET", path)
    if answer.status_code != OK:
        raise Problem(answer.status_code, "not-available", "The file is not available", refusal(answer)[0].text)
    headers = {name: answer.headers[name] for name in ("content-type", "content-disposition")}
    return Response(answer.content, headers={**PAGE_HEADERS, **headers})


async def _form_page(
    door: Door, request: Request, principal: Principal, form: Form, status: int = OK, *, after: str = ""
) -> Response:
    listed = await read(door, principal, OUTCOMES, RETURNS, query=query_of(after=after, limit=str(A_PAGE)))
    return page(
        "returns.html",
        request=request,
        status=status,
        principal=principal,
        lists=lists_for(principal),
        form=form,
        may_make=bool(principal.roles & PERMISSIONS[Action.MAKE_RETURN].roles),
        quarters=quarter_ends(today()),
        made=[in_list(each) for each in listed["returns"]],
        after=after,
        next_query=query_of(after=listed["next"]) if listed["next"] else "",
    )
