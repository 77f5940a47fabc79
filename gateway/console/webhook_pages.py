"""The pages of webhooks: which systems are told of what, what became of each message, and keeping all that."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

import httpx
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from braid.kit.identity import Principal
from braid.kit.permissions import Action
from gateway.console.errors import PageRoute
from gateway.console.forms import Fault, Form, Given, filled, sent, today
from gateway.console.people_view import read, read_with_version
from gateway.console.rendering import page, see_other
from gateway.console.session import permitted
from gateway.console.webhook_forms import (
    HOUR_CHOICES,
    ending_asked,
    event_field,
    recovery_asked,
    refused,
    secret_asked,
    system_asked,
    system_filled,
)
from gateway.console.webhook_view import (
    MAY_KEEP,
    STATES,
    WEBHOOKS,
    attempts_of,
    delivery_of,
    event_kinds,
    system_of,
)
from gateway.forms import form_fields
from gateway.forwarding import Door

OK, CREATED, ACCEPTED, STALE, UNPROCESSABLE = 200, 201, 202, 412, 422
SERVICE, SUBSCRIPTIONS = "webhooks", "/v1/webhook-subscriptions"
#: A tick for each kind of event, and what else a form has; an address may be long, and longer as it is sent.
FIELDS_MAX, FORM_BYTES_MAX = 120, 30_000
Cursor = Annotated[str, Query(max_length=200)]
Told = Mapping[str, Any]
_HERE = f"{WEBHOOKS}/{{subscription_id}}"
_ONE = f"{_HERE}/deliveries/{{delivery_id}}"
_CHANGED = "Somebody else has changed it since you opened this page. Look at it as it is now."
DONE: Mapping[str, str] = {
    "changed": "It is changed. What waits goes to the address as it is now.",
    "on": "It is on. What waited goes out now, the oldest first.",
    "off": "It is off. What comes meanwhile waits for 30 days.",
    "ended": "The system is told of nothing any more. Its address and its secret are not kept.",
    "test": "A test message is on its way. Look again in a moment to see what became of it.",
    "again": "The message is in line again.",
}


@dataclass(frozen=True)
class Step:
    """Something that is done with a subscription by a form of its own.

    Args:
        name: of its address, here and at the service, and of its template.
        new: the form at first.
        asked: what it sends, or what stands against it.
        done: where it leads, with what the service answered.
    """

    name: str
    new: Callable[[], Form]
    asked: Callable[[Given], tuple[Told | None, tuple[Fault, ...]]]
    done: Callable[[Request, Principal, Told, httpx.Response], Response]


def webhook_routes(door: Door) -> APIRouter:
    """Webhooks; the service checks again whose they are."""
    router = APIRouter(route_class=PageRoute)
    _add_lists(router, door)
    _add_beginning(router, door)
    _add_changing(router, door)
    for step in STEPS:
        _add_step(router, door, step)
    _add_system(router, door)
    _add_delivery(router, door)
    return router


def _add_lists(router: APIRouter, door: Door) -> None:
    @router.get(WEBHOOKS)
    async def systems(request: Request, done: str = "") -> Response:
        principal = await _reader(door, request)
        told = await read(door, principal, SERVICE, SUBSCRIPTIONS)
        found = [system_of(each, principal) for each in told["subscriptions"]]
        may_keep = bool(principal.roles & MAY_KEEP)
        shown: dict[str, Any] = {"systems": found, "may_keep": may_keep, "done": DONE.get(done, "")}
        return page("webhooks.html", request=request, principal=principal, **shown)


def _add_beginning(router: APIRouter, door: Door) -> None:
    @router.get(f"{WEBHOOKS}/new")
    async def form(request: Request) -> Response:
        principal = await _keeper(door, request)
        return _form_page(request, principal, await _event_types(door, principal), Form())

    @router.post(f"{WEBHOOKS}/new")
    async def begin(request: Request) -> Response:
        principal = await _keeper(door, request)
        given = await form_fields(request, most=FIELDS_MAX, bytes_max=FORM_BYTES_MAX)
        events = await _event_types(door, principal)
        body, faults = system_asked(given, _codes(events))
        status = UNPROCESSABLE
        if not faults:
            answer = await sent(door, principal, SERVICE, SUBSCRIPTIONS, given, body)
            if answer.status_code == CREATED:
                return _secret_page(request, principal, answer.json(), answer.json()["secret"], is_new=True)
            faults, status = refused(answer), answer.status_code
        return _form_page(request, principal, events, Form(given, faults), status=status)


def _add_changing(router: APIRouter, door: Door) -> None:
    @router.get(f"{_HERE}/change")
    async def form(subscription_id: UUID, request: Request) -> Response:
        principal = await _keeper(door, request)
        told, etag = await _subscription(door, principal, subscription_id)
        events = await _event_types(door, principal)
        return _form_page(request, principal, events, Form(system_filled(told), (), etag), told)

    @router.post(f"{_HERE}/change")
    async def change(subscription_id: UUID, request: Request) -> Response:
        principal = await _keeper(door, request)
        given = await form_fields(request, most=FIELDS_MAX, bytes_max=FORM_BYTES_MAX)
        told, etag = await _subscription(door, principal, subscription_id)
        events = await _event_types(door, principal)
        body, faults = system_asked(given, _codes(events))
        status = UNPROCESSABLE
        if not faults:
            answer = await _put(door, principal, told, given, {**body, "is_enabled": told["is_enabled"]})
            if answer.status_code == OK:
                return see_other(f"{WEBHOOKS}/{subscription_id}?done=changed")
            faults, status = _refused(answer), answer.status_code
        again = Form(given, faults, etag if status == STALE else given["etag"])
        return _form_page(request, principal, events, again, told, status=status)

    @router.post(f"{_HERE}/switch")
    async def switch(subscription_id: UUID, request: Request) -> Response:
        principal = await _keeper(door, request)
        given = await form_fields(request)
        told, _ = await _subscription(door, principal, subscription_id)
        is_on = given["to"] == "on"
        body = {name: told[name] for name in ("name", "url", "event_types")}
        answer = await _put(door, principal, told, given, {**body, "is_enabled": is_on})
        if answer.status_code == OK:
            return see_other(f"{WEBHOOKS}/{subscription_id}?done={'on' if is_on else 'off'}")
        return await _system_page(door, request, principal, subscription_id, faults=_refused(answer), answer=answer)


def _add_step(router: APIRouter, door: Door, step: Step) -> None:
    here = f"{_HERE}/{step.name}"

    @router.get(here)
    async def form(subscription_id: UUID, request: Request) -> Response:
        principal = await _keeper(door, request)
        told, _ = await _subscription(door, principal, subscription_id)
        return _step_page(request, principal, step, told, step.new())

    @router.post(here)
    async def take(subscription_id: UUID, request: Request) -> Response:
        principal = await _keeper(door, request)
        given = await form_fields(request)
        told, _ = await _subscription(door, principal, subscription_id)
        body, faults = step.asked(given)
        status = UNPROCESSABLE
        if not faults:
            answer = await sent(door, principal, SERVICE, f"{SUBSCRIPTIONS}/{subscription_id}/{step.name}", given, body)
            if answer.is_success:
                return step.done(request, principal, told, answer)
            faults, status = refused(answer), answer.status_code
        return _step_page(request, principal, step, told, Form(given, faults), status)


def _add_system(router: APIRouter, door: Door) -> None:
    @router.get(_HERE)
    async def system(
        subscription_id: UUID,
        request: Request,
        done: str = "",
        state: str = "",
        after: Cursor = "",
        in_line: Annotated[int | None, Query(ge=0, le=10**9)] = None,
    ) -> Response:
        principal = await _reader(door, request)
        words = DONE.get(done, "") if in_line is None else f"In line again: {in_line:,}."
        narrowed = state if state in STATES else ""
        return await _system_page(door, request, principal, subscription_id, done=words, state=narrowed, after=after)

    @router.post(f"{_HERE}/test")
    async def test(subscription_id: UUID, request: Request) -> Response:
        principal = await _keeper(door, request)
        given = await form_fields(request)
        answer = await sent(door, principal, SERVICE, f"{SUBSCRIPTIONS}/{subscription_id}/test-message", given)
        if answer.status_code == ACCEPTED:
            return see_other(f"{WEBHOOKS}/{subscription_id}/deliveries/{answer.json()['delivery_id']}?done=test")
        return await _system_page(door, request, principal, subscription_id, faults=_refused(answer), answer=answer)


def _add_delivery(router: APIRouter, door: Door) -> None:
    @router.get(_ONE)
    async def delivery(subscription_id: UUID, delivery_id: UUID, request: Request, done: str = "") -> Response:
        principal = await _reader(door, request)
        shown = await _delivery(door, principal, subscription_id, delivery_id)
        return _delivery_page(request, principal, shown, Form(), done=DONE.get(done, ""))

    @router.post(f"{_ONE}/again")
    async def send_again(subscription_id: UUID, delivery_id: UUID, request: Request) -> Response:
        principal = await _keeper(door, request)
        given = await form_fields(request)
        path = f"{SUBSCRIPTIONS}/{subscription_id}/deliveries/{delivery_id}/redelivery"
        answer = await sent(door, principal, SERVICE, path, given)
        if answer.status_code == ACCEPTED:
            return see_other(f"{WEBHOOKS}/{subscription_id}/deliveries/{delivery_id}?done=again")
        shown = await _delivery(door, principal, subscription_id, delivery_id)
        return _delivery_page(request, principal, shown, Form(given, _refused(answer)), status=answer.status_code)


async def _reader(door: Door, request: Request) -> Principal:
    return await permitted(door, request, Action.READ_WEBHOOKS, SERVICE)


async def _keeper(door: Door, request: Request) -> Principal:
    return await permitted(door, request, Action.KEEP_WEBHOOKS, SERVICE)


async def _event_types(door: Door, principal: Principal) -> Told:
    return await read(door, principal, SERVICE, "/v1/webhook-event-types")


def _codes(events: Told) -> list[str]:
    return [each["event_type"] for each in events["event_types"]]


async def _subscription(door: Door, principal: Principal, subscription_id: UUID) -> tuple[Told, str]:
    """A subscription, and its version. Raises as `read_with_version` does."""
    path = f"{SUBSCRIPTIONS}/{subscription_id}"
    return await read_with_version(door, principal, SERVICE, path, what="subscription", code="no-webhooks")


async def _put(door: Door, principal: Principal, told: Told, given: Given, body: Told) -> httpx.Response:
    path = f"{SUBSCRIPTIONS}/{told['subscription_id']}"
    return await sent(door, principal, SERVICE, path, given, body, method="PUT")


def _refused(answer: httpx.Response) -> tuple[Fault, ...]:
    return (Fault("", _CHANGED),) if answer.status_code == STALE else refused(answer)


def _form_page(
    request: Request, principal: Principal, events: Told, form: Form, told: Told | None = None, *, status: int = OK
) -> Response:
    return page(
        "webhook_form.html",
        request=request,
        status=status,
        principal=principal,
        system=system_of(told, principal) if told else None,
        kinds=event_kinds(events),
        event_field=event_field,
        form=form,
    )


def _secret_page(request: Request, principal: Principal, told: Told, secret: str | None, *, is_new: bool) -> Response:
    system = system_of(told, principal)
    shown: dict[str, Any] = {"system": system, "secret": secret, "is_new": is_new}
    return page("webhook_secret_told.html", request=request, principal=principal, **shown)


def _step_page(
    request: Request, principal: Principal, step: Step, told: Told, form: Form, status: int = OK
) -> Response:
    shown: dict[str, Any] = {"system": system_of(told, principal), "hours": HOUR_CHOICES, "form": form}
    return page(f"webhook_{step.name}.html", request=request, status=status, principal=principal, **shown)


def _rotated(request: Request, principal: Principal, told: Told, answer: httpx.Response) -> Response:
    now = answer.json()
    changed = {**told, "old_secret_signs_until": now["old_secret_signs_until"]}
    return _secret_page(request, principal, changed, now["secret"], is_new=False)


def _ended(_request: Request, _principal: Principal, _told: Told, _answer: httpx.Response) -> Response:
    return see_other(f"{WEBHOOKS}?done=ended")


def _recovered(_request: Request, _principal: Principal, told: Told, answer: httpx.Response) -> Response:
    return see_other(f"{WEBHOOKS}/{told['subscription_id']}?in_line={answer.json()['in_line']}")


STEPS = (
    Step("secret", Form, secret_asked, _rotated),
    Step("ending", Form, ending_asked, _ended),
    Step("recovery", lambda: filled(since=today().isoformat()), recovery_asked, _recovered),
)


async def _system_page(
    door: Door,
    request: Request,
    principal: Principal,
    subscription_id: UUID,
    *,
    faults: tuple[Fault, ...] = (),
    answer: httpx.Response | None = None,
    done: str = "",
    state: str = "",
    after: str = "",
) -> Response:
    told, etag = await _subscription(door, principal, subscription_id)
    narrowed = {"state": state} if state else {}
    query = urlencode({**narrowed, "after": after} if after else narrowed)
    listed = await read(door, principal, SERVICE, f"{SUBSCRIPTIONS}/{subscription_id}/deliveries", query=query)
    system = system_of(told, principal)
    return page(
        "webhook.html",
        request=request,
        status=answer.status_code if answer is not None else OK,
        principal=principal,
        system=system,
        deliveries=[delivery_of(each, system.href) for each in listed["deliveries"]],
        states={code: words for code, (words, _) in STATES.items()},
        form=Form(filled(state=state).given, faults, etag),
        done=done,
        first_address=_with(system.href, narrowed) if after else "",
        next_address=_with(system.href, {**narrowed, "after": listed["next"]}) if listed["next"] else "",
    )


def _with(address: str, query: Mapping[str, str]) -> str:
    return f"{address}?{urlencode(query)}" if query else address


async def _delivery(door: Door, principal: Principal, subscription_id: UUID, delivery_id: UUID) -> tuple[Told, Told]:
    told, _ = await _subscription(door, principal, subscription_id)
    found = await read(door, principal, SERVICE, f"{SUBSCRIPTIONS}/{subscription_id}/deliveries/{delivery_id}")
    return told, found


def _delivery_page(
    request: Request,
    principal: Principal,
    shown: tuple[Told, Told],
    form: Form,
    *,
    status: int = OK,
    done: str = "",
) -> Response:
    told, found = shown
    system = system_of(told, principal)
    return page(
        "webhook_delivery.html",
        request=request,
        status=status,
        principal=principal,
        system=system,
        delivery=delivery_of(found, system.href),
        attempts=attempts_of(found["attempts_made"]),
        form=form,
        done=done,
    )
