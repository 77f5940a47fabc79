"""Pages from templates, with the headers that every page carries, and the assets that they use."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import jinja2
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from braid.kit.identity import Principal, Role
from braid.kit.permissions import PERMISSIONS, Action
from braid.kit.problems import not_found
from gateway.console import wording
from gateway.console.components import components

_CONTENT_SECURITY = (
    "default-src 'self'; script-src 'none'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
#: Of every page. Pages are personal, so nobody keeps them; other sites never learn which page a link was on.
PAGE_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": _CONTENT_SECURITY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
_MEDIA_TYPES = {"css": "text/css; charset=utf-8", "svg": "image/svg+xml", "txt": "text/plain; charset=utf-8"}
#: An asset's address changes with its content, so browsers may keep it for a year, in seconds.
ASSET_LIFE_S = 365 * 24 * 60 * 60


@dataclass(frozen=True)
class Asset:
    """A file that pages use."""

    content: bytes
    media_type: str
    digest: str


@dataclass(frozen=True)
class Visitor:
    """Who looks at a page, as its frame shows it.

    Args:
        described: role and council in words.
        links: address and words of each place that the visitor may go to.
    """

    described: str
    links: tuple[tuple[str, str], ...]


#: Where somebody finds whom they act for, and who may act for anybody.
ACTING_FOR = "/acting-for"
MAY_ACT = frozenset({Role.BUDGET_HOLDER, Role.DELEGATE})
#: A budget holder's own pages: address below the person's, and words.
_OWN_PAGES = (
    ("my-budget", "My budget"),
    ("self-assessment", "My self-assessment"),
    ("plans", "My plans"),
    ("statement", "My statement"),
    ("outcomes", "My life"),
    ("who-has-looked", "Who has looked"),
)
_ACTED_FOR = "People you act for"


def visitor(principal: Principal) -> Visitor:
    """A principal as pages show it."""
    roles = [wording.named(wording.ROLES, role) for role in sorted(principal.roles)]
    council = wording.COUNCILS.get(principal.council, f"the council {principal.council}")
    described = f"{wording.sentence(wording.listed(roles) or 'no role')} at {council}"
    return Visitor(described, tuple(_links(principal)))


#: What leads to a council's own pages, for those who may do what they are for.
_OFFICE_PAGES = (
    (Action.LIST_PEOPLE, "/people", "People"),
    (Action.READ_PLANNING_QUEUES, "/approvals", "Plans to approve"),
    (Action.READ_PLANNING_QUEUES, "/challenges", "Challenges"),
    (Action.READ_ANY_ACCOUNT, "/money", "Money to look at"),
    (Action.READ_PAYMENT_RUNS, "/payments", "Payments"),
    (Action.RUN_SCENARIO, "/scenarios", "Scenarios"),
    (Action.READ_COUNCIL_REPORTS, "/outcomes", "Outcomes"),
    (Action.READ_WAVES_DUE, "/outcomes", "Outcomes"),
    (Action.READ_BOOKS, "/ledger", "Ledger"),
)


def _links(principal: Principal) -> list[tuple[str, str]]:
    office = ((page, words) for action, page, words in _OFFICE_PAGES if principal.roles & PERMISSIONS[action].roles)
    links = list(dict.fromkeys(office))
    if Role.AUDITOR in principal.roles:
        links.append(("/audit", "Audit"))
    if principal.roles & PERMISSIONS[Action.READ_DEAD_LETTERS].roles:
        links.append(("/dead-letters", "Dead letters"))
    if principal.roles & PERMISSIONS[Action.READ_WEBHOOKS].roles:
        links.append(("/webhooks", "Webhooks"))
    if Role.BUDGET_HOLDER in principal.roles and principal.person_id:
        mine = f"/people/{principal.person_id}"
        links += [(f"{mine}/{page}", words) for page, words in _OWN_PAGES]
    if Role.DELEGATE in principal.roles:
        links.append((ACTING_FOR, _ACTED_FOR))
    return links


def home_of(principal: Principal) -> str:
    """Where somebody lands after signing in."""
    links = {words: address for address, words in _links(principal)}
    first = ("Ledger", "People", "My budget", _ACTED_FOR, "Dead letters", "Webhooks")
    return next((links[words] for words in first if words in links), "/")


def page(
    template: str,
    *,
    request: Request,
    status: int = 200,
    principal: Principal | None = None,
    headers: Mapping[str, str] | None = None,
    **values: Any,
) -> HTMLResponse:
    """A page from a template.

    Args:
        template: file in the folder of templates.
        request: what was asked for; the frame marks its place.
        status: HTTP status.
        principal: who is signed in.
        headers: further headers.
        values: what the template shows.
    """
    seen_by, here = visitor(principal) if principal else None, request.url.path
    frame = {"visitor": seen_by, "here": here, "places": _places(seen_by, here) if seen_by else []}
    text = _templates().get_template(template).render(**frame, **values)
    return HTMLResponse(text, status, headers={**PAGE_HEADERS, **(headers or {})})


def _places(seen_by: Visitor, here: str) -> list[dict[str, object]]:
    """The places of the navigation; the page itself, or the place that it is under, is marked."""
    return [
        {
            "href": address,
            "text": words,
            "current": here == address,
            "active": here.startswith(f"{address}/"),
        }
        for address, words in seen_by.links
    ]


def see_other(address: str) -> RedirectResponse:
    """Go to another page with GET."""
    return RedirectResponse(address, 303, headers=dict(PAGE_HEADERS))


def asset_routes() -> APIRouter:
    """Stylesheet and pictures."""
    router = APIRouter(include_in_schema=False)

    @router.get("/assets/{name}")
    async def asset(name: str, request: Request) -> Response:
        found = _assets().get(name)
        if found is None:
            raise not_found("file")
        named_by_content = request.query_params.get("v") == found.digest
        life = f"max-age={ASSET_LIFE_S}, immutable" if named_by_content else "max-age=300"
        headers = {
            "Cache-Control": f"public, {life}",
            "ETag": f'"{found.digest}"',
            "X-Content-Type-Options": "nosniff",
        }
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        return Response(found.content, media_type=found.media_type, headers=headers)

    return router


@cache
def _assets() -> Mapping[str, Asset]:
    folder = resources.files("gateway.console") / "assets"
    return {file.name: _asset(file.name, file.read_bytes()) for file in folder.iterdir() if file.is_file()}


def _asset(name: str, content: bytes) -> Asset:
    return Asset(content, _MEDIA_TYPES[name.rpartition(".")[2]], hashlib.sha256(content).hexdigest()[:12])


def _asset_address(name: str) -> str:
    return f"/assets/{name}?v={_assets()[name].digest}"


@cache
def _templates() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("gateway.console"),
        # Templates come with the code; looking at their files' times for each page, macro by macro, is for nothing.
        auto_reload=False,
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        pounds=wording.pounds,
        moved=wording.moved,
        a_week=wording.a_week,
        day=wording.day,
        moment=wording.moment,
        on_day=wording.on_day,
        counted=wording.counted,
        points=wording.points,
        inside=wording.inside,
    )
    environment.globals["asset"] = _asset_address
    environment.globals["govuk"] = components()
    return environment
