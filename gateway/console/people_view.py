"""What the list of people shows: a page of cases, and where each one's budget has got to."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from braid.kit.identity import Principal
from braid.kit.problems import Problem
from gateway.console import wording
from gateway.console.forms import Fault, Form, Given, sent
from gateway.forwarding import Door

PEOPLE_A_PAGE = 25
#: Each person's place is asked for by itself, so not all at once.
ASKED_AT_ONCE = 5
OK, NOT_FOUND, UNAUTHENTICATED, FORBIDDEN, UNPROCESSABLE = 200, 404, 401, 403, 422


@dataclass(frozen=True)
class Row:
    """A person in the list."""

    person_id: str
    reference: str
    name: str
    user_group: str
    opened_on: str
    stage: str


@dataclass(frozen=True)
class PeopleView:
    """A page of the list, or of what was found.

    Args:
        next_after: the last reference of a page of what was found; the next page is asked for with the search itself,
            which stands in no address, as it is about people.
    """

    rows: tuple[Row, ...]
    is_first: bool
    next_address: str
    next_after: str
    form: Form


async def people_view(door: Door, principal: Principal, after: str) -> PeopleView:
    """A page of the council's people, by reference.

    Raises:
        Problem: 403, the caller is not of the council's staff; 503, the list cannot be had.
    """
    return await _view(door, principal, await read_people(door, principal, after=after, limit=PEOPLE_A_PAGE), after)


async def people_found(door: Door, principal: Principal, given: Given) -> PeopleView:
    """A page of the people who fit what was filled in; all of them where nothing was.

    Raises:
        Problem: 403, the caller is not of the council's staff; 503, the search cannot be had.
    """
    asked = {"text": given["text"], "user_group": given["user_group"], "after": given["after"], "limit": PEOPLE_A_PAGE}
    body = {name: value for name, value in asked.items() if value}
    answer = await sent(door, principal, "assessment", "/v1/people:search", given, body)
    if answer.status_code == OK:
        return await _view(door, principal, answer.json(), given["after"], Form(given))
    if answer.status_code == UNPROCESSABLE:
        told = "Enter 2 to 100 letters or digits of the name, reference, NHS number or postcode"
        nobody: Mapping[str, Any] = {"people": [], "next": None}
        return await _view(door, principal, nobody, given["after"], Form(given, (Fault("text", told),)))
    raise Problem(
        answer.status_code if answer.status_code == FORBIDDEN else 503, "no-search", "Nobody can be found now"
    )


async def _view(
    door: Door, principal: Principal, listed: Mapping[str, Any], after: str, form: Form | None = None
) -> PeopleView:
    limiter = asyncio.Semaphore(ASKED_AT_ONCE)
    stages = await asyncio.gather(*(_stage(door, principal, person, limiter) for person in listed["people"]))
    following = "" if form or not listed["next"] else f"/people?{urlencode({'after': listed['next']})}"
    rows = tuple(_row(person, stage) for person, stage in zip(listed["people"], stages, strict=True))
    return PeopleView(
        rows,
        is_first=not after,
        next_address=following,
        next_after=listed["next"] or "" if form else "",
        form=form or Form(),
    )


async def read_people(door: Door, principal: Principal, *, after: str = "", limit: int) -> Mapping[str, Any]:
    """A page of people as the assessment service gives it.

    Raises:
        Problem: 403 or 503.
    """
    query = urlencode({"after": after, "limit": limit})
    return await read(door, principal, "assessment", "/v1/people", query=query)


async def name_of(door: Door, principal: Principal, person_id: UUID) -> str:
    """The person's name; empty where it cannot be had."""
    try:
        return str((await read(door, principal, "assessment", f"/v1/people/{person_id}"))["name"])
    except Problem:
        return ""


async def names_of(door: Door, principal: Principal, people: Iterable[str]) -> Mapping[str, str]:
    """The names of people by id; empty where one cannot be had."""
    limiter = asyncio.Semaphore(ASKED_AT_ONCE)

    async def name(person_id: str) -> str:
        async with limiter:
            return await name_of(door, principal, UUID(person_id))

    asked = sorted(set(people))
    return dict(zip(asked, await asyncio.gather(*(name(each) for each in asked)), strict=True))


async def read(door: Door, principal: Principal, service: str, path: str, *, query: str = "") -> Mapping[str, Any]:
    """What a service answers to a reading.

    Raises:
        Problem: as the service refused, or 503 for anything else that it could not do.
    """
    answer = await door.ask(principal, service, "GET", path, query=query)
    if answer.status_code == OK:
        body: Mapping[str, Any] = answer.json()
        return body
    if answer.status_code in (FORBIDDEN, NOT_FOUND):
        raise Problem(answer.status_code, "not-allowed", "This is not yours to see")
    raise Problem(503, "service-unavailable", f"The {service} service did not answer", headers={"Retry-After": "2"})


async def _stage(door: Door, principal: Principal, person: Mapping[str, Any], limiter: asyncio.Semaphore) -> str:
    async with limiter:
        try:
            progress = await read(door, principal, "support_planning", f"/v1/people/{person['person_id']}/progress")
        except Problem as problem:
            return wording.STAGES["case_open"] if problem.status == NOT_FOUND else "Not known for the moment"
    return wording.named(wording.STAGES, progress["stage"])


def _row(person: Mapping[str, Any], stage: str) -> Row:
    return Row(
        person_id=person["person_id"],
        reference=person["reference"],
        name=person["name"],
        user_group=wording.named(wording.USER_GROUPS, person["user_group"]),
        opened_on=person["opened_on"],
        stage=stage,
    )
