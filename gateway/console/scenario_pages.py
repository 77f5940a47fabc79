"""The pages of scenarios: asked, waited for, looked at, and put beside another."""

import re
from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from braid.kit.identity import Principal
from braid.kit.problems import Problem
from gateway.console.errors import PageRoute
from gateway.console.forms import Fault, Form, Given, filled, refusal, sent
from gateway.console.payment_view import query_of
from gateway.console.people_view import read
from gateway.console.rendering import PAGE_HEADERS, page, see_other
from gateway.console.scenario_forms import FILE, FILE_BYTES_MAX, NOW, STORED, scenario_asked
from gateway.console.scenario_view import MAY_RUN, PAID_BY, Scenario, compared, scenario_of, tried
from gateway.console.session import signed_in
from gateway.console.uploads import uploaded
from gateway.forms import require_own_form
from gateway.forwarding import Door

RAS, SCENARIOS = "ras", "/v1/scenarios"
OK, ACCEPTED, UNPROCESSABLE, FORBIDDEN, NOT_FOUND = 200, 202, 422, 403, 404
FIELDS_MAX = 15
A_PAGE = 20
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_WHOM = (
    (STORED, "The council’s own people", "Everybody who has a figure that can be worked out again."),
    (FILE, "People in a file", "CSV, a row a person, at most 20 MB."),
)


def scenario_routes(door: Door) -> APIRouter:
    """Scenarios; the allocation service checks again who may ask."""
    router = APIRouter(route_class=PageRoute, prefix="/scenarios")

    @router.get("")
    async def form(request: Request, after: Annotated[str, Query(max_length=200)] = "") -> Response:
        principal = await _somebody(door, request)
        tables = await _tables(door, principal)
        new = filled(table=next(iter(tables), ""), against=NOW, people=STORED, prices="0", years="3", paid_by="council")
        return await _form_page(door, request, principal, tables, new, after=after)

    @router.post("")
    async def ask(request: Request) -> Response:
        principal = await _somebody(door, request)
        require_own_form(request)
        given, content = await uploaded(request, "file", bytes_max=FILE_BYTES_MAX, fields_max=FIELDS_MAX)
        tables = await _tables(door, principal)
        body, faults = scenario_asked(given, content, tables)
        status = UNPROCESSABLE
        if not faults:
            answer = await sent(door, principal, RAS, SCENARIOS, given, body)
            if answer.status_code == ACCEPTED:
                return see_other(f"/scenarios/{answer.json()['scenario_id']}")
            faults, status = refusal(answer), answer.status_code
        return await _form_page(door, request, principal, tables, Form(given, faults), status)

    @router.get("/{scenario_id}")
    async def scenario(
        scenario_id: UUID, request: Request, other: Annotated[str, Query(alias="with", max_length=300)] = ""
    ) -> Response:
        principal = await _somebody(door, request)
        found = await _scenario(door, principal, scenario_id)
        beside, faults = await _beside(door, principal, other)
        given: Given = filled(**{"with": other}).given
        return page(
            "scenario.html",
            request=request,
            status=UNPROCESSABLE if faults else OK,
            principal=principal,
            scenario=found,
            other=beside,
            compared=compared(found, beside) if beside else (),
            form=Form(given, faults),
        )

    @router.get("/{scenario_id}/people.csv")
    async def people(scenario_id: UUID, request: Request) -> Response:
        principal = await _somebody(door, request)
        answer = await door.ask(principal, RAS, "GET", f"{SCENARIOS}/{scenario_id}/people.csv")
        if answer.status_code != OK:
            raise Problem(answer.status_code, "not-available", "The file is not available", refusal(answer)[0].text)
        headers = {
            **PAGE_HEADERS,
            "content-type": "text/csv; charset=utf-8",
            "content-disposition": f'attachment; filename="scenario-{scenario_id}.csv"',
        }
        return Response(answer.content, headers=headers)

    return router


async def _somebody(door: Door, request: Request) -> Principal:
    principal = await signed_in(door, request)
    if not principal.roles & MAY_RUN:
        raise Problem(FORBIDDEN, "not-allowed", "Scenarios are for finance officers")
    return principal


async def _tables(door: Door, principal: Principal) -> Mapping[str, str]:
    """The council's released tables, the newest first: as the service names each, and its title."""
    answer = await door.ask(principal, RAS, "GET", f"/v1/allocation-tables/{principal.council}")
    if answer.status_code == NOT_FOUND:
        return {}
    if answer.status_code != OK:
        raise Problem(503, "service-unavailable", "The tables cannot be had", headers={"Retry-After": "2"})
    told = sorted(answer.json(), key=lambda table: (table["in_force_from"], table["version"]), reverse=True)
    return {f"{each['id']}:{each['version']}": f"{each['title']}, version {each['version']}" for each in told}


async def _scenario(door: Door, principal: Principal, scenario_id: UUID) -> Scenario:
    return scenario_of(await read(door, principal, RAS, f"{SCENARIOS}/{scenario_id}"))


async def _beside(door: Door, principal: Principal, other: str) -> tuple[Scenario | None, tuple[Fault, ...]]:
    """The scenario of an address or an id that somebody filled in."""
    if not other:
        return None, ()
    named = _ID.search(other.lower())
    if named is None:
        return None, (Fault("with", "Enter the address of the other scenario’s page"),)
    try:
        found = await _scenario(door, principal, UUID(named.group()))
    except Problem as problem:
        if problem.status != NOT_FOUND:
            raise
        return None, (Fault("with", "There is no such scenario of your council"),)
    if found.results is None:
        return None, (Fault("with", "The other scenario has no results, or not yet"),)
    return found, ()


async def _form_page(
    door: Door,
    request: Request,
    principal: Principal,
    tables: Mapping[str, str],
    form: Form,
    status: int = OK,
    *,
    after: str = "",
) -> Response:
    listed = await read(door, principal, RAS, SCENARIOS, query=query_of(after=after, limit=str(A_PAGE)))
    return page(
        "scenario_new.html",
        request=request,
        status=status,
        principal=principal,
        form=form,
        tables=tables,
        against={NOW: "What people’s packages cost now", **tables},
        whom=_WHOM,
        paid_by=PAID_BY,
        tried=[tried(each) for each in listed["scenarios"]],
        after=after,
        next_query=query_of(after=listed["next"]) if listed["next"] else "",
    )
