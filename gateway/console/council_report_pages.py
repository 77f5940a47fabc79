"""The pages of reports to a council: which there are, and each with its picture, its table and its file."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import httpx
from fastapi import APIRouter, Request
from fastapi.responses import Response

from braid.kit.identity import Principal
from braid.kit.permissions import Action
from braid.kit.problems import Problem, not_found
from gateway.console.errors import PageRoute
from gateway.console.figure_tables import picture_of, table_of
from gateway.console.forms import Fault, Form, day_of, filled, refusal, today
from gateway.console.outcome_lists import lists_for
from gateway.console.outcome_reads import OUTCOMES
from gateway.console.payment_view import query_of
from gateway.console.people_view import read
from gateway.console.rendering import PAGE_HEADERS, page
from gateway.console.session import permitted
from gateway.forwarding import Door

OK, NOT_FOUND, UNPROCESSABLE = 200, 404, 422
REPORTS = "/v1/council-reports"
A_YEAR = timedelta(days=365)
Told = Mapping[str, Any]


def council_report_routes(door: Door) -> APIRouter:
    """Reports to a council; the outcomes service checks again who may read them."""
    router = APIRouter(route_class=PageRoute, prefix="/outcomes/reports")

    @router.get("")
    async def reports(request: Request) -> Response:
        principal = await _reader(door, request)
        told = await read(door, principal, OUTCOMES, REPORTS)
        return page(
            "council_reports.html",
            request=request,
            principal=principal,
            lists=lists_for(principal),
            reports=told["reports"],
        )

    @router.get("/{report}")
    async def report(report: str, request: Request, from_day: str = "", to_day: str = "") -> Response:
        principal = await _reader(door, request)
        form = _asked(from_day, to_day)
        if form.faults:
            return await _report_page(door, request, principal, report, form, None)
        query = query_of(from_day=form.given["from_day"], to_day=form.given["to_day"])
        answer = await door.ask(principal, OUTCOMES, "GET", f"{REPORTS}/{report}", query=query)
        if answer.status_code == UNPROCESSABLE:
            again = Form(form.given, _misfit(answer))
            return await _report_page(door, request, principal, report, again, None)
        return await _report_page(door, request, principal, report, form, _found(answer))

    @router.get("/{report}/table.csv")
    async def table(report: str, request: Request, from_day: str = "", to_day: str = "") -> Response:
        principal = await _reader(door, request)
        query = query_of(from_day=from_day, to_day=to_day)
        answer = await door.ask(principal, OUTCOMES, "GET", f"{REPORTS}/{report}/table.csv", query=query)
        if answer.status_code != OK:
            raise not_found("report")
        headers = {name: answer.headers[name] for name in ("content-type", "content-disposition")}
        return Response(answer.content, headers={**PAGE_HEADERS, **headers})

    return router


async def _reader(door: Door, request: Request) -> Principal:
    return await permitted(door, request, Action.READ_COUNCIL_REPORTS, OUTCOMES)


def _asked(from_day: str, to_day: str) -> Form:
    """The days that are asked for; the last year where none are, and what of them is no day."""
    last = day_of(to_day) or today()
    form = filled(from_day=from_day or _year_before(last).isoformat(), to_day=to_day or last.isoformat())
    faults = tuple(
        Fault(name, f"Enter the {words} day")
        for name, words in (("from_day", "first"), ("to_day", "last"))
        if day_of(form.given[name]) is None
    )
    return Form(form.given, faults)


def _year_before(last: date) -> date:
    return last - A_YEAR + timedelta(days=1)


def _misfit(answer: httpx.Response) -> tuple[Fault, ...]:
    kind = str(answer.json().get("type", "")).rpartition("/")[2].rpartition(":")[2]
    field = {"not-yet": "to_day", "no-days": "from_day"}.get(kind, "")
    return tuple(Fault(field, fault.text) for fault in refusal(answer))


def _found(answer: httpx.Response) -> Told:
    if answer.status_code == NOT_FOUND:
        raise not_found("report")
    if answer.status_code != OK:
        raise Problem(503, "service-unavailable", "The report cannot be had", headers={"Retry-After": "2"})
    told: Told = answer.json()
    return told


async def _report_page(
    door: Door, request: Request, principal: Principal, report: str, form: Form, told: Told | None
) -> Response:
    known = await read(door, principal, OUTCOMES, REPORTS)
    about = next((one for one in known["reports"] if one["report"] == report), None)
    if about is None:
        raise not_found("report")
    return page(
        "council_report.html",
        request=request,
        status=UNPROCESSABLE if form.faults else OK,
        principal=principal,
        about=about,
        report=told,
        table=table_of(told["title"], told["columns"], told["rows"]) if told else None,
        picture=picture_of(told["columns"], told["rows"], told["drawn"]) if told else None,
        query=query_of(from_day=form.given["from_day"], to_day=form.given["to_day"]),
        form=form,
    )
