"""Reads that no single service has, put together here, with what can be had when a service is away."""

import asyncio
from typing import Any
from uuid import UUID

from braid.kit.identity import Principal
from braid.kit.problems import Problem, not_found
from gateway.forwarding import Door

#: Part of a person's whole budget -> service and path that answer it.
PARTS = {
    "person": ("assessment", "/v1/people/{person_id}"),
    "progress": ("support_planning", "/v1/people/{person_id}/progress"),
    "allocation": ("ras", "/v1/people/{person_id}/allocation"),
    "awards": ("funding_streams", "/v1/people/{person_id}/awards"),
    "budget": ("ledger", "/v1/people/{person_id}/budget"),
    "entries": ("ledger", "/v1/people/{person_id}/budget/entries"),
}

NOT_FOUND, OK = 404, 200


async def whole_budget(door: Door, principal: Principal, person_id: UUID) -> dict[str, Any]:
    """A person's whole budget: who, where it has got to, how it was worked out, what each stream decided, the money.

    Parts that do not exist yet are null; parts whose service is away are null and named in ``unavailable``.

    Raises:
        Problem: 404, no such person for this caller.
    """
    answers = await asyncio.gather(
        *(_part(door, principal, service, path.format(person_id=person_id)) for service, path in PARTS.values())
    )
    parts = dict(zip(PARTS, answers, strict=True))
    if parts["person"] == (NOT_FOUND, None):
        raise not_found("person")
    unavailable = [name for name, (status, _) in parts.items() if status not in (OK, NOT_FOUND)]
    return {**{name: body for name, (_, body) in parts.items()}, "unavailable": unavailable}


async def _part(door: Door, principal: Principal, service: str, path: str) -> tuple[int, Any]:
    try:
        answer = await door.ask(principal, service, "GET", path)
    except Problem as problem:
        return problem.status, None
    return answer.status_code, answer.json() if answer.status_code == OK else None
