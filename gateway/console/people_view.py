"""What the list of cases shows: who it is, where each budget has got to, whose turn it is, who waits too long."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from braid.kit.identity import Principal
from braid.kit.problems import Problem, not_found
from gateway.console import wording
from gateway.console.case_filters import AWAITED, Filters, work_of
from gateway.console.forms import Fault, Form, Given, sent
from gateway.forwarding import Door

PEOPLE_A_PAGE = 25
#: Of those whom a search finds, how many are looked at for those who fit the filters.
SEARCHED_MOST = 100
OK, NOT_FOUND, UNAUTHENTICATED, FORBIDDEN, UNPROCESSABLE = 200, 404, 401, 403, 422
NAMELESS = "Name not available for the moment"


@dataclass(frozen=True)
class Row:
    """A case in the list.

    Args:
        since: moment from which on it has waited; empty where that is not known.
        due_on: the last day on which its step is on time; empty where nothing is promised.
    """

    person_id: str
    reference: str
    name: str
    user_group: str
    stage: str
    awaited: str = ""
    since: str = ""
    due_on: str = ""
    is_overdue: bool = False


@dataclass(frozen=True)
class Work:
    """Something that waits for whoever looks, in words, and the address that shows it."""

    text: str
    href: str


@dataclass(frozen=True)
class PeopleView:
    """A page of the list, or of what was found.

    Args:
        count: how many fit, in words; empty where that is not counted.
        next_after: the last reference of a page of what was found; the next page is asked for with the search itself,
            which stands in no address, as it is about people.
        is_cut: more people fit the search than were looked at for the filters.
    """

    rows: tuple[Row, ...]
    form: Form
    filters: Filters
    count: str = ""
    is_first: bool = True
    next_address: str = ""
    next_after: str = ""
    is_cut: bool = False
    work: tuple[Work, ...] = ()

    @property
    def is_search(self) -> bool:
        """Whether somebody is looked for by what is known of them."""
        return bool(self.form.given["text"])


async def people_view(door: Door, principal: Principal, filters: Filters, after: str) -> PeopleView:
    """A page of the council's people: by reference, or, narrowed by filters, the longest wait first.

    Raises:
        Problem: 403, the caller is not of the council's staff; 503, the list cannot be had.
    """
    if filters:
        return await _narrowed(door, principal, filters, after)
    listed, work = await asyncio.gather(
        read_people(door, principal, after=after, limit=PEOPLE_A_PAGE), _work(door, principal, is_shown=not after)
    )
    following = f"/people?{urlencode({'after': listed['next']})}" if listed["next"] else ""
    rows = await _rows(door, principal, listed["people"])
    return PeopleView(rows, Form(), filters, is_first=not after, next_address=following, work=work)


async def people_found(door: Door, principal: Principal, filters: Filters, given: Given) -> PeopleView:
    """A page of the people who fit what was filled in, and the filters; all of them where nothing was.

    Raises:
        Problem: 403, the caller is not of the council's staff; 503, the search cannot be had.
    """
    if not given["text"]:
        return await people_view(door, principal, filters, "")
    most = SEARCHED_MOST if filters else PEOPLE_A_PAGE
    body = {"text": given["text"], "limit": most} | ({"after": given["after"]} if given["after"] else {})
    answer = await sent(door, principal, "assessment", "/v1/people:search", given, body)
    if answer.status_code == UNPROCESSABLE:
        told = "Enter 2 to 100 letters or digits of the name, reference, NHS number or postcode"
        return PeopleView((), Form(given, (Fault("text", told),)), filters)
    if answer.status_code != OK:
        status = FORBIDDEN if answer.status_code == FORBIDDEN else 503
        raise Problem(status, "no-search", "Nobody can be found now")
    found = answer.json()
    rows = await _rows(door, principal, found["people"], filters)
    is_whole = not found["next"] and not given["after"]
    return PeopleView(
        rows,
        Form(given),
        filters,
        count=wording.counted(len(rows), "person", "people") if is_whole or filters else "",
        is_first=not given["after"],
        next_after="" if filters else found["next"] or "",
        is_cut=bool(filters and found["next"]),
    )


async def _narrowed(door: Door, principal: Principal, filters: Filters, after: str) -> PeopleView:
    asked = {"most": PEOPLE_A_PAGE} | ({"after": after} if after else {})
    told = await read(door, principal, "support_planning", "/v1/cases", query=filters.asked(**asked))
    people = await _people(door, principal, (one["person_id"] for one in told["cases"]))
    following = f"/people?{filters.query}&{urlencode({'after': told['next']})}" if told["next"] else ""
    number = wording.counted(told["count"], "case", "cases")
    return PeopleView(
        tuple(_row(people.get(one["person_id"], {}), one) for one in told["cases"]),
        Form(),
        filters,
        count=f"More than {number}" if told["count_is_least"] else number,
        is_first=not after,
        next_address=following,
    )


async def _rows(
    door: Door, principal: Principal, people: Iterable[Mapping[str, Any]], filters: Filters | None = None
) -> tuple[Row, ...]:
    """People with where each one's budget is; of those alone who fit the filters, where there are any."""
    known = {person["person_id"]: person for person in people}
    if not known:
        return ()
    asked = (filters or Filters()).asked(person_id=list(known), most=len(known))
    try:
        told = await read(door, principal, "support_planning", "/v1/cases", query=asked)
    except Problem:
        if filters:
            raise
        return tuple(_row(person, {"stage": ""}) for person in known.values())
    cases = {one["person_id"]: one for one in told["cases"]}
    return tuple(
        _row(person, cases.get(person_id) or {"stage": "case_open"})
        for person_id, person in known.items()
        if person_id in cases or not filters
    )


async def _work(door: Door, principal: Principal, *, is_shown: bool) -> tuple[Work, ...]:
    """What waits for whoever looks; what cannot be counted now is left out."""
    asked = work_of(principal) if is_shown else ()
    queries = (filters.asked(most=1) for _, _, filters in asked)
    try:
        counts = await asyncio.gather(
            *(read(door, principal, "support_planning", "/v1/cases", query=query) for query in queries)
        )
    except Problem:
        return ()
    return tuple(
        Work(wording.counted(told["count"], one, many), f"/people?{filters.query}")
        for (one, many, filters), told in zip(asked, counts, strict=True)
        if told["count"]
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
    """The names of people by id; one that cannot be had is not there."""
    return {person_id: str(person["name"]) for person_id, person in (await _people(door, principal, people)).items()}


async def _people(door: Door, principal: Principal, people: Iterable[str]) -> Mapping[str, Mapping[str, Any]]:
    """People as a list tells them, by id; none where the assessment service is away."""
    asked = sorted(set(people))
    if not asked:
        return {}
    body = {"people": asked, "limit": len(asked)}
    try:
        answer = await sent(door, principal, "assessment", "/v1/people:search", Form().given, body)
    except Problem:
        return {}
    return {one["person_id"]: one for one in answer.json()["people"]} if answer.status_code == OK else {}


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
    if answer.status_code == UNPROCESSABLE:  # An address that somebody changed by hand.
        raise Problem(NOT_FOUND, "not-found", "There is no such page")
    raise Problem(503, "service-unavailable", f"The {service} service did not answer", headers={"Retry-After": "2"})


async def read_with_version(
    door: Door, principal: Principal, service: str, path: str, *, what: str, code: str
) -> tuple[Mapping[str, Any], str]:
    """One thing, and its version, with which it is changed.

    Args:
        what: it is called, where it cannot be had.
        code: of the problem then.

    Raises:
        Problem: 403 or 404, it is not theirs to see; 503, it cannot be had.
    """
    answer = await door.ask(principal, service, "GET", path)
    if answer.status_code == NOT_FOUND:
        raise not_found(what)
    if answer.is_error:
        status = FORBIDDEN if answer.status_code == FORBIDDEN else 503
        raise Problem(status, code, f"The {what} cannot be had")
    return answer.json(), answer.headers["etag"]


def _row(person: Mapping[str, Any], case: Mapping[str, Any]) -> Row:
    """A person with where their budget is; a case without a stage is one of which that is not known for the moment."""
    stage = case["stage"]
    group = person.get("user_group") or case.get("user_group") or ""
    return Row(
        person_id=person.get("person_id") or case["person_id"],
        reference=person.get("reference", ""),
        name=person.get("name") or NAMELESS,
        user_group=wording.named(wording.USER_GROUPS, group) if group else "",
        stage=wording.named(wording.STAGES, stage) if stage else "Not known for the moment",
        awaited=wording.named(AWAITED, case["awaited"]) if case.get("awaited") else "",
        since=case.get("since") or "",
        due_on=case.get("due_on") or "",
        is_overdue=case.get("is_overdue", False),
    )
