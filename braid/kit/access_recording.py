"""Recording a request's access at the HTTP edge: within its transaction, or apart where that was rolled back."""

import json
from typing import Any

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect

from braid.kit.access_records import Access, leaves_record, record_access
from braid.kit.identity import Principal, authenticated
from braid.kit.origin import quoted_path
from braid.kit.outage import is_outage
from braid.kit.permissions import Action, Requirement
from braid.kit.problems import Problem, status_of
from braid.kit.unit_of_work import UnitOfWork, UnitOfWorkFactory

#: Under which of these a body says why.
_REASONS = ("reason", "because")
#: Larger bodies are files and batches, in which nobody looks for a reason, in bytes.
_BODY_WITH_REASON_MOST = 100_000


def action_of(route: APIRoute) -> Action | None:
    """What is done by a route; None where it names no action."""
    required = (each.dependency for each in route.dependencies)
    return next((each.action for each in required if isinstance(each, Requirement)), None)


async def record_apart(request: Request, access: Access) -> None:
    """Record an access in a transaction of its own."""
    units: UnitOfWorkFactory = request.app.state.units
    async with units.for_council(access.principal.council) as work:
        await record_access(work, access, request.app.state.whose)
        await work.commit()


class Recording:
    """Records the access of one request.

    Args:
        request: the request.
        action: what is done by its route; None where it names none, and nothing is recorded.
    """

    def __init__(self, request: Request, action: Action | None) -> None:
        self._request = request
        self._action = action if action and leaves_record(action) else None
        self._is_done = False

    def is_done(self) -> None:
        """Say that the access stands recorded, by whoever did the work in a transaction of their own."""
        self._is_done = True

    async def handed_over(self, status: int) -> Access | None:
        """The access, for whoever does the work in a transaction of their own and records it there; see `is_done`."""
        return await self._access(status)

    async def within(self, work: UnitOfWork, status: int) -> None:
        """Record an access in the transaction of what was done or read."""
        access = await self._access(status)
        if access:
            await record_access(work, access, self._request.app.state.whose, touched=work.touched)

    async def apart(self, status: int, *, is_repeat: bool = False) -> None:
        """Record an access that has no transaction, or whose own was rolled back."""
        access = await self._access(status, is_repeat=is_repeat)
        if access:
            await record_apart(self._request, access)

    async def refused(self, error: BaseException) -> None:
        """Record that a request was refused or went wrong, and nothing came of it.

        Where the database is away there is nothing to record in, and nothing that was shown or done; whoever went away
        themselves is told nothing either.
        """
        if isinstance(error, Exception) and not is_outage(error):
            await self.apart(status_of(error, self._request.app.state.problems))

    async def _access(self, status: int, *, is_repeat: bool = False) -> Access | None:
        principal = await self._caller() if self._action and not self._is_done else None
        if self._action is None or principal is None:
            return None
        return Access(
            principal,
            self._action,
            self._request.method,
            self._request.scope["route"].path,
            quoted_path(self._request.scope),
            status,
            self._request.path_params,
            reason=await self._reason(),
            is_repeat=is_repeat,
        )

    async def _caller(self) -> Principal | None:
        """Who asks, with the roles that count where they may; None where we do not know."""
        caller: Principal | None = getattr(self._request.state, "caller", None)
        if caller:
            return caller
        try:
            return await authenticated(self._request)
        except Problem:
            return None

    async def _reason(self) -> str | None:
        if self._request.method == "GET":
            return None
        try:
            body = await self._request.body()
        except (ClientDisconnect, RuntimeError):
            return None  # Whoever sent it went away in the middle of it.
        if len(body) > _BODY_WITH_REASON_MOST or not any(f'"{name}"'.encode() in body for name in _REASONS):
            return None
        try:
            given: Any = json.loads(body)
        except ValueError:
            return None
        reasons = (given.get(name) for name in _REASONS) if isinstance(given, dict) else ()
        reason = next((each for each in reasons if isinstance(each, str) and each), None)
        return _as_kept(reason) if reason else None


def _as_kept(text: str) -> str:
    """A text as the database can hold it: without zeros, and without halves of characters."""
    return text.replace("\0", "").encode(errors="replace").decode()
