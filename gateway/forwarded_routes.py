"""Every forwarded route as one: a request finds its row by the shape of its path, not one row after the other."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match, compile_path
from starlette.types import Receive, Scope, Send

from gateway.forwarding import Door
from gateway.routing import Row


class _Candidate(NamedTuple):
    pattern: re.Pattern[str]
    row: Row


class ForwardedRoutes(BaseRoute):
    """The table's rows; among those that fit a path the first one counts, as with routes of their own.

    Args:
        door: which sends the requests on.
        rows: the table.
    """

    def __init__(self, door: Door, rows: Sequence[Row]) -> None:
        self._door = door
        self._candidates: dict[tuple[int, str], list[_Candidate]] = {}
        for row in rows:
            pattern, _, _ = compile_path(row.path)
            self._candidates.setdefault(_shape(row.path), []).append(_Candidate(pattern, row))

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether a row fits a request; the row becomes its route."""
        if scope["type"] != "http":
            return Match.NONE, {}
        path, others = scope["path"], Match.NONE
        for pattern, row in self._candidates.get(_shape(path), ()):
            found = pattern.match(path)
            if found and row.method == scope["method"]:
                return Match.FULL, {"route": row, "path_params": found.groupdict()}
            others = Match.PARTIAL if found else others
        return others, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send a request on.

        Raises:
            HTTPException: 405, no row of this path has the method.
        """
        if not isinstance(scope.get("route"), Row):
            raise HTTPException(405, headers={"Allow": ", ".join(self._methods_of(scope["path"]))})
        await self._door.forward(Request(scope, receive), scope["route"], send)

    def _methods_of(self, path: str) -> list[str]:
        return sorted(row.method for pattern, row in self._candidates[_shape(path)] if pattern.match(path))


def _shape(path: str) -> tuple[int, str]:
    """How many parts a path has, and its second one, which no row leaves open: so few rows share a shape."""
    parts = path.split("/", 3)
    return path.count("/"), parts[2] if len(parts) > 2 else ""  # noqa: PLR2004 (parts[2] is the second one)
