"""The pages of answers about people's lives: what is asked and when, what was answered, what it comes to."""

import asyncio
from collections.abc import Mapping
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from braid.kit.identity import Principal
from gateway.console.errors import PageRoute
from gateway.console.forms import Fault, Form, refusal, sent
from gateway.console.outcome_reads import (
    OUTCOMES,
    Told,
    about,
    answered,
    instrument_of,
    instruments_of,
    may_record,
    reader,
    recorder,
    waves_of,
)
from gateway.console.outcome_view import asked_of, courses_of, response_of
from gateway.console.people_view import read
from gateway.console.rendering import page, see_other
from gateway.forms import form_fields
from gateway.forwarding import Door

OK, UNPROCESSABLE = 200, 422
#: As the service takes a reason.
REASON_MOST = 2_000
DONE: Mapping[str, str] = {
    "sent": "Your answers are sent. Thank you.",
    "recorded": "The answers are recorded.",
    "taken-back": "The answers are taken back. They count nowhere, and right ones can be recorded.",
}
_HERE = "/people/{person_id}/outcomes"
_ONE = f"{_HERE}/answered/{{response_id}}"


def outcome_routes(door: Door) -> APIRouter:
    """Answers about people's lives; the outcomes service checks again whose they are."""
    router = APIRouter(route_class=PageRoute)
    _add_overview(router, door)
    _add_one(router, door)
    _add_taking_back(router, door)
    return router


def _add_overview(router: APIRouter, door: Door) -> None:
    @router.get(_HERE)
    async def overview(person_id: UUID, request: Request, done: str = "") -> Response:
        principal = await reader(door, request)
        waves, instruments, told, (person, carers) = await asyncio.gather(
            waves_of(door, principal, person_id),
            instruments_of(door, principal),
            read(door, principal, OUTCOMES, f"/v1/people/{person_id}/outcome-responses"),
            about(door, principal, person_id),
        )
        is_own = principal.person_id == person_id
        known = {(one["instrument_id"], one["version"]): one for one in instruments["instruments"]}
        return page(
            "my_outcomes.html" if is_own else "outcomes.html",
            request=request,
            principal=principal,
            person_id=person_id,
            person=person,
            carers=carers,
            asked=asked_of(waves, instruments),
            responses=[response_of(one, known[one["instrument_id"], one["version"]]) for one in told["responses"]],
            courses=courses_of(told["responses"], instruments),
            may_record=may_record(principal),
            done=DONE.get(done, ""),
        )


def _add_one(router: APIRouter, door: Door) -> None:
    @router.get(_ONE)
    async def one(person_id: UUID, response_id: UUID, request: Request, done: str = "") -> Response:
        principal = await reader(door, request)
        told, others = await answered(door, principal, person_id, response_id)
        return await _response_page(door, request, principal, told, others, done=DONE.get(done, ""))


def _add_taking_back(router: APIRouter, door: Door) -> None:
    @router.get(f"{_ONE}/taking-back")
    async def form(person_id: UUID, response_id: UUID, request: Request) -> Response:
        principal = await recorder(door, request)
        told, _ = await answered(door, principal, person_id, response_id)
        return await _taking_back_page(door, request, principal, told, Form())

    @router.post(f"{_ONE}/taking-back")
    async def take_back(person_id: UUID, response_id: UUID, request: Request) -> Response:
        principal = await recorder(door, request)
        given = await form_fields(request)
        told, _ = await answered(door, principal, person_id, response_id)
        faults, status = _faults_of_reason(given["reason"]), UNPROCESSABLE
        if not faults:
            path = f"/v1/outcome-responses/{response_id}/taking-back"
            answer = await sent(door, principal, OUTCOMES, path, given, {"reason": given["reason"]})
            if answer.status_code == OK:
                return see_other(f"/people/{person_id}/outcomes?done=taken-back")
            faults, status = refusal(answer), answer.status_code
        return await _taking_back_page(door, request, principal, told, Form(given, faults), status)


def _faults_of_reason(reason: str) -> tuple[Fault, ...]:
    if not reason:
        return (Fault("reason", "Enter what is wrong with the answers"),)
    if len(reason) > REASON_MOST:
        return (Fault("reason", f"The reason must be {REASON_MOST:,} characters or fewer"),)
    return ()


async def _response_page(
    door: Door, request: Request, principal: Principal, told: Told, others: list[Told], *, done: str
) -> Response:
    person_id = UUID(told["person_id"])
    instrument, (person, carers) = await asyncio.gather(
        instrument_of(door, principal, told["instrument_id"], told["version"], on=told["answered_on"]),
        about(door, principal, person_id),
    )
    is_own = principal.person_id == person_id
    may_take_back = may_record(principal) and (not is_own or told["recorded_by"] == principal.subject)
    return page(
        "outcome_response.html",
        request=request,
        principal=principal,
        person_id=person_id,
        person=person,
        carers=carers,
        response=response_of(told, instrument, others),
        is_own=is_own,
        may_take_back=may_take_back and told["taken_back_because"] is None,
        done=done,
    )


async def _taking_back_page(
    door: Door, request: Request, principal: Principal, told: Told, form: Form, status: int = OK
) -> Response:
    person_id = UUID(told["person_id"])
    instrument, (person, carers) = await asyncio.gather(
        instrument_of(door, principal, told["instrument_id"], told["version"], on=told["answered_on"]),
        about(door, principal, person_id),
    )
    return page(
        "outcome_taking_back.html",
        request=request,
        status=status,
        principal=principal,
        person_id=person_id,
        person=person,
        carers=carers,
        response=response_of(told, instrument),
        form=form,
    )
