"""The pages of messages that could not be handled: which, why, what they say for a reason, and mending them."""

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

import httpx
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from braid.kit.dead_letter_routes import LetterOut, LettersWanted, MendedOut, MessageOut
from braid.kit.identity import Principal
from braid.kit.permissions import PERMISSIONS, Action
from braid.kit.problems import Problem, not_found
from gateway.console import wording
from gateway.console.errors import PageRoute
from gateway.console.forms import Fault, Form, Given, refusal
from gateway.console.letter_view import (
    LETTERS,
    PARKED,
    SERVICES,
    Letter,
    cause_name,
    causes_of,
    letter_of,
    letters_of,
    message_text,
    missing,
    parked_of,
    replayed_in_words,
    service_name,
    together_in_words,
)
from gateway.console.rendering import page
from gateway.console.session import permitted
from gateway.dead_letters import RECORDER, Together, ask_holder, letters_page, parked_keys, replay_together
from gateway.forms import form_fields
from gateway.forwarding import Door

A_PAGE = 50
OK, NOT_FOUND, UNPROCESSABLE, UNAVAILABLE = 200, 404, 422, 503
REASON_LEAST, REASON_MOST = 3, 1_000
Cursor = Annotated[str, Query(max_length=200)]
Words = Annotated[str, Query(max_length=200, pattern=r"^[^\x00]*$")]


@dataclass(frozen=True)
class Narrowed:
    """To what the list is narrowed."""

    service: str = ""
    cause: str = ""
    person: UUID | None = None

    def __bool__(self) -> bool:
        return bool(self.service or self.cause or self.person)

    def address(self, **more: str) -> str:
        """The list narrowed so."""
        told = {"service": self.service, "cause": self.cause, "person": str(self.person or ""), **more}
        query = urlencode({name: value for name, value in told.items() if value})
        return f"{LETTERS}?{query}" if query else LETTERS


def letter_routes(door: Door) -> APIRouter:
    """Dead letters; each service checks again who may mend its own."""
    router = APIRouter(route_class=PageRoute)
    _add_lists(router, door)
    _add_letter(router, door)
    _add_discard(router, door)
    return router


def _add_lists(router: APIRouter, door: Door) -> None:
    @router.get(LETTERS)
    async def letters(
        request: Request, service: Words = "", cause: Words = "", person: UUID | None = None, after: Cursor = ""
    ) -> Response:
        principal = await permitted(door, request, Action.READ_DEAD_LETTERS, RECORDER)
        narrowed = Narrowed(service if service in door.services else "", cause, person)
        return await _letters_page(door, request, principal, narrowed, after)

    @router.get(PARKED)
    async def parked(request: Request) -> Response:
        principal = await permitted(door, request, Action.READ_DEAD_LETTERS, RECORDER)
        told = await parked_keys(door, principal)
        return page(
            "parked_keys.html",
            request=request,
            principal=principal,
            parked=parked_of(told),
            missing=missing(told.unavailable),
        )

    @router.get(f"{LETTERS}/together")
    async def together(request: Request, service: Words = "", cause: Words = "") -> Response:
        principal = await permitted(door, request, Action.MEND_DEAD_LETTERS, RECORDER)
        waiting = await _waiting_of(door, principal, service, cause)
        return _together_page(request, principal, service, cause, waiting, Form())

    @router.post(f"{LETTERS}/together")
    async def replay_all(request: Request) -> Response:
        principal = await permitted(door, request, Action.MEND_DEAD_LETTERS, RECORDER)
        given = await form_fields(request)
        service, cause = given["service"], given["cause"]
        waiting = await _waiting_of(door, principal, service, cause)
        told = await replay_together(door, principal, Together(service=service, cause=cause), given["key"])
        return _together_page(request, principal, service, cause, waiting, Form(), outcome=together_in_words(told))


def _add_letter(router: APIRouter, door: Door) -> None:
    here = f"{LETTERS}/{{service}}/{{letter_id}}"

    @router.get(here)
    async def letter(service: str, letter_id: str, request: Request) -> Response:
        principal = await permitted(door, request, Action.READ_DEAD_LETTERS, RECORDER)
        return _letter_page(request, principal, await _letter(door, principal, service, _number(letter_id)), Form())

    @router.post(f"{here}/showing")
    async def show(service: str, letter_id: str, request: Request) -> Response:
        principal = await permitted(door, request, Action.SHOW_DEAD_LETTER, RECORDER)
        given, number = await form_fields(request), _number(letter_id)
        found = await _letter(door, principal, service, number)
        if faults := _faults_of_reason(given, "why you have to see it"):
            return _letter_page(request, principal, found, Form(given, faults), status=UNPROCESSABLE)
        path = f"{number}/showing"
        answer = await _asked(door, principal, service, path, given)
        message = MessageOut.model_validate_json(answer.content)
        return _letter_page(request, principal, found, Form(), message=message)

    @router.post(f"{here}/replay")
    async def replay(service: str, letter_id: str, request: Request) -> Response:
        principal = await permitted(door, request, Action.MEND_DEAD_LETTERS, RECORDER)
        given, number = await form_fields(request), _number(letter_id)
        answer = await ask_holder(door, principal, "POST", service, f"{number}/replay", key=given["key"])
        if answer.status_code in (NOT_FOUND, UNAVAILABLE):
            raise _problem(answer)
        if answer.status_code != OK:
            found = await _letter(door, principal, service, number)
            form = Form(given, refusal(answer))
            return _letter_page(request, principal, found, form, status=answer.status_code)
        is_good, words = replayed_in_words(MendedOut.model_validate_json(answer.content))
        return _mended_page(request, principal, service, number, is_good=is_good, words=words)


def _add_discard(router: APIRouter, door: Door) -> None:
    here = f"{LETTERS}/{{service}}/{{letter_id}}/discard"

    @router.get(here)
    async def consider(service: str, letter_id: str, request: Request) -> Response:
        principal = await permitted(door, request, Action.MEND_DEAD_LETTERS, RECORDER)
        found = await _letter(door, principal, service, _number(letter_id))
        return _discard_page(request, principal, found, Form())

    @router.post(here)
    async def discard(service: str, letter_id: str, request: Request) -> Response:
        principal = await permitted(door, request, Action.MEND_DEAD_LETTERS, RECORDER)
        given, number = await form_fields(request), _number(letter_id)
        faults = _faults_of_reason(given, "why it needs no handling")
        if given["sure"] != "yes":
            faults += (Fault("sure", "Confirm that its effect is there by another way, or should not be"),)
        if faults:
            found = await _letter(door, principal, service, number)
            return _discard_page(request, principal, found, Form(given, faults))
        answer = await _asked(door, principal, service, f"{number}/discard", given)
        flows = "The person’s messages flow again." if answer.json()["is_free"] else "Others of the person still wait."
        words = f"Letter {number} is discarded. It is kept, with your reason. {flows}"
        return _mended_page(request, principal, service, number, is_good=True, words=words)


async def _letters_page(door: Door, request: Request, principal: Principal, narrowed: Narrowed, after: str) -> Response:
    wanted = LettersWanted(cause=narrowed.cause or None, person_id=narrowed.person, limit=A_PAGE)
    told = await letters_page(door, principal, wanted, service=narrowed.service or None, after=after or None)
    return page(
        "dead_letters.html",
        request=request,
        principal=principal,
        letters=letters_of(told.letters),
        causes=causes_of(told.causes),
        missing=missing(told.unavailable),
        narrowed=narrowed,
        form=Form(defaultdict(str, {"service": narrowed.service, "cause": narrowed.cause})),
        services={each: SERVICES.get(each) or wording.named({}, each) for each in door.services},
        cause_names={each.cause: cause_name(each.cause) for each in told.causes} | _named_cause(narrowed),
        may_mend=_may_mend(principal),
        is_first=not after,
        next_address=narrowed.address(after=told.next) if told.next else "",
    )


def _named_cause(narrowed: Narrowed) -> dict[str, str]:
    return {narrowed.cause: cause_name(narrowed.cause)} if narrowed.cause else {}


def _letter_page(
    request: Request,
    principal: Principal,
    letter: Letter,
    form: Form,
    *,
    status: int = OK,
    message: MessageOut | None = None,
) -> Response:
    return page(
        "dead_letter.html",
        request=request,
        status=status,
        principal=principal,
        letter=letter,
        form=form,
        message=message,
        text=message_text(message) if message else "",
        may_mend=_may_mend(principal),
    )


def _mended_page(
    request: Request, principal: Principal, service: str, letter_id: int, *, is_good: bool, words: str
) -> Response:
    return page(
        "dead_letter_mended.html",
        request=request,
        principal=principal,
        service=service_name(service),
        letter_id=letter_id,
        href="" if is_good else f"{LETTERS}/{service}/{letter_id}",
        is_good=is_good,
        words=words,
    )


def _discard_page(request: Request, principal: Principal, letter: Letter, form: Form) -> Response:
    status = UNPROCESSABLE if form.faults else OK
    return page(
        "dead_letter_discard.html", request=request, status=status, principal=principal, letter=letter, form=form
    )


def _together_page(
    request: Request,
    principal: Principal,
    service: str,
    cause: str,
    waiting: int,
    form: Form,
    *,
    outcome: tuple[bool, str] | None = None,
) -> Response:
    return page(
        "dead_letters_together.html",
        request=request,
        principal=principal,
        service=service,
        service_name=service_name(service),
        cause=cause,
        cause_name=cause_name(cause),
        waiting=waiting,
        form=form,
        outcome=outcome,
        list_address=Narrowed(service, cause).address(),
    )


def _number(letter_id: str) -> int:
    """A letter's number; looked at once we know who asks, so that a stranger is told nothing else.

    Raises:
        Problem: 404, it is none.
    """
    if not re.fullmatch(r"[1-9][0-9]{0,17}", letter_id):
        raise not_found("dead letter")
    return int(letter_id)


def _may_mend(principal: Principal) -> bool:
    return bool(principal.roles & PERMISSIONS[Action.MEND_DEAD_LETTERS].roles)


async def _waiting_of(door: Door, principal: Principal, service: str, cause: str) -> int:
    """How many letters wait for a reason.

    Raises:
        Problem: 404, none does, or there is no such service; 503, it is away.
    """
    if service not in door.services or len(cause) > 200 or "\0" in cause:  # noqa: PLR2004 (as services take it)
        raise not_found("service")
    told = await letters_page(door, principal, LettersWanted(cause=cause, limit=1), service=service)
    if told.unavailable:
        raise Problem(UNAVAILABLE, "service-unavailable", f"The {service} service cannot be reached")
    waiting = next((each.waiting for each in told.causes if each.cause == cause), 0)
    if not waiting:
        raise not_found("dead letter")
    return waiting


async def _letter(door: Door, principal: Principal, service: str, letter_id: int) -> Letter:
    answer = await ask_holder(door, principal, "GET", service, f"{letter_id}")
    if answer.status_code != OK:
        raise _problem(answer)
    return letter_of(LetterOut.model_validate_json(answer.content), service)


async def _asked(door: Door, principal: Principal, service: str, path: str, given: Given) -> httpx.Response:
    """What the service answers to a form with a reason.

    Raises:
        Problem: as it refused.
    """
    content = httpx.Request("POST", "http://service", json={"reason": given["reason"]}).content
    answer = await ask_holder(door, principal, "POST", service, path, content=content, key=given["key"])
    if answer.status_code != OK:
        raise _problem(answer)
    return answer


def _problem(answer: httpx.Response) -> Problem:
    """A service's refusal, as a page tells it."""
    if answer.status_code == NOT_FOUND:
        return not_found("dead letter")
    return Problem(answer.status_code, "not-done", "This did not work", str(answer.json().get("detail", "")))


def _faults_of_reason(given: Given, what: str) -> tuple[Fault, ...]:
    if REASON_LEAST <= len(given["reason"]) <= REASON_MOST:
        return ()
    return (Fault("reason", f"Enter {what}, in {REASON_LEAST} to {REASON_MOST:,} characters"),)
