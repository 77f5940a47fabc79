"""Small forms: read within limits, and taken from our own pages alone."""

from collections import defaultdict
from urllib.parse import parse_qs, urlsplit

from fastapi import Request

from braid.kit.problems import Problem

FORM_BYTES_MAX = 10_000
_FORM = "application/x-www-form-urlencoded"


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
