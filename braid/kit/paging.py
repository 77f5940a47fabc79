"""Collections page by page: an answer's ``next`` is given as ``after`` for the page behind it, and told in ``Link``.

Lists that are in the order of days or of moments, and of ids within one, have the cursors that are made here.
The address in ``Link`` (RFC 8288) names no host: it is the same at a service and at the gateway before it.
"""

import base64
import binascii
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Query
from starlette.requests import Request

from braid.kit.origin import quoted_path
from braid.kit.problems import Problem

#: What endpoints declare.
Cursor = Annotated[str | None, Query(max_length=200, description="The ``next`` of the page before.")]


def link_next(request: Request, cursor: object) -> str:
    """The ``Link`` header that leads to the page behind the one that a request asked for."""
    asked = [(name, value) for name, value in request.query_params.multi_items() if name != "after"]
    return f'<{quoted_path(request.scope)}?{urlencode([*asked, ("after", str(cursor))])}>; rel="next"'


def cursor_refused() -> Problem:
    """422: a cursor that no page gave."""
    return Problem(422, "cursor-refused", "The cursor is none of ours", "Send what an answer had as next.")


def cursor_of(when: date, its_id: UUID) -> str:
    """A cursor that stands behind a thing of a list, by its day or its moment."""
    return base64.urlsafe_b64encode(f"{when.isoformat()}/{its_id}".encode()).decode()


def day_place(cursor: str) -> tuple[date, UUID]:
    """Where a cursor stands in a list by days.

    Raises:
        Problem: 422, it is none of ours.
    """
    return _place(cursor, date.fromisoformat)


def moment_place(cursor: str) -> tuple[datetime, UUID]:
    """Where a cursor stands in a list by moments; or the moment that all pages are of, and where it stands in them.

    Raises:
        Problem: 422, it is none of ours.
    """
    moment, its_id = _place(cursor, datetime.fromisoformat)
    if moment.tzinfo is None:
        raise cursor_refused()
    return moment, its_id


_When = TypeVar("_When")


def _place(cursor: str, when: Callable[[str], _When]) -> tuple[_When, UUID]:
    try:
        told, its_id = base64.urlsafe_b64decode(cursor.encode()).decode().split("/")
        return when(told), UUID(its_id)
    except (ValueError, binascii.Error) as error:
        raise cursor_refused() from error
