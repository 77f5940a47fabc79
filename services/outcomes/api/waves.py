"""Waves over HTTP: what a person and their carers are asked, and how each wave stands."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from braid.kit.http import Caller, Reading, UnitOfWorkRoute
from braid.kit.identity import COUNCIL_ROLES
from braid.kit.paging import Cursor, cursor_of, day_place
from braid.kit.permissions import Action, may
from braid.kit.problems import not_found, responses
from services.outcomes.api.bodies import Day
from services.outcomes.domain.instruments import Respondent
from services.outcomes.domain.waves import WaveState
from services.outcomes.waves_asked import Asked, Due, page_of_due, waves_due, waves_of

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["outcomes"])


class AskedWaveOut(BaseModel):
    """One time at which an instrument is asked."""

    wave: str
    number: int
    state: WaveState = Field(
        description="late: out of time, and no later one has begun; missed: a later one has; ended: the person died."
    )
    due_on: date | None = Field(description="Of an answered baseline its day; null where no day is known.")
    from_day: date | None = Field(description="The first day on which answers count as on time.")
    until_day: date | None = Field(description="The last such day.")
    response_id: UUID | None = Field(description="Null: not answered.")


class AskedInstrumentOut(BaseModel):
    """An instrument with its waves, up to the next one to come."""

    instrument_id: str
    version: int
    title: str
    carer_id: UUID | None = Field(description="Null: it is about the person's own life.")
    may_be_used: bool = Field(description="Whether the council may use it on the day.")
    answered_by: list[Respondent]
    waves: list[AskedWaveOut] = Field(description="In the order in which they are due.")

    @classmethod
    def of(cls, one: Asked) -> Self:
        """An instrument with its waves as it is told."""
        return cls(
            instrument_id=one.instrument.instrument_id,
            version=one.instrument.version,
            title=one.instrument.title,
            carer_id=one.carer_id,
            may_be_used=one.may_be_used,
            answered_by=sorted(one.instrument.answered_by),
            waves=[
                AskedWaveOut(
                    wave=wave.code,
                    number=wave.number,
                    state=wave.state,
                    due_on=wave.due_on,
                    from_day=wave.from_day,
                    until_day=wave.until_day,
                    response_id=one.responses.get((wave.code, wave.number)),
                )
                for wave in one.waves
            ],
        )


class AskedOut(BaseModel):
    """What a person, and for staff their carers, are asked."""

    on: date
    asked: list[AskedInstrumentOut] = Field(description="The person's own first.")


class DueOut(BaseModel):
    """A wave that a person should answer now."""

    person_id: UUID
    instrument_id: str
    version: int
    title: str
    wave: str
    number: int
    state: WaveState
    due_on: date = Field(description="Of a baseline the day of the first budget.")
    until_day: date | None = Field(description="The last day on which answers count as on time; null: no such day.")

    @classmethod
    def of(cls, one: Due) -> Self:
        """A wave as it is told."""
        return cls(
            person_id=one.person_id,
            instrument_id=one.instrument.instrument_id,
            version=one.instrument.version,
            title=one.instrument.title,
            wave=one.wave.code,
            number=one.wave.number,
            state=one.wave.state,
            due_on=one.due_on,
            until_day=one.wave.until_day,
        )


class DuesOut(BaseModel):
    """What the council's people should answer now."""

    on: date
    count: int = Field(description="Of all, also of those that are not in this answer.")
    due: list[DueOut] = Field(description="What has been due longest first; all of a person's of one day together.")
    next: str | None = Field(description="Given as `after` for the page behind this one; null: there is none.")


@router.get(
    "/outcome-waves-due",
    dependencies=[may(Action.READ_WAVES_DUE)],
    responses=responses((403, "The caller is neither a practitioner nor a council's system.")),
)
async def read_waves_due(
    work: Reading,
    on: Annotated[Day | None, Query(description="None: today.")] = None,
    most: Annotated[int, Query(ge=1, le=500, description="A few more come where one person's are together.")] = 100,
    after: Cursor = None,
) -> DuesOut:
    """Whose answers about their own lives are due: baselines from the first budget on, and follow-ups."""
    day = on or work.now.date()
    found = await waves_due(work, day)
    shown, goes_on = page_of_due(found, day_place(after) if after else None, most)
    work.touches(person_id=[one.person_id for one in shown])
    cursor = cursor_of(*shown[-1].place) if goes_on else None
    return DuesOut(on=day, count=len(found), due=[DueOut.of(one) for one in shown], next=cursor)


@router.get(
    "/people/{person_id}/outcome-waves",
    dependencies=[may(Action.READ_OUTCOMES)],
    responses=responses((404, "No such person, or the record is not yours to see.")),
)
async def read_waves(
    person_id: UUID,
    work: Reading,
    caller: Caller,
    on: Annotated[Day | None, Query(description="None: today.")] = None,
) -> AskedOut:
    """What is asked of a person, wave by wave; what carers are asked is for the council's staff."""
    if not caller.may_read(person_id):
        raise not_found("person")
    day = on or work.now.date()
    found = await waves_of(work, person_id, day)
    is_staff = bool(caller.roles & COUNCIL_ROLES)
    return AskedOut(on=day, asked=[AskedInstrumentOut.of(one) for one in found if one.carer_id is None or is_staff])
