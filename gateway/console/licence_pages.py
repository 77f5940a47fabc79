"""The pages of instruments: which the council may use, its licences of those that need one, and their words."""

import asyncio
from collections.abc import Mapping

import httpx
from fastapi import APIRouter, Request
from fastapi.responses import Response

from braid.kit.identity import Principal
from braid.kit.permissions import Action
from braid.kit.problems import not_found
from gateway.console.errors import PageRoute
from gateway.console.forms import Fault, Form, refusal, sent
from gateway.console.licence_forms import (
    FILE,
    FILE_BYTES_MAX,
    KEEP,
    NONE,
    row_fields,
    rows_of,
    statement_asked,
    statement_filled,
    words_file,
)
from gateway.console.outcome_lists import lists_for
from gateway.console.outcome_reads import OUTCOMES, Told, instrument_of, instruments_of
from gateway.console.outcome_view import has_words
from gateway.console.people_view import read_with_version
from gateway.console.rendering import PAGE_HEADERS, page, see_other
from gateway.console.session import permitted
from gateway.console.uploads import uploaded
from gateway.forwarding import Door

OK, STALE, UNPROCESSABLE = 200, 412, 422
#: Three fields a licence, and those around them.
FIELDS_MAX = 160
DONE: Mapping[str, str] = {"stated": "The statement is kept. It holds from now on."}
_LIST, _ONE = "/outcomes/instruments", "/outcomes/instruments/{instrument_id}"


def licence_routes(door: Door) -> APIRouter:
    """Instruments and licences; the outcomes service checks again who may state one."""
    router = APIRouter(route_class=PageRoute)
    _add_reading(router, door)
    _add_stating(router, door)
    return router


def _add_reading(router: APIRouter, door: Door) -> None:
    @router.get(_LIST)
    async def instruments(request: Request) -> Response:
        principal = await _officer(door, request)
        told = await instruments_of(door, principal)
        return page(
            "instruments.html",
            request=request,
            principal=principal,
            lists=lists_for(principal),
            instruments=told["instruments"],
            has_words=has_words,
        )

    @router.get(f"{_ONE}/words.csv")
    async def words(instrument_id: str, request: Request) -> Response:
        principal = await _officer(door, request)
        instrument, (told, _) = await _licensed(door, principal, instrument_id)
        headers = {
            **PAGE_HEADERS,
            "content-type": "text/csv; charset=utf-8",
            "content-disposition": f'attachment; filename="{instrument["instrument_id"]}.csv"',
        }
        return Response(words_file(instrument, told["wordings"]), headers=headers)


def _add_stating(router: APIRouter, door: Door) -> None:
    @router.get(_ONE)
    async def form(instrument_id: str, request: Request, done: str = "") -> Response:
        principal = await _officer(door, request)
        instrument, (told, etag) = await _licensed(door, principal, instrument_id)
        new = statement_filled(told, etag)
        return _form_page(request, principal, instrument, told, new, done=DONE.get(done, ""))

    @router.post(_ONE)
    async def state(instrument_id: str, request: Request) -> Response:
        principal = await _officer(door, request)
        given, content = await uploaded(request, "file", bytes_max=FILE_BYTES_MAX, fields_max=FIELDS_MAX)
        instrument, (told, etag) = await _licensed(door, principal, instrument_id)
        body, faults = statement_asked(given, content, told)
        status = UNPROCESSABLE
        if not faults:
            path = f"/v1/outcome-instruments/{instrument_id}/licence"
            answer = await sent(door, principal, OUTCOMES, path, given, body, method="PUT")
            if answer.status_code == OK:
                return see_other(f"/outcomes/instruments/{instrument_id}?done=stated")
            faults, status = _refused(answer), answer.status_code
        again = Form(given, faults, etag if status == STALE else given["etag"])
        return _form_page(request, principal, instrument, told, again, status)


async def _officer(door: Door, request: Request) -> Principal:
    return await permitted(door, request, Action.STATE_LICENCE, OUTCOMES)


async def _licensed(door: Door, principal: Principal, instrument_id: str) -> tuple[Told, tuple[Told, str]]:
    """An instrument that needs a licence, what the council states of it, and the version of that.

    Raises:
        Problem: 404, there is no such instrument, or it needs none.
    """
    path = f"/v1/outcome-instruments/{instrument_id}/licence"
    instrument, stated = await asyncio.gather(
        instrument_of(door, principal, instrument_id),
        read_with_version(door, principal, OUTCOMES, path, what="licence", code="no-licence"),
    )
    if not instrument["needs_licence"]:
        raise not_found("licence")
    return instrument, stated


def _refused(answer: httpx.Response) -> tuple[Fault, ...]:
    if answer.status_code == STALE:
        return (
            Fault(
                "", "Somebody else has stated something since you opened the page. Look at it below, then state again"
            ),
        )
    return refusal(answer)


def _form_page(
    request: Request,
    principal: Principal,
    instrument: Told,
    told: Told,
    form: Form,
    status: int = OK,
    *,
    done: str = "",
) -> Response:
    choices = [
        (NONE, "No words", "It is asked on the holder’s own forms, and answers are recorded by their levels."),
        (FILE, "Load the words from a file", "From your own licensed copy, by the file below."),
    ]
    if told["wordings"]:
        choices.insert(0, (KEEP, "Keep the words that are loaded", ""))
    return page(
        "licence.html",
        request=request,
        status=status,
        principal=principal,
        instrument=instrument,
        told=told,
        rows=[row_fields(number) for number in rows_of(form.given)],
        choices=choices,
        form=form,
        done=done,
    )
