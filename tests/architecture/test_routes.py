"""Every route asks who is there, unless it is listed here as open."""

import json
import re
from collections.abc import Iterator
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest
from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from braid.command_line.api_description import OPENAPI_FILE, platform_openapi
from braid.command_line.permission_table import PERMISSIONS_FILE, permission_page
from braid.command_line.services import all_definitions
from braid.kit.http import UnitOfWorkRoute
from braid.kit.identity import authenticated
from braid.kit.permissions import PERMISSIONS, Action, Requirement
from gateway.access_records import access_record_routes
from gateway.dead_letters import dead_letter_routes
from gateway.main import build_gateway, composed_routes
from gateway.routing import CHANGES, COMPOSED, ROUTES

#: Routes that anybody may call, each with its reason.
OPEN_AT_THE_GATEWAY = {
    "/livez": "probe of the process",
    "/readyz": "probe of what it needs",
    "/metrics": "scraped inside the cluster; holds no personal data",
    "/openapi.json": "the public description",
    "/asyncapi.json": "the public description",
    "/api-docs": "the public description, as a page",
    "/api-docs/{name}": "what that page is made of",
    "/": "the front page, where people sign in; names nobody unless the development issuer is on",
    "/assets/{name}": "style and pictures",
    "/sign-in": "sends people to the issuer",
    "/sign-in/callback": "gives a session to who proves who they are",
    "/sign-out": "ends a session",
}


def service_routes() -> list[tuple[str, APIRoute]]:
    """Every route of every service's API."""
    return [
        (definition.name, route)
        for definition in all_definitions()
        for router in definition.routers
        for route in routes_of(router)
    ]


def routes_of(router: APIRouter) -> Iterator[APIRoute]:
    """The API routes of a router."""
    return (route for route in router.routes if isinstance(route, APIRoute))


def calls(dependant: Dependant) -> Iterator[object]:
    """Every dependency of a route, at any depth."""
    yield dependant.call
    for inner in dependant.dependencies:
        yield from calls(inner)


def actions(route: APIRoute) -> list[Action]:
    """What a route says is done by it."""
    return [call.action for call in calls(route.dependant) if isinstance(call, Requirement)]


@pytest.mark.parametrize(("service", "route"), service_routes(), ids=lambda value: getattr(value, "path", value))
def test_every_service_route_asks_for_a_token(service: str, route: APIRoute) -> None:
    assert authenticated in set(calls(route.dependant))


@pytest.mark.parametrize(("service", "route"), service_routes(), ids=lambda value: getattr(value, "path", value))
def test_every_service_route_works_in_one_transaction(service: str, route: APIRoute) -> None:
    assert isinstance(route, UnitOfWorkRoute)


@pytest.mark.parametrize(("service", "route"), service_routes(), ids=lambda value: getattr(value, "path", value))
def test_every_service_route_says_which_problems_it_answers_with(service: str, route: APIRoute) -> None:
    told = {status for status in route.responses if int(status) >= 400}

    assert told or route.path == "/v1/people", f"{route.path} declares no problem"


@pytest.mark.parametrize(("service", "route"), service_routes(), ids=lambda value: getattr(value, "path", value))
def test_every_service_route_names_one_action(service: str, route: APIRoute) -> None:
    assert len(actions(route)) == 1


def test_every_route_through_the_gateway_is_a_service_route_of_the_same_action() -> None:
    there = {
        (method, route.path, service, action)
        for service, route in service_routes()
        for method in route.methods or ()
        for action in actions(route)
    }

    assert {(row.method, row.path, row.service, row.action) for row in ROUTES} == there


def test_every_read_that_the_gateway_puts_together_has_an_action() -> None:
    makers = (composed_routes, access_record_routes, dead_letter_routes)
    routers = [make(None) for make in makers]  # type: ignore[arg-type]  # looked at
    made = {(method, route.path) for router in routers for route in routes_of(router) for method in route.methods or ()}

    assert {("GET", path) for path in COMPOSED} | {("POST", path) for path in CHANGES} == made


def test_the_committed_description_is_what_the_routes_make() -> None:
    assert json.loads(OPENAPI_FILE.read_text()) == json.loads(json.dumps(platform_openapi()))


def test_the_committed_page_of_who_may_do_what_is_what_the_tables_make() -> None:
    assert PERMISSIONS_FILE.read_text() == permission_page()


def test_the_description_says_of_every_operation_who_may_call_it() -> None:
    for path, operations in platform_openapi()["paths"].items():
        for method, operation in operations.items():
            permission = PERMISSIONS[operation["x-braid-action"]]
            assert operation["x-braid-roles"] == permission.reach, path
            assert {"401", "403"} <= set(operation["responses"]), f"{method} {path}"


def gateway_paths() -> dict[str, set[str]]:
    """Methods of every path at the gateway."""
    gateway = build_gateway({}, None, None)  # type: ignore[arg-type]  # looked at, not called
    paths: dict[str, set[str]] = {}
    for row in ROUTES:
        paths.setdefault(row.path, set()).add(row.method)
    for context in iter_route_contexts(gateway.routes):
        if context.path:
            paths.setdefault(context.path, set()).update(context.methods or ())
    return paths


@pytest.mark.parametrize("path", sorted(set(gateway_paths()) - set(OPEN_AT_THE_GATEWAY)))
async def test_nothing_is_open_at_the_gateway_but_what_is_listed(path: str) -> None:
    gateway = build_gateway({}, None, None)  # type: ignore[arg-type]  # nobody gets far enough to need a service
    stranger = httpx.AsyncClient(transport=httpx.ASGITransport(gateway), base_url="http://braid.test")
    # What counts is a number in an address; all else may be anything.
    place = re.sub(r"{\w+}", str(uuid4()), path.replace("{number}", "1"))
    for method in gateway_paths()[path]:
        answer = await stranger.request(method, place, headers={"accept": "text/html"})

        is_sent_to_sign_in = answer.status_code == 303 and urlsplit(answer.headers["location"]).path == "/"
        assert answer.status_code == 401 or is_sent_to_sign_in, f"{method} {path}"
