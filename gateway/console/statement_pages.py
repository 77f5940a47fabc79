"""The pages of a person's statement: any period, the movements behind it, and the same as a file to keep."""

import asyncio
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import httpx
from fastapi import APIRouter, Request
from fastapi.responses import Response

from braid.kit.identity import Principal
from braid.kit.problems import Problem, not_found
from gateway.console.errors import PageRoute
from gateway.console.people_view import name_of, read
from gateway.console.rendering import PAGE_HEADERS, page
from gateway.console.session import signed_in
from gateway.console.statement_view import Period, period_of, statement_view
from gateway.forwarding import Door

OK, UNPROCESSABLE = 200, 422
FILES = ("pdf", "csv")
#: Longest period that is shown where nobody chose one, in days.
A_YEAR = timedelta(days=365)


def statement_routes(door: Door) -> APIRouter:
    """A statement as page, PDF and CSV; the ledger checks again who may see it."""
    router = APIRouter(route_class=PageRoute)
    here = "/people/{person_id}/statement"

    @router.get(here)
    async def statement(person_id: UUID, request: Request) -> Response:
        principal = await signed_in(door, request)
        name, budget = await asyncio.gather(
            name_of(door, principal, person_id), read(door, principal, "ledger", f"/v1/people/{person_id}/budget")
        )
        period = period_of(request.query_params, _usual_period(budget))
        made: Mapping[str, Any] = {}
        if not period.faults:
            answer = await _ask(door, principal, person_id, "", _query(period, request))
            if answer.status_code == UNPROCESSABLE:
                period = period.refused(answer.json().get("detail", ""))
            elif answer.status_code == OK:
                made = answer.json()
            else:
                raise Problem(answer.status_code, "not-available", "The statement is not available")
        return page(
            "statement.html",
            request=request,
            status=UNPROCESSABLE if period.faults else OK,
            principal=principal,
            view=statement_view(made, name, period),
            person_id=person_id,
            is_own=principal.person_id == person_id,
        )

    @router.get(f"{here}.{{kind}}")
    async def file(person_id: UUID, kind: str, request: Request) -> Response:
        principal = await signed_in(door, request)
        if kind not in FILES:
            raise not_found("file")
        answer = await _ask(door, principal, person_id, f".{kind}", request.url.query)
        if answer.status_code != OK:
            raise Problem(answer.status_code, "not-available", "The file is not available", _detail(answer))
        told = {name: answer.headers[name] for name in ("content-type", "content-disposition")}
        return Response(answer.content, headers={**PAGE_HEADERS, **told})

    return router


def _usual_period(budget: Mapping[str, Any]) -> tuple[str, str]:
    """The time that the budget's funds are for, a year of it at most; the day of its opening where it has none."""
    funds = budget["funds"]
    first = min((fund["starts_on"] for fund in funds), default=budget["opened_on"])
    last = max((fund["ends_on"] for fund in funds), default=first)
    within_a_year = (date.fromisoformat(first) + A_YEAR).isoformat()
    return first, min(last, within_a_year)


def _query(period: Period, request: Request) -> str:
    later = {name: request.query_params[name] for name in ("after", "known_at") if name in request.query_params}
    return urlencode({"first": period.first, "last": period.last, **later})


async def _ask(door: Door, principal: Principal, person_id: UUID, kind: str, query: str) -> httpx.Response:
    return await door.ask(principal, "ledger", "GET", f"/v1/people/{person_id}/budget/statement{kind}", query=query)


def _detail(answer: httpx.Response) -> str:
    if "json" not in answer.headers.get("content-type", ""):
        return ""
    return str(answer.json().get("detail", ""))
