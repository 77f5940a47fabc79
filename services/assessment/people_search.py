"""Finding people by what somebody at a desk has: a part of the name, a reference, an NHS number, a postcode.

It is asked with POST and a body: what is looked for is about a person, and addresses are written to logs and traces.
"""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import ColumnElement, func, or_
from sqlmodel import col, select

from braid.contracts.codes import UserGroup
from braid.kit.http import Reading, UnitOfWorkRoute
from braid.kit.permissions import Action, may
from braid.kit.problems import responses
from braid.kit.unit_of_work import UnitOfWork
from services.assessment.bodies import Command
from services.assessment.people_api import PeopleOut, PersonInList
from services.assessment.tables import PersonRow

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["assessment"])

#: A part of a name that is shorter finds too many to be of use.
TEXT_SHORTEST, TEXT_LONGEST = 2, 100


class SearchIn(Command):
    """Whom to look for; all that is given has to hold."""

    text: Annotated[
        str | None,
        Field(
            min_length=TEXT_SHORTEST,
            max_length=TEXT_LONGEST,
            description="A part of the name, the beginning of the reference or of the postcode, or the NHS number.",
        ),
    ] = None
    user_group: UserGroup | None = None
    people: Annotated[list[UUID] | None, Field(max_length=200, description="Nobody but these.")] = None
    after: Annotated[str, Field(max_length=64, description="The last reference of the page before.")] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50


@router.post(
    "/people:search",
    dependencies=[may(Action.LIST_PEOPLE)],
    responses=responses((403, "The caller is not of the council's staff."), (422, "The body is not valid.")),
)
async def search_people(body: SearchIn, work: Reading) -> PeopleOut:
    """The council's people who fit what is known of them, by reference."""
    rows = await _found(work, body)
    page = [PersonInList(**row.model_dump(include=set(PersonInList.model_fields))) for row in rows[: body.limit]]
    work.touches(person_id=[person.person_id for person in page])
    return PeopleOut(people=page, next=page[-1].reference if len(rows) > body.limit else None)


async def _found(work: UnitOfWork, asked: SearchIn) -> Sequence[PersonRow]:
    query = select(PersonRow).where(PersonRow.reference > asked.after)
    if asked.text:
        query = query.where(_fits(asked.text))
    if asked.people is not None:
        query = query.where(col(PersonRow.person_id).in_(asked.people))
    if asked.user_group:
        query = query.where(PersonRow.user_group == asked.user_group)
    return (await work.session.scalars(query.order_by(col(PersonRow.reference)).limit(asked.limit + 1))).all()


def _fits(text: str) -> ColumnElement[bool]:
    closed_up = "".join(text.split())
    return or_(
        col(PersonRow.name).icontains(text, autoescape=True),
        col(PersonRow.reference).istartswith(text, autoescape=True),
        col(PersonRow.nhs_number) == closed_up.replace("-", ""),
        func.replace(col(PersonRow.postcode), " ", "").istartswith(closed_up, autoescape=True),
    )
