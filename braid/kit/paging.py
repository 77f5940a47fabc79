"""Collections page by page: an answer's ``next`` is given as ``after`` for the page behind it, and told in ``Link``.

The address in ``Link`` (RFC 8288) names no host: it is the same at a service and at the gateway before it.
"""

from typing import Annotated
from urllib.parse import urlencode

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
