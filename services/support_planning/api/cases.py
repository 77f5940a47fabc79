"""The council's list of cases: where each one is, whose turn it is, and which have waited too long."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from braid.contracts.codes import StreamCode, UserGroup
from braid.kit.http import Reading, UnitOfWorkRoute
from braid.kit.paging import Cursor, cursor_of, moment_place
from braid.kit.permissions import Action, may
from braid.kit.problems import responses
from services.support_planning import case_list, council_choices
from services.support_planning.case_list import COUNTED_MOST, Filter
from services.support_planning.domain.stages import Awaited, Stage, awaited, waits_for

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["support planning"])

CASES_A_PAGE = 100

Stages = Annotated[list[Stage], Query(alias="stage", default_factory=list, description="Any of these; all without.")]
Whose = Annotated[list[Awaited], Query(alias="awaited", default_factory=list, description="Whose turn it is.")]
People = Annotated[
    list[UUID],
    Query(alias="person_id", default_factory=list, max_length=CASES_A_PAGE, description="Nobody but these."),
]


class CaseOut(BaseModel):
    """Where one person's budget is."""

    person_id: UUID
    stage: Stage
    waits_for: str
    awaited: Awaited = Field(description="Whose turn it is.")
    since: datetime
    due_on: date | None = Field(description="Last day on which the step is on time; null where nothing is promised.")
    is_overdue: bool
    user_group: UserGroup | None = Field(description="Null where it was not heard of yet.")


class CasesOut(BaseModel):
    """A page of cases, the longest wait first."""

    cases: list[CaseOut]
    count: int = Field(description="How many fit, on all pages; see ``count_is_least``.")
    count_is_least: bool = Field(description=f"More fit than {COUNTED_MOST}, and they were not counted to the end.")
    next: str | None = Field(description="What to send as ``after`` to go on.")


@router.get(
    "/cases",
    dependencies=[may(Action.READ_PLANNING_QUEUES)],
    responses=responses(
        (403, "The caller is not of the council's staff."), (422, "A filter or the cursor is none of ours.")
    ),
)
async def list_cases(
    work: Reading,
    stages: Stages,
    whose: Whose,
    people: People,
    is_overdue: bool = False,
    stream: StreamCode | None = None,
    user_group: UserGroup | None = None,
    after: Cursor = None,
    most: Annotated[int, Query(ge=1, le=CASES_A_PAGE)] = 50,
) -> CasesOut:
    """The council's cases that fit every filter which is given, the longest wait first."""
    wanted = frozenset(
        stage for stage in Stage if (not stages or stage in stages) and (not whose or awaited(stage) in whose)
    )
    asked = Filter(wanted, is_overdue, stream, user_group, people)
    limits = (await council_choices.time_limits(work, work.now.date())).steps
    found = await case_list.cases(work, asked, limits, moment_place(after) if after else None, most + 1)
    number = await case_list.count(work, asked, limits)
    shown = found[:most]
    work.touches(person_id=[one.person_id for one in shown])
    return CasesOut(
        cases=[_out(one, work.now.date()) for one in shown],
        count=min(number, COUNTED_MOST),
        count_is_least=number > COUNTED_MOST,
        next=cursor_of(shown[-1].since, shown[-1].person_id) if len(found) > most else None,
    )


def _out(one: case_list.Case, today: date) -> CaseOut:
    return CaseOut(
        person_id=one.person_id,
        stage=one.stage,
        waits_for=waits_for(one.stage),
        awaited=awaited(one.stage),
        since=one.since,
        due_on=one.due_on,
        is_overdue=one.due_on is not None and one.due_on < today,
        user_group=one.user_group,
    )
