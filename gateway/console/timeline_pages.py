"""The page of what happened around a person."""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from gateway.console.errors import PageRoute
from gateway.console.partial_reading import read_parts
from gateway.console.people_view import read
from gateway.console.rendering import page
from gateway.console.session import signed_in
from gateway.console.timeline_view import KINDS, missing, timeline
from gateway.forwarding import Door

#: Part of the timeline -> service and path that answer it.
SOURCES = {
    "progress": ("support_planning", "/v1/people/{}/progress"),
    "plans": ("support_planning", "/v1/people/{}/plans"),
    "payments": ("ledger", "/v1/people/{}/payments"),
    "history": ("ras", "/v1/people/{}/allocation/history"),
}


def timeline_routes(door: Door) -> APIRouter:
    """What happened around a person; each service checks again who may see it."""
    router = APIRouter(route_class=PageRoute)

    @router.get("/people/{person_id}/timeline")
    async def events(person_id: UUID, request: Request, kind: str = "") -> Response:
        principal = await signed_in(door, request)
        person = await read(door, principal, "assessment", f"/v1/people/{person_id}")
        asked = {name: (service, path.format(person_id)) for name, (service, path) in SOURCES.items()}
        parts, away = await read_parts(door, principal, asked)
        kind = kind if kind in KINDS else ""
        return page(
            "timeline.html",
            request=request,
            principal=principal,
            person=person,
            name=person["name"],
            person_id=person_id,
            is_own=principal.person_id == person_id,
            events=timeline(str(person_id), parts, kind),
            kinds=KINDS,
            kind=kind,
            missing=missing(parts, away),
        )

    return router
