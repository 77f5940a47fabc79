"""The council's lists about outcomes, for whoever may see them."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from braid.kit.identity import Principal
from braid.kit.permissions import PERMISSIONS, Action
from braid.kit.problems import Problem
from gateway.console.errors import PageRoute
from gateway.console.rendering import see_other
from gateway.console.session import signed_in
from gateway.forwarding import Door

FORBIDDEN = 403
#: What is done on a list, its address and its words, in the order of the tabs.
_LISTS = (
    (Action.READ_COUNCIL_REPORTS, "/outcomes/reports", "Reports"),
    (Action.READ_EVALUATIONS, "/outcomes/evaluations", "Evaluations"),
    (Action.READ_RETURNS, "/outcomes/returns", "Statutory returns"),
    (Action.STATE_LICENCE, "/outcomes/instruments", "Instruments and licences"),
)


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

    return router
