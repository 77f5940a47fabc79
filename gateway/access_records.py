"""Who read or changed whose record: the services' access records, put together here, page by page."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from operator import attrgetter
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field

from braid.kit.access_record_routes import RECORDS_MOST, SEARCH, AccessRecord, RecordsFound, RecordsSought
from braid.kit.identity import Principal
from braid.kit.paging import Cursor, cursor_refused, link_next
from braid.kit.permissions import Action
from braid.kit.problems import Problem, not_found, responses
from gateway.forwarding import Door

#: Where a reading of the records themselves is recorded.
RECORDER = "assessment"
#: Days are the council's.
_ZONE = ZoneInfo("Europe/London")
_OK, _NOT_FOUND = 200, 404


class ServiceRecord(AccessRecord):
    """An access record, with the service that holds it."""

    service: str


class RecordsOut(BaseModel):
    """A page of access records, the latest first."""

    records: list[ServiceRecord]
    next: str | None = Field(description="Give it as ``after`` for the next page; null on the last one.")
    unavailable: list[str] = Field(
        description="Services that are away: what they recorded in this page's time is missing, and will be there when"
        " it is asked for again."
    )


Limit = Annotated[int, Query(ge=1, le=RECORDS_MOST - 1)]
First = Annotated[date | None, Query(description="Recorded on this day or later.")]
Last = Annotated[date | None, Query(description="Recorded on this day or before.")]
By = Annotated[str | None, Query(max_length=200, pattern=r"^[^\x00]*$", description="By whom: a subject.")]


def access_record_routes(door: Door) -> APIRouter:
    """Access records for the person whose record it is, and for the council's auditors."""
    router = APIRouter(tags=["gateway"])
    refused = (422, "A filter or the cursor is not valid.")

    @router.get("/v1/access-records", responses=responses(refused))
    async def read_access_records(
        request: Request,
        response: Response,
        person_id: UUID | None = None,
        by: By = None,
        first: First = None,
        last: Last = None,
        after: Cursor = None,
        limit: Limit = 50,
    ) -> RecordsOut:
        """Who read or changed records of the council's people, and who was refused."""
        asked = records_sought(person_id, by, first, last, after, limit)
        return await _page(door, request, response, asked)

    @router.get(
        "/v1/people/{person_id}/access-records",
        responses=responses((404, "The record is not yours to see."), refused),
    )
    async def read_access_records_of_person(
        person_id: Annotated[UUID, Path()],
        request: Request,
        response: Response,
        by: By = None,
        first: First = None,
        last: Last = None,
        after: Cursor = None,
        limit: Limit = 50,
    ) -> RecordsOut:
        """Who read or changed a person's record, and who was refused."""
        asked = records_sought(person_id, by, first, last, after, limit)
        return await _page(door, request, response, asked)

    return router


async def _page(door: Door, request: Request, response: Response, sought: RecordsSought) -> RecordsOut:
    principal = await door.allowed(request, Action.READ_ACCESS_RECORDS, RECORDER)
    page = await recorded_page(door, request, principal, sought)
    if page.next:
        response.headers["Link"] = link_next(request, page.next)
    return page


async def recorded_page(door: Door, request: Request, principal: Principal, sought: RecordsSought) -> RecordsOut:
    """A page of the access records of all services; that it is read is recorded before anything is shown.

    Args:
        door: the way to the services.
        request: which asks for it.
        principal: who reads it, with the roles that may.
        sought: which records; its limit is the page's.

    Raises:
        Problem: 404, the record is not theirs to see; 503, the reading cannot be recorded.
    """
    is_own = sought.person_id is not None and principal.may_read(sought.person_id)
    status = _OK if is_own or not principal.person_id else _NOT_FOUND
    person_id = sought.person_id
    await door.record(request, principal, Action.READ_ACCESS_RECORDS, RECORDER, status, person_id=person_id)
    one_more = sought.model_copy(update={"limit": sought.limit + 1})
    services = door.services
    answers = await asyncio.gather(*(_found(door, principal, service, one_more) for service in services))
    found = [record for records in answers if records for record in records]
    found.sort(key=attrgetter("recorded_at", "record_id"), reverse=True)
    page = found[: sought.limit]
    return RecordsOut(
        records=page,
        next=_cursor_of(page[-1]) if len(found) > sought.limit else None,
        unavailable=[service for service, records in zip(services, answers, strict=True) if records is None],
    )


async def _found(
    door: Door, principal: Principal, service: str, sought: RecordsSought
) -> Sequence[ServiceRecord] | None:
    headers = {"content-type": "application/json"}
    try:
        answer = await door.ask(
            principal, service, "POST", SEARCH, headers=headers, content=sought.model_dump_json().encode()
        )
    except Problem:
        return None
    if answer.status_code == _NOT_FOUND:
        raise not_found("person")
    if answer.status_code != _OK:
        return None
    records = RecordsFound.model_validate_json(answer.content).records
    return [ServiceRecord(service=service, **record.model_dump()) for record in records]


def records_sought(
    person_id: UUID | None, by: str | None, first: date | None, last: date | None, after: str | None, limit: int
) -> RecordsSought:
    """What is looked for, as services take it.

    Raises:
        Problem: 422, a day or a cursor that cannot be.
    """
    before_at, before_id = _place_of(after) if after else (None, None)
    return RecordsSought(
        person_id=person_id,
        subject=by,
        since=_midnight(first) if first else None,
        until=_midnight(last, days_later=1) if last else None,
        before_at=before_at,
        before_id=before_id,
        limit=limit,
    )


def _midnight(day: date, *, days_later: int = 0) -> datetime:
    try:
        return datetime.combine(day + timedelta(days=days_later), time(), _ZONE).astimezone(UTC)
    except OverflowError as error:
        raise Problem(422, "invalid-request", "The request is not valid", f"{day} is no day to look for.") from error


def _cursor_of(record: ServiceRecord) -> str:
    return f"{record.recorded_at.astimezone(UTC).isoformat()}~{record.record_id}"


def _place_of(cursor: str) -> tuple[datetime, UUID]:
    at, _, record_id = cursor.partition("~")
    try:
        place = datetime.fromisoformat(at), UUID(record_id)
    except ValueError as error:
        raise cursor_refused() from error
    if place[0].tzinfo is None:
        raise cursor_refused()
    return place
