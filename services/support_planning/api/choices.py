"""What a council chooses for planning, over HTTP: prices, limits of approval, promised waits, ways of holding."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from braid.kit.http import Caller, ExpectedVersion, Reading, UnitOfWorkRoute, Writing, entity_tag
from braid.kit.permissions import Action, may
from braid.kit.problems import responses
from braid.kit.unit_of_work import UnitOfWork
from services.support_planning import council_choices
from services.support_planning.api.finding_plans import NO_VERSION
from services.support_planning.content import Day, Part, Words

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["support planning"])

_UNKNOWN = (404, "Nothing of this name is left to councils.")


class ChoiceIn(Part):
    """What a council chooses from a day on."""

    starts_on: Day
    content: dict[str, Any]
    reason: Words


class PastChoiceOut(BaseModel):
    """A choice that was made."""

    version: int
    starts_on: date
    reason: str
    chosen_by: str


class ChoiceOut(BaseModel):
    """What holds on a day, and what was chosen before and since."""

    name: str
    on: date
    content: dict[str, Any]
    choices: list[PastChoiceOut] = Field(description="Oldest first; none: what holds until a council chooses.")


@router.get(
    "/planning-choices/{name}",
    dependencies=[may(Action.READ_PLANNING_CHOICES)],
    responses=responses((403, "The caller's role does not allow it."), _UNKNOWN),
)
async def read_choice(
    name: str, work: Reading, response: Response, on: Annotated[date | None, Query(description="None: today.")] = None
) -> ChoiceOut:
    """What holds on a day: catalogue, approval, time_limits or holding."""
    return await _choice(name, on or work.now.date(), work, response)


@router.put(
    "/planning-choices/{name}",
    dependencies=[may(Action.CHOOSE_FOR_COUNCIL)],
    responses=responses(
        (403, "The caller is not a finance officer."),
        _UNKNOWN,
        (412, "Somebody chose in the meantime."),
        NO_VERSION,
        (422, "The choice is not one."),
    ),
)
async def make_choice(
    name: str, body: ChoiceIn, work: Writing, caller: Caller, seen: ExpectedVersion, response: Response
) -> ChoiceOut:
    """Choose from a day on; what was chosen before stays as it was for the days before."""
    await council_choices.choose(
        work, name, body.content, body.starts_on, body.reason, by=caller.subject, seen_version=seen
    )
    return await _choice(name, body.starts_on, work, response)


async def _choice(name: str, on: date, work: UnitOfWork, response: Response) -> ChoiceOut:
    made = await council_choices.history(work, name)
    response.headers.update(entity_tag(len(made)))
    return ChoiceOut(
        name=name,
        on=on,
        content=await council_choices.content_on(work, name, on),
        choices=[PastChoiceOut.model_validate(one, from_attributes=True) for one in made],
    )
