"""What every service answers the gateway alone: its access records, and those of what the gateway does by itself.

The gateway puts the records of all services together (`gateway.access_records`); it passes no request on to these.
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field, IPvAnyAddress

from braid.kit.access_recording import record_apart
from braid.kit.access_records import Access, Sought, find_records, told_to_the_person
from braid.kit.http import Caller, Reading, UnitOfWorkRoute
from braid.kit.identity import COUNCIL_ROLES, Principal, Role, authenticated
from braid.kit.permissions import Action, may
from braid.kit.problems import not_found

SEARCH, ACCESSES = "/internal/access-records:search", "/internal/accesses"
#: Most records of one answer: a page, and one to tell whether there is another.
RECORDS_MOST = 201


class RecordsSought(BaseModel):
    """Which records are looked for; all that is given has to hold."""

    model_config = ConfigDict(extra="forbid")

    person_id: UUID | None = None
    subject: str | None = None
    but_subject: str | None = None
    role: Role | None = None
    but_role: Role | None = None
    since: datetime | None = None
    until: datetime | None = None
    before_at: datetime | None = None
    before_id: UUID | None = None
    limit: Annotated[int, Field(ge=1, le=RECORDS_MOST)] = 50

    @property
    def sought(self) -> Sought:
        """As the records are looked for."""
        before = (self.before_at, self.before_id) if self.before_at and self.before_id else None
        return Sought(
            self.person_id,
            self.subject,
            self.since,
            self.until,
            before,
            self.limit,
            self.but_subject,
            self.role,
            self.but_role,
        )


class AccessRecord(BaseModel):
    """Somebody's access to a record: a request, and how it was answered."""

    record_id: UUID
    recorded_at: datetime
    person_id: UUID | None = Field(description="Whose record; null where the request named nobody.")
    subject: str = Field(description="Who asked, as the issuer of their token knows them.")
    roles: list[str] = Field(description="In which roles.")
    council: str = Field(description="For which council.")
    action: Action
    method: str
    route: str = Field(description="What was asked for: the address with names in place of ids.")
    resource: str = Field(description="The address.")
    status: int = Field(description="How it was answered: from 400 on it was refused or failed, and nothing was done.")
    is_repeat: bool = Field(description="An answer that was kept from before was given again, and nothing was done.")
    reason: str | None = Field(description="Why, in the words of the request; null where the action says it all.")
    client: IPvAnyAddress | None = Field(description="From which address.")
    request_id: str = Field(description="The X-Request-ID: what one request did at several services has the same.")
    trace_id: str | None


class RecordsFound(BaseModel):
    """Records, the latest first."""

    records: list[AccessRecord]


class GatewayAccess(BaseModel):
    """What the gateway did by itself: refused a request that no role of its caller allows, or read access records."""

    model_config = ConfigDict(extra="forbid")

    action: Action
    method: str
    route: str
    resource: str
    parameters: dict[str, str]
    status: int


class _GatewaysRoute(UnitOfWorkRoute):
    """A route that the gateway asks, which has recorded its caller's request by itself."""

    leaves_records = False


def access_record_routes() -> APIRouter:
    """The routes."""
    router = APIRouter(route_class=_GatewaysRoute, include_in_schema=False)

    @router.post(SEARCH, dependencies=[may(Action.READ_ACCESS_RECORDS)])
    async def search(asked: RecordsSought, work: Reading, caller: Caller) -> RecordsFound:
        """Access records: any of the council's for its auditors, their own for everybody else."""
        is_of_council = bool(caller.roles & COUNCIL_ROLES)
        if not is_of_council and (asked.person_id is None or not caller.may_read(asked.person_id)):
            raise not_found("person")
        found = await find_records(work, asked.sought)
        return RecordsFound(
            records=[
                AccessRecord.model_validate(dict(row) if is_of_council else told_to_the_person(row)) for row in found
            ]
        )

    @router.post(ACCESSES, status_code=204)
    async def record(
        access: GatewayAccess, request: Request, principal: Annotated[Principal, Depends(authenticated)]
    ) -> None:
        """Record what the gateway did."""
        await record_apart(request, Access(principal, **access.model_dump()))

    return router
