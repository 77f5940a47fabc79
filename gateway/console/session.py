"""Who is signed in: the token in a cookie that scripts cannot read and other sites cannot send."""

from collections import defaultdict
from urllib.parse import parse_qs, urlsplit

from fastapi import Request
from fastapi.responses import Response

from braid.kit.identity import Principal, unauthenticated
from braid.kit.problems import Problem
from gateway.forwarding import Door

COOKIE = "braid_session"
FORM_BYTES_MAX = 10_000
_FORM = "application/x-www-form-urlencoded"
#: Hosts of one's own machine, where there is no TLS and a Secure cookie would never come back.
_LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


async def signed_in(door: Door, request: Request) -> Principal:
    """The principal of the session.

    Raises:
        Problem: 401, nobody is signed in, or no longer; 503, sign-in cannot be checked.
    """
    token = request.cookies.get(COOKIE)
    if not token:
        raise unauthenticated("Nobody is signed in.")
    return await door.principal_of(token)


async def signed_in_or_none(door: Door, request: Request) -> Principal | None:
    """The principal of the session, or None where nobody is signed in."""
    try:
        return await signed_in(door, request)
    except Problem:
        return None


def begin_session(request: Request, response: Response, token: str) -> None:
    """Keep a token in the browser until it is closed; the token's own expiry still holds."""
    response.set_cookie(COOKIE, token, httponly=True, samesite="strict", path="/", secure=not _is_local(request))


def end_session(request: Request, response: Response) -> None:
    """Take the token out of the browser."""
    response.delete_cookie(COOKIE, httponly=True, samesite="strict", path="/", secure=not _is_local(request))


def require_own_form(request: Request) -> None:
    """Refuse a form that another site sent.

    Browsers say where a POST comes from in ``Sec-Fetch-Site``, older ones in ``Origin``; one that says neither is
    refused.

    Raises:
        Problem: 403.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        own = site in ("same-origin", "none")
    else:
        own = urlsplit(request.headers.get("origin", "")).netloc == request.headers.get("host")
    if not own:
        raise Problem(403, "other-site", "This form was sent by another site", "Open the front page and try again.")


async def form_field(request: Request, name: str) -> str:
    """A field of a small form; empty where it was not filled in.

    Raises:
        Problem: 413 or 415.
    """
    return (await form_fields(request))[name]


async def form_fields(request: Request, *, most: int = 20, bytes_max: int = FORM_BYTES_MAX) -> defaultdict[str, str]:
    """The fields of a form, without blanks around them; empty where they were not filled in.

    Args:
        most: fields that the form can have.
        bytes_max: of the form as it is sent.

    Raises:
        Problem: 413 or 415.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip() != _FORM:
        raise Problem(415, "not-a-form", "This is not a form")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > bytes_max:
            raise Problem(413, "too-large", "The form is too large", f"At most {bytes_max} bytes.")
    try:
        given = parse_qs(body.decode("ascii", "replace"), max_num_fields=most)
    except ValueError as error:
        raise Problem(413, "too-large", "The form is too large", f"At most {most} fields.") from error
    return defaultdict(str, {name: values[0].strip() for name, values in given.items()})


def _is_local(request: Request) -> bool:
    return request.url.hostname in _LOCAL_HOSTS
