"""Every forwarded route as one: a request finds its row by the shape of its path, not one row after the other."""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match, compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from braid.kit.problems import Problem
from gateway.forwarding import Door
from gateway.routing import Row


class _Shape(NamedTuple):
    """What most rows differ in.

    Args:
        parts: how many parts a path has.
        second: its second one, which no row leaves open.
        last: its last one; empty where a row leaves it open.
    """

    parts: int
    second: str
    last: str


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
        self._candidates: dict[_Shape, list[_Candidate]] = {_shape(row.path): [] for row in rows}
        for row in rows:
            candidate, shape = _Candidate(compile_path(row.path)[0], row), _shape(row.path)
            for other, candidates in self._candidates.items():
                if shape[:2] == other[:2] and shape.last in ("", other.last):
                    candidates.append(candidate)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether a row fits a request; the row becomes its route."""
        if scope["type"] != "http":
            return Match.NONE, {}
        path, others = scope["path"], Match.NONE
        for pattern, row in self._candidates_of(path):
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
        return sorted(row.method for pattern, row in self._candidates_of(path) if pattern.match(path))

    def _candidates_of(self, path: str) -> Sequence[_Candidate]:
        shape = _shape(path)
        found = self._candidates.get(shape)
        return self._candidates.get(shape._replace(last=""), ()) if found is None else found


class ForwardedFirst:
    """ASGI application: sends on at once what a row fits, and leaves everything else to another application.

    The framework's own way to a route leads past error handlers, an exit stack and a router, and to none of them has a
    forwarded request anything to say.

    Args:
        routes: the rows.
        others: what answers the other requests.
        observed: ASGI middleware for the requests that are sent on; that of ``others`` does not see them.
    """

    def __init__(self, routes: ForwardedRoutes, others: ASGIApp, observed: Callable[[ASGIApp], ASGIApp]) -> None:
        self._routes = routes
        self._others = others
        self._forwarded = observed(self._forward)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fits, found = self._routes.matches(scope)
        if fits is not Match.FULL:
            await self._others(scope, receive, send)
            return
        scope.update(found)
        await self._forwarded(scope, receive, send)

    async def _forward(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send a request on; why it is not answered is told as a problem, as long as no answer has begun."""
        has_begun = False

        async def noted(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._routes.handle(scope, receive, noted)
        except Problem as problem:
            if has_begun:
                raise
            await problem.response()(scope, receive, send)


def _shape(path: str) -> _Shape:
    """The shape of a path, or of a row's."""
    parts = path.split("/")
    last = parts[-1]
    return _Shape(len(parts), parts[2] if len(parts) > 2 else "", "" if "{" in last else last)  # noqa: PLR2004 (parts[2] is the second one)
