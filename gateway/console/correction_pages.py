"""The page of a wrong user group put right: what it is now, what follows, and everything that was corrected."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from braid.kit.identity import Principal
from braid.kit.permissions import Action, acting
from braid.kit.problems import Problem, not_found
from gateway.console import wording
from gateway.console.errors import PageRoute
from gateway.console.forms import Fault, Form, Given, filled, refusal, sent
from gateway.console.people_view import read
from gateway.console.rendering import page, see_other
from gateway.console.session import signed_in
from gateway.forms import form_fields, require_own_form
from gateway.forwarding import Door

CREATED, NOT_FOUND, STALE, UNPROCESSABLE = 201, 404, 412, 422
ASSESSMENT = "assessment"
REASON_MOST = 4_000
FORM_BYTES_MAX = 60_000
#: A field of the record -> its words.
FIELDS: Mapping[str, str] = {
    "reference": "Reference",
    "name": "Name",
    "user_group": "User group",
    "nhs_number": "NHS number",
    "date_of_birth": "Date of birth",
    "uprn": "UPRN of the address",
    "postcode": "Postcode",
}
FOLLOWS: Mapping[str, str] = {
    "confirm_again": "It is still being answered: these answers are asked for again, in the words of the right group",
    "look_at_with_the_person": "It is handed in: go through these answers with the person, and dispute what was meant"
    " otherwise",
    "change_of_circumstances": "It is agreed and stays as it is, with the figure of the other group’s table: tell a"
    " change of circumstances, and the next agreement has the right one worked out",
}
_CHANGED = "Somebody else has corrected the record since you opened this page. Look at it as it is now."


@dataclass(frozen=True)
class Corrected:
    """A correction: each field with what it was and what it is, in words."""

    at: str
    by: str
    reason: str
    fields: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Reached:
    """An assessment that a wrong user group reached, and what is to be done about it."""

    href: str
    group: str
    follows: str
    answers: int


def correction_routes(door: Door) -> APIRouter:
    """Corrections; the assessment service checks again who may make them."""
    router = APIRouter(route_class=PageRoute)

    @router.get("/people/{person_id}/corrections")
    async def corrections(person_id: UUID, request: Request, done: str = "") -> Response:
        principal = await _who_may(door, request)
        person, told, etag = await _record(door, principal, person_id)
        form = Form(filled(user_group=person["user_group"]).given, (), etag)
        return _page(request, principal, person, told, form, done=done == "corrected")

    @router.post("/people/{person_id}/corrections")
    async def correct(person_id: UUID, request: Request) -> Response:
        principal = await _who_may(door, request)
        require_own_form(request)
        given = await form_fields(request, bytes_max=FORM_BYTES_MAX)
        person, told, etag = await _record(door, principal, person_id)
        faults, status = _faults(given, person["user_group"]), UNPROCESSABLE
        if not faults:
            body = {"user_group": given["user_group"], "reason": given["reason"]}
            answer = await sent(door, principal, ASSESSMENT, f"/v1/people/{person_id}/corrections", given, body)
            if answer.status_code == CREATED:
                return see_other(f"/people/{person_id}/corrections?done=corrected")
            status = answer.status_code
            faults = (Fault("", _CHANGED),) if status == STALE else refusal(answer)
        again = Form(given, faults, etag if status == STALE else given["etag"])
        return _page(request, principal, person, told, again, status=status)

    return router


async def _who_may(door: Door, request: Request) -> Principal:
    return acting(await signed_in(door, request), Action.CORRECT_PERSON)


async def _record(
    door: Door, principal: Principal, person_id: UUID
) -> tuple[Mapping[str, Any], Mapping[str, Any], str]:
    """A person, what was corrected in their record, and the version of that.

    Raises:
        Problem: 404, there is no such person for them; 503, the record cannot be had.
    """
    person = await read(door, principal, ASSESSMENT, f"/v1/people/{person_id}")
    answer = await door.ask(principal, ASSESSMENT, "GET", f"/v1/people/{person_id}/corrections")
    if answer.status_code == NOT_FOUND:
        raise not_found("person")
    if answer.is_error:
        raise Problem(503, "service-unavailable", "The record cannot be had for the moment")
    return person, answer.json(), answer.headers["etag"]


def _faults(given: Given, now: str) -> tuple[Fault, ...]:
    faults = []
    if given["user_group"] not in wording.USER_GROUPS:
        faults.append(Fault("user_group", "Select the user group"))
    elif given["user_group"] == now:
        faults.append(Fault("user_group", "Select another user group than the one in the record"))
    if not given["reason"]:
        faults.append(Fault("reason", "Enter why the group was wrong"))
    elif len(given["reason"]) > REASON_MOST:
        faults.append(Fault("reason", f"The reason must be {REASON_MOST:,} characters or fewer"))
    return tuple(faults)


def _page(
    request: Request,
    principal: Principal,
    person: Mapping[str, Any],
    told: Mapping[str, Any],
    form: Form,
    *,
    status: int = 200,
    done: bool = False,
) -> Response:
    return page(
        "corrections.html",
        request=request,
        status=status,
        principal=principal,
        person=person,
        group=wording.named(wording.USER_GROUPS, person["user_group"]),
        groups=[(code, words, "") for code, words in wording.USER_GROUPS.items()],
        corrected=_corrected(told["corrections"]),
        reached=_reached(told["of_another_group"], person["person_id"]),
        form=form,
        done=done,
    )


def _corrected(told: Iterable[Mapping[str, Any]]) -> tuple[Corrected, ...]:
    """What was corrected, the latest first."""
    found = (
        Corrected(
            at=each["recorded_at"],
            by=each["corrected_by"],
            reason=each["reason"],
            fields=tuple(
                (wording.named(FIELDS, name), _value(name, each["before"].get(name)), _value(name, value))
                for name, value in each["after"].items()
            ),
        )
        for each in told
    )
    return tuple(reversed(tuple(found)))


def _reached(told: Iterable[Mapping[str, Any]], person_id: str) -> tuple[Reached, ...]:
    return tuple(
        Reached(
            href=f"/people/{person_id}/assessments/{each['assessment_id']}",
            group=wording.named(wording.USER_GROUPS, each["user_group"]),
            follows=wording.named(FOLLOWS, each["follows"]),
            answers=len(each["questions"]),
        )
        for each in told
    )


def _value(name: str, value: str | None) -> str:
    if value is None:
        return "Nothing"
    if name == "user_group":
        return wording.named(wording.USER_GROUPS, value)
    return wording.day(value) if name == "date_of_birth" else value
