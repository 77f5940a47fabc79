"""The people whom somebody acts for, over the API: what opens each one's record to them, or why it is closed."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AfterValidator, BaseModel, Field

from braid.kit.http import Caller, Reading, UnitOfWorkRoute
from braid.kit.permissions import Action, may
from braid.kit.problems import responses
from services.assessment import authority_store
from services.assessment.bodies import can_be_kept
from services.assessment.domain.authority import BASES, AuthorityKind, Decision, why_closed
from services.assessment.tables import AuthorityRow, PersonRow

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["assessment"])


class OwnAuthorityOut(BaseModel):
    """An authority that the caller holds: what it is for and when; whoever it is no more open to learns no more."""

    authority_id: UUID
    kind: AuthorityKind
    decisions: list[Decision]
    from_on: date
    until_on: date | None
    revoked_on: date | None
    limits: str = Field(description="What the document leaves out.")
    source: str = Field(description="The law that it rests on.")
    in_force: bool = Field(description="Today, objections left aside.")


class ActedForOut(BaseModel):
    """A person for whom the caller holds an authority, or once held one."""

    person_id: UUID
    reference: str
    name: str
    is_open: bool = Field(description="Whether the record is open to the caller today.")
    why_closed: list[str] = Field(description="Why it is not; empty where it is.")
    authorities: list[OwnAuthorityOut] = Field(description="The caller's own, oldest first.")


class PeopleActedForOut(BaseModel):
    """A page of people, by reference."""

    people: list[ActedForOut]
    next: str | None = Field(description="Give it as ``after`` for the next page; null on the last one.")


@router.get(
    "/people-acted-for",
    dependencies=[may(Action.READ_RECORD)],
    responses=responses((403, "The caller's role acts for nobody.")),
)
async def list_people_acted_for(
    work: Reading,
    caller: Caller,
    after: Annotated[str, AfterValidator(can_be_kept), Query(max_length=64)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> PeopleActedForOut:
    """The people for whom the caller holds an authority, those whose time is over among them, by reference."""
    rows = await authority_store.people_acted_for(work, caller.subject, after, limit + 1)
    page = rows[:limit]
    held = await authority_store.held_for(work, caller.subject, [person.person_id for person in page])
    work.touches(person_id=[person.person_id for person in page])
    today = work.now.date()
    return PeopleActedForOut(
        people=[_out(person, held[person.person_id], today) for person in page],
        next=page[-1].reference if len(rows) > limit else None,
    )


def _out(person: PersonRow, held: Sequence[AuthorityRow], today: date) -> ActedForOut:
    authorities = [authority_store.authority_of(row) for row in held]
    closed = why_closed(authorities, today)
    return ActedForOut(
        person_id=person.person_id,
        reference=person.reference,
        name=person.name,
        is_open=not closed,
        why_closed=[refusal.why for refusal in closed],
        authorities=[
            OwnAuthorityOut(
                **row.model_dump(include=set(OwnAuthorityOut.model_fields)),
                source=BASES[authority.kind].source,
                in_force=authority.in_force(today),
            )
            for row, authority in zip(held, authorities, strict=True)
        ],
    )
