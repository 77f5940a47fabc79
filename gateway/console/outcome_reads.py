"""What the pages of answers read: what is asked of somebody, with which instruments, and what was answered."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import Request

from braid.kit.identity import Principal
from braid.kit.permissions import PERMISSIONS, Action
from braid.kit.problems import Problem, not_found
from gateway.console.people_view import read
from gateway.console.session import permitted
from gateway.forwarding import Door

OUTCOMES = "outcomes"
Told = Mapping[str, Any]


def may_record(principal: Principal) -> bool:
    """Whether somebody records answers."""
    return bool(principal.roles & PERMISSIONS[Action.RECORD_OUTCOME].roles)


async def reader(door: Door, request: Request) -> Principal:
    """Whoever may read answers about somebody's life."""
    return await permitted(door, request, Action.READ_OUTCOMES, OUTCOMES)


async def recorder(door: Door, request: Request) -> Principal:
    """Whoever may record answers about somebody's life."""
    return await permitted(door, request, Action.RECORD_OUTCOME, OUTCOMES)


async def instruments_of(door: Door, principal: Principal, on: str = "") -> Told:
    """Every released instrument, with its words where the council may use it on the day."""
    return await read(door, principal, OUTCOMES, "/v1/outcome-instruments", query=f"on={on}" if on else "")


async def instrument_of(
    door: Door, principal: Principal, instrument_id: str, version: int | None = None, *, on: str = ""
) -> Told:
    """One instrument; the newest version where none is named.

    Raises:
        Problem: 404, there is none.
    """
    told = await instruments_of(door, principal, on)
    found = [
        one
        for one in told["instruments"]
        if one["instrument_id"] == instrument_id and version in (None, one["version"])
    ]
    if not found:
        raise not_found("instrument")
    return max(found, key=lambda one: int(one["version"]))


async def waves_of(door: Door, principal: Principal, person_id: UUID) -> Told:
    """What is asked of a person; nothing where the service knows no case of theirs yet."""
    try:
        return await read(door, principal, OUTCOMES, f"/v1/people/{person_id}/outcome-waves")
    except Problem as problem:
        if problem.status != not_found("person").status or principal.person_id != person_id:
            raise
        return {"asked": []}


async def answered(door: Door, principal: Principal, person_id: UUID, response_id: UUID) -> tuple[Told, list[Told]]:
    """One response, and everything that was answered about the person.

    Raises:
        Problem: 404, there is no such response about this person.
    """
    told = await read(door, principal, OUTCOMES, f"/v1/people/{person_id}/outcome-responses")
    found = next((one for one in told["responses"] if one["response_id"] == str(response_id)), None)
    if found is None:
        raise not_found("response")
    return found, list(told["responses"])


async def carers_of(door: Door, principal: Principal, person_id: UUID) -> Mapping[str, str]:
    """Names of a person's carers by their ids, for the council's staff; none where they cannot be had."""
    if principal.person_id == person_id:
        return {}
    try:
        told = await read(door, principal, "assessment", f"/v1/people/{person_id}/carers")
    except Problem:
        return {}
    return {one["carer_id"]: f"{one['name']} ({one['relationship']})" for one in told["carers"]}


async def person_of(door: Door, principal: Principal, person_id: UUID) -> Told | None:
    """Who it is about, for the bar of staff's pages; None on the person's own, and where it cannot be had."""
    if principal.person_id == person_id:
        return None
    try:
        return await read(door, principal, "assessment", f"/v1/people/{person_id}")
    except Problem:
        return None


async def about(door: Door, principal: Principal, person_id: UUID) -> tuple[Told | None, Mapping[str, str]]:
    """Who it is about, and the names of their carers."""
    person, carers = await asyncio.gather(person_of(door, principal, person_id), carers_of(door, principal, person_id))
    return person, carers
