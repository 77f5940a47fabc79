"""Every page of the console, by the console's own routes: one that nobody has looked at is found here."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from fastapi import APIRouter
from fastapi.routing import APIRoute

from gateway.console.errors import PageRoute
from gateway.console.pages import console_routes
from tests.browser.chromium import Visitor
from tests.gateway.doubles import stub_gateway

OK = 200
#: What answers with no page of its own.
NO_PAGES: Mapping[str, str] = {
    "/sign-in": "leads on to the issuer",
    "/sign-in/callback": "leads on to where somebody works",
    "/money": "leads on to the questions about spending",
    "/people/{person_id}/assessments": "leads on to the latest assessment",
    "/people/{person_id}/statement.{kind}": "a file",
    "/payments/runs/{run_id}/file": "a file",
    "/scenarios/{scenario_id}/people.csv": "a file",
    "/outcomes": "leads on to the first list that somebody may see",
    "/outcomes/reports/{report}/table.csv": "a file",
    "/outcomes/evaluations/{evaluation_id}/report": "a document of its own, with its own policy",
    "/outcomes/returns/{return_id}/file.csv": "a file",
    "/outcomes/returns/{return_id}/faults.csv": "a file",
    "/outcomes/instruments/{instrument_id}/words.csv": "a file",
}


def page_routes(folder: Path) -> tuple[str, ...]:
    """Paths of the console's pages, in the order in which they are matched.

    Args:
        folder: where a gateway may keep its keys; it is made.
    """
    folder.mkdir(exist_ok=True)
    routes = _routes(console_routes(stub_gateway(folder).door, None, None))
    return tuple(route.path for route in routes if isinstance(route, PageRoute) and "GET" in (route.methods or ()))


def _routes(router: APIRouter) -> Iterator[APIRoute]:
    for route in router.routes:
        # FastAPI keeps a router that was included as one route, with its own routes inside.
        inside = getattr(route, "original_router", None)
        if inside is not None:
            yield from _routes(inside)
        elif isinstance(route, APIRoute):
            yield route


def not_looked_at(routes: Sequence[str], looked_at: set[str]) -> tuple[str, ...]:
    """Routes of pages to which no address leads."""
    seen = {_route_of(routes, urlsplit(address).path) for address in looked_at}
    return tuple(route for route in routes if route not in seen and route not in NO_PAGES)


def _route_of(routes: Sequence[str], path: str) -> str | None:
    return next((route for route in routes if re.fullmatch(re.sub(r"{\w+}", "[^/]+", route), path)), None)


async def look_at_the_others(routes: Sequence[str], visitors: Sequence[Visitor], ids: Mapping[str, str]) -> None:
    """Examine each page that nobody has come by, as the first of the visitors who may see it.

    Args:
        routes: of all pages.
        visitors: who share what they have looked at.
        ids: by their names in routes.

    Raises:
        AssertionError: nobody can be led to a page by these ids.
    """
    for route in not_looked_at(routes, visitors[0].looked_at):
        address = re.sub(r"{(\w+)}", lambda part: ids.get(part[1], part[0]), route)
        assert "{" not in address, f"no test leads to {route}"
        for visitor in visitors:
            answer = await visitor.page.goto(f"{visitor.url}{address}")
            if answer is not None and answer.status == OK:
                await visitor.examine()
                break
    assert not_looked_at(routes, visitors[0].looked_at) == ()
