"""The council's lists about outcomes, for whoever may see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from braid.kit.identity import Principal
from braid.kit.permissions import PERMISSIONS, Action
from braid.kit.problems import Problem
from gateway.console import wording
from gateway.console.errors import PageRoute
from gateway.console.outcome_reads import OUTCOMES
from gateway.console.outcome_view import STATES, wave_name
from gateway.console.payment_view import query_of
from gateway.console.people_view import NAMELESS, names_of, read
from gateway.console.rendering import page, see_other
from gateway.console.session import permitted, signed_in
from gateway.forwarding import Door

FORBIDDEN = 403
#: The most that the page of what is due shows; what has been due longest comes first.
SHOWN_MOST = 100
#: What is done on a list, its address and its words, in the order of the tabs.
_LISTS = (
    (Action.READ_WAVES_DUE, "/outcomes/due", "Answers that are due"),
    (Action.READ_COUNCIL_REPORTS, "/outcomes/reports", "Reports"),
    (Action.READ_EVALUATIONS, "/outcomes/evaluations", "Evaluations"),
    (Action.READ_RETURNS, "/outcomes/returns", "Statutory returns"),
    (Action.STATE_LICENCE, "/outcomes/instruments", "Instruments and licences"),
)


@dataclass(frozen=True)
class Due:
    """Answers that somebody should give now.

    Args:
        since: from which day on they are due.
        until: the last day on which they are on time; empty where there is none.
    """

    person_id: str
    name: str
    title: str
    wave: str
    state_text: str
    colour: str
    since: str
    until: str


def lists_for(principal: Principal) -> list[tuple[str, str]]:
    """Address and words of each list that somebody may see."""
    return [(address, words) for action, address, words in _LISTS if principal.roles & PERMISSIONS[action].roles]


def outcome_list_routes(door: Door) -> APIRouter:
    """The way to the first list that somebody may see."""
    router = APIRouter(route_class=PageRoute)

    @router.get("/outcomes")
    async def first(request: Request) -> Response:
        lists = lists_for(await signed_in(door, request))
        if not lists:
            raise Problem(FORBIDDEN, "not-allowed", "What outcomes tell of the council is not for this role")
        return see_other(lists[0][0])

    @router.get("/outcomes/due")
    async def due(request: Request, after: Annotated[str, Query(max_length=200)] = "") -> Response:
        principal = await permitted(door, request, Action.READ_WAVES_DUE, OUTCOMES)
        query = query_of(after=after, most=str(SHOWN_MOST))
        told = await read(door, principal, OUTCOMES, "/v1/outcome-waves-due", query=query)
        names = await names_of(door, principal, (one["person_id"] for one in told["due"]))
        return page(
            "outcomes_due.html",
            request=request,
            principal=principal,
            lists=lists_for(principal),
            due=[_due(one, names) for one in told["due"]],
            count=told["count"],
            after=after,
            next_query=query_of(after=told["next"]) if told["next"] else "",
        )

    return router


def _due(told: Mapping[str, Any], names: Mapping[str, str]) -> Due:
    words, colour = STATES[told["state"]]
    return Due(
        told["person_id"],
        names.get(told["person_id"], NAMELESS),
        told["title"],
        wave_name(told["wave"], told["number"]),
        words,
        colour,
        wording.day(told["due_on"]),
        wording.day(told["until_day"]) if told["until_day"] else "",
    )
