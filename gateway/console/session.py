"""Who is signed in: sealed in a cookie that scripts cannot read, nobody can change and other sites cannot send."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Literal
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response

from braid.kit.identity import Principal, unauthenticated
from braid.kit.permissions import Action
from braid.kit.problems import Problem
from gateway.forms import require_own_form
from gateway.forwarding import Door
from gateway.sign_in import Attempt

#: Where there is TLS the browser is told to take these names from this host alone, over TLS alone.
_HOST = "__Host-"
COOKIE = "braid_session"
ATTEMPT_COOKIE = "braid_sign_in"
#: Life of an attempt at signing in, in seconds: a password forgotten and found again.
ATTEMPT_S = 15 * 60
#: What somebody has answered so far of questions that are sent together, and how long it waits for them, in seconds.
ANSWERS_COOKIE = "braid_answers"
ANSWERS_S = 2 * 60 * 60
#: Hosts of one's own machine, where there is no TLS and a Secure cookie would never come back.
_LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


async def signed_in(door: Door, request: Request) -> Principal:
    """The principal of the session.

    Raises:
        Problem: 401, nobody is signed in, or no longer.
    """
    principal = door.sessions.principal_of(request.cookies.get(_name(request, COOKIE), ""))
    if principal is None:
        raise unauthenticated("Nobody is signed in.")
    return principal


async def permitted(
    door: Door, request: Request, action: Action, service: str, *, person_id: UUID | None = None
) -> Principal:
    """The principal of the session, with the roles that may do an action; a refusal is recorded.

    Args:
        door: the way to the services.
        request: a page that is asked for, or a form.
        action: what it does.
        service: which records a refusal.
        person_id: whose record it is about, where the address does not say.

    Raises:
        Problem: 401; 403, also for a form that another site sent.
    """
    principal = await signed_in(door, request)
    if request.method == "POST":
        # Before a refusal is recorded, which another site could else bring about in somebody's name.
        require_own_form(request)
    return await door.acting(request, principal, action, service, person_id=person_id)


async def signed_in_or_none(door: Door, request: Request) -> Principal | None:
    """The principal of the session, or None where nobody is signed in."""
    try:
        return await signed_in(door, request)
    except Problem:
        return None


def begin_session(door: Door, request: Request, response: Response, principal: Principal) -> None:
    """Let the browser keep a session until it is closed; the session's own end still holds."""
    _keep(request, response, COOKIE, door.sessions.of(principal), samesite="strict")


def end_session(request: Request, response: Response) -> None:
    """Take the session out of the browser, and what was answered in it."""
    _drop(request, response, COOKIE, samesite="strict")
    _drop(request, response, ANSWERS_COOKIE, samesite="strict")


def keep_attempt(door: Door, request: Request, response: Response, attempt: Attempt) -> None:
    """Let the browser keep an attempt at signing in, which it sends when it comes back from the issuer's site."""
    sealed = door.sessions.seal("attempt", asdict(attempt))
    _keep(request, response, ATTEMPT_COOKIE, sealed, samesite="lax", max_age=ATTEMPT_S)


def kept_attempt(door: Door, request: Request) -> Attempt | None:
    """The attempt that the browser has kept; None where there is none, or it is too old."""
    sealed = request.cookies.get(_name(request, ATTEMPT_COOKIE), "")
    told = door.sessions.unseal("attempt", sealed, life_s=ATTEMPT_S)
    return Attempt(**told) if told else None


def drop_attempt(request: Request, response: Response) -> None:
    """Take the attempt out of the browser: it counts once."""
    _drop(request, response, ATTEMPT_COOKIE, samesite="lax")


def keep_answers(
    door: Door, request: Request, response: Response, principal: Principal, told: Mapping[str, Mapping[str, Any]]
) -> None:
    """Let the browser keep what somebody has answered so far, sealed, for nobody but them."""
    sealed = door.sessions.seal("answers", {"of": [principal.subject, principal.council], "told": told})
    _keep(request, response, ANSWERS_COOKIE, sealed, samesite="strict")


def kept_answers(door: Door, request: Request, principal: Principal) -> dict[str, dict[str, Any]]:
    """What the browser has kept of somebody's own answers; nothing where it is too old, or another's."""
    sealed = request.cookies.get(_name(request, ANSWERS_COOKIE), "")
    kept = door.sessions.unseal("answers", sealed, life_s=ANSWERS_S)
    if kept is None or kept["of"] != [principal.subject, principal.council]:
        return {}
    told: dict[str, dict[str, Any]] = kept["told"]
    return told


def _keep(
    request: Request,
    response: Response,
    name: str,
    value: str,
    *,
    samesite: Literal["lax", "strict"],
    max_age: int | None = None,
) -> None:
    secure = not _is_local(request)
    named = _name(request, name)
    response.set_cookie(named, value, httponly=True, samesite=samesite, path="/", secure=secure, max_age=max_age)


def _drop(request: Request, response: Response, name: str, *, samesite: Literal["lax", "strict"]) -> None:
    secure = not _is_local(request)
    response.delete_cookie(_name(request, name), httponly=True, samesite=samesite, path="/", secure=secure)


def _name(request: Request, name: str) -> str:
    return name if _is_local(request) else _HOST + name


def _is_local(request: Request) -> bool:
    return request.url.hostname in _LOCAL_HOSTS
