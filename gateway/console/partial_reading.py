"""Several readings at once, with what can be had when a service is away."""

import asyncio
from collections.abc import Mapping
from typing import Any

from braid.kit.identity import Principal
from braid.kit.problems import Problem
from gateway.console.people_view import read
from gateway.forwarding import Door

NOT_FOUND, FORBIDDEN = 404, 403
#: Which service answers a part, and under which path.
Asked = Mapping[str, tuple[str, str]]


async def read_parts(door: Door, principal: Principal, asked: Asked) -> tuple[Mapping[str, Any], frozenset[str]]:
    """Every part by its name, None where there is none yet; and which parts cannot be had for the moment."""
    answers = await asyncio.gather(*(_part(door, principal, *each) for each in asked.values()))
    parts = {name: body for name, (body, _) in zip(asked, answers, strict=True)}
    return parts, frozenset(name for name, (_, is_away) in zip(asked, answers, strict=True) if is_away)


async def _part(door: Door, principal: Principal, service: str, path: str) -> tuple[Any, bool]:
    try:
        return await read(door, principal, service, path), False
    except Problem as problem:
        return None, problem.status not in (NOT_FOUND, FORBIDDEN)
