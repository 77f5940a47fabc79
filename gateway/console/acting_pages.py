"""The page of whom somebody acts for: a delegate's front page, and a way to it for a holder who acts for others too."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from braid.kit.problems import Problem
from gateway.console import wording
from gateway.console.errors import PageRoute
from gateway.console.payment_view import query_of
from gateway.console.people_view import read
from gateway.console.rendering import ACTING_FOR, MAY_ACT, page
from gateway.console.session import signed_in
from gateway.forwarding import Door

FORBIDDEN = 403
A_PAGE = 25


@dataclass(frozen=True)
class ActedFor:
    """A person for whom somebody acts.

    Args:
        closed: why the record is not open to them now, in sentences; empty where it is open.
        authorities: what they hold, each in a line, with what its document leaves out.
    """

    person_id: str
    name: str
    reference: str
    closed: tuple[str, ...]
    authorities: tuple[tuple[str, str], ...]


def acting_routes(door: Door) -> APIRouter:
    """Whom somebody acts for; the assessment service keeps what gives them the right."""
    router = APIRouter(route_class=PageRoute)

    @router.get(ACTING_FOR)
    async def people(request: Request, after: Annotated[str, Query(max_length=64)] = "") -> Response:
        principal = await signed_in(door, request)
        if not principal.roles & MAY_ACT:
            raise Problem(FORBIDDEN, "not-allowed", "This is for those who act for somebody")
        asked = query_of(after=after, limit=str(A_PAGE))
        told = await read(door, principal, "assessment", "/v1/people-acted-for", query=asked)
        return page(
            "acting_for.html",
            request=request,
            principal=principal,
            people=[acted_for(each) for each in told["people"]],
            after=after,
            next_query=query_of(after=told["next"]) if told["next"] else "",
        )

    return router


def acted_for(told: Mapping[str, Any]) -> ActedFor:
    """A person as the page tells of them."""
    return ActedFor(
        person_id=told["person_id"],
        name=told["name"],
        reference=told["reference"],
        closed=tuple(wording.whole_sentence(wording.told(why)) for why in told["why_closed"]),
        authorities=tuple((_in_words(each), each["limits"]) for each in told["authorities"]),
    )


def _in_words(authority: Mapping[str, Any]) -> str:
    kind = wording.named(wording.AUTHORITIES, authority["kind"])
    decisions = wording.listed([wording.named(wording.ACTED_ON, each) for each in authority["decisions"]])
    ends = [day for day in (authority["until_on"], authority["revoked_on"]) if day]
    until = f" to {wording.day(min(ends))}" if ends else ""
    return f"{kind}, for {decisions}, from {wording.day(authority['from_on'])}{until}"
