"""The pages of evaluations: asked, waited for, looked at, and the report with its plots."""

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
from gateway.console.evaluation_view import ARMS, BEFORE_AND_AFTER, COMPARES, evaluation_of, in_list, measures_of
from gateway.console.forms import Fault, Form, Given, day_of, filled, refusal, sent
from gateway.console.outcome_lists import lists_for
from gateway.console.outcome_reads import OUTCOMES, instruments_of
from gateway.console.payment_view import query_of
from gateway.console.people_view import read
from gateway.console.rendering import PAGE_HEADERS, page, see_other
from gateway.console.session import permitted
from gateway.console.uploads import uploaded
from gateway.forwarding import Door

OK, ACCEPTED, UNPROCESSABLE = 200, 202, 422
EVALUATIONS = "/v1/outcome-evaluations"
FILE_BYTES_MAX, FIELDS_MAX, A_PAGE = 5_000_000, 60, 20
#: What the service refuses -> the field at which it is mended.
_FIELDS: Mapping[str, str] = {
    "nothing-answered": "to_day",
    "no-whole-week": "from_day",
    "unknown-measure": "measures",
}
Told = Mapping[str, Any]


def measure_field(code: str) -> str:
    """The field of a measure."""
    return f"measure-{code}"


def evaluation_routes(door: Door) -> APIRouter:
    """Evaluations; the outcomes service checks again who may ask and read."""
    router = APIRouter(route_class=PageRoute, prefix="/outcomes/evaluations")
    _add_asking(router, door)
    _add_reading(router, door)
    return router


def _add_asking(router: APIRouter, door: Door) -> None:
    @router.get("")
    async def form(request: Request, after: Annotated[str, Query(max_length=200)] = "") -> Response:
        principal = await _reader(door, request)
        return await _form_page(door, request, principal, filled(compare=BEFORE_AND_AFTER), after=after)

    @router.post("")
    async def ask(request: Request) -> Response:
        principal = await permitted(door, request, Action.RUN_EVALUATION, OUTCOMES)
        given, content = await uploaded(request, "file", bytes_max=FILE_BYTES_MAX, fields_max=FIELDS_MAX)
        known = measures_of(await instruments_of(door, principal))
        body, faults = _body(given, content, known)
        status = UNPROCESSABLE
        if not faults:
            answer = await sent(door, principal, OUTCOMES, EVALUATIONS, given, body)
            if answer.status_code == ACCEPTED:
                return see_other(f"/outcomes/evaluations/{answer.json()['evaluation_id']}")
            faults, status = _refused(answer), answer.status_code
        return await _form_page(door, request, principal, Form(given, faults), status)


def _add_reading(router: APIRouter, door: Door) -> None:
    @router.get("/{evaluation_id}")
    async def evaluation(evaluation_id: UUID, request: Request) -> Response:
        principal = await _reader(door, request)
        told = await read(door, principal, OUTCOMES, f"{EVALUATIONS}/{evaluation_id}")
        return page("evaluation.html", request=request, principal=principal, evaluation=evaluation_of(told))

    @router.get("/{evaluation_id}/report")
    async def report(evaluation_id: UUID, request: Request) -> Response:
        principal = await _reader(door, request)
        answer = await door.ask(principal, OUTCOMES, "GET", f"{EVALUATIONS}/{evaluation_id}/report")
        if answer.status_code != OK:
            raise Problem(answer.status_code, "not-available", "The report is not available", refusal(answer)[0].text)
        # A document of its own: its plots and styles are in it, by a policy that lets in nothing else.
        own = {name: answer.headers[name] for name in ("content-type", "content-security-policy")}
        return Response(answer.content, headers={name.lower(): value for name, value in PAGE_HEADERS.items()} | own)


async def _reader(door: Door, request: Request) -> Principal:
    return await permitted(door, request, Action.READ_EVALUATIONS, OUTCOMES)


def _body(given: Given, content: bytes, known: Mapping[str, str]) -> tuple[Told, tuple[Fault, ...]]:
    """What is asked, and what of the form cannot be read."""
    faults: list[Fault] = []
    first, last = day_of(given["from_day"]), day_of(given["to_day"])
    if first is None:
        faults.append(Fault("from_day", "Enter the first day"))
    if last is None:
        faults.append(Fault("to_day", "Enter the last day"))
    if first and last and last < first:
        faults.append(Fault("to_day", "The last day must come after the first"))
    if given["compare"] not in COMPARES:
        faults.append(Fault("compare", "Select what to compare"))
    body: dict[str, Any] = {name: given[name] for name in ("from_day", "to_day", "compare")}
    if measures := [code for code in known if given[measure_field(code)] == "yes"]:
        body["measures"] = measures
    if content and given["compare"] != ARMS:
        faults.append(Fault("file", "Leave the file out, or compare with people without a budget"))
    elif content:
        try:
            body["comparison_csv"] = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            faults.append(Fault("file", "The file must be CSV in UTF-8"))
    return body, tuple(faults)


def _refused(answer: httpx.Response) -> tuple[Fault, ...]:
    kind = str(answer.json().get("type", "")).rpartition("/")[2].rpartition(":")[2]
    return tuple(Fault(_FIELDS.get(kind, ""), fault.text) for fault in refusal(answer))


async def _form_page(
    door: Door, request: Request, principal: Principal, form: Form, status: int = OK, *, after: str = ""
) -> Response:
    listed = await read(door, principal, OUTCOMES, EVALUATIONS, query=query_of(after=after, limit=str(A_PAGE)))
    return page(
        "evaluations.html",
        request=request,
        status=status,
        principal=principal,
        lists=lists_for(principal),
        form=form,
        may_ask=bool(principal.roles & PERMISSIONS[Action.RUN_EVALUATION].roles),
        compares=[(code, words, about) for code, (words, about) in COMPARES.items()],
        measures=measures_of(await instruments_of(door, principal)),
        measure_field=measure_field,
        asked=[in_list(each) for each in listed["evaluations"]],
        after=after,
        next_query=query_of(after=listed["next"]) if listed["next"] else "",
    )
