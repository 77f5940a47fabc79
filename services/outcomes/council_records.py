"""A council's people as reports, evaluation and the return read them, from what was told of each of them."""

from collections.abc import AsyncIterator, Mapping
from datetime import date, timedelta
from itertools import groupby
from uuid import UUID

from sqlmodel import col, select

from braid.kit.unit_of_work import UnitOfWork
from services.outcomes.domain.awards_in_force import Days
from services.outcomes.domain.changes import changes
from services.outcomes.domain.client_level_data.from_told import PersonsReturn, persons_return
from services.outcomes.domain.council_reports.from_told import ScoresByMeasure, journey
from services.outcomes.domain.council_reports.records import Journey
from services.outcomes.instrument_files import released_instruments
from services.outcomes.recording import response_of
from services.outcomes.spending import spent_by_person
from services.outcomes.tables import ResponseRow
from services.outcomes.told_store import everybody_told

A_WEEK = timedelta(days=7)
#: Pence by stream, by person.
Spending = Mapping[UUID, Mapping[str, int]]


async def journeys(work: UnitOfWork, days: Days, spending: Spending | None = None) -> dict[UUID, Journey]:
    """The journey of each person whose case was open on any of some days, as known on the last of them.

    Args:
        spending: what was spent on those days; None where nothing tells it.
    """
    scored = await carers_scores(work, days.last)
    found = {}
    async for person_id, told in everybody_told(work):
        spent = None if spending is None else spending.get(person_id, {})
        if one := journey(told, days, spent=spent, scores=scored):
            found[person_id] = one
    return found


async def spending(work: UnitOfWork, days: Days) -> Spending | None:
    """What was spent in the weeks that lie for their greater part in some days; None where nothing was told of any."""
    first, last = _monday_near(days.first), _monday_near(days.last + timedelta(days=1)) - A_WEEK
    found: dict[UUID, dict[str, int]] = {}
    for one in await spent_by_person(work, first, last):
        found.setdefault(one.person_id, {})[one.stream] = one.pence
    return found or None


def _monday_near(day: date) -> date:
    """The Monday nearest to a day."""
    return day + timedelta(days=(4 - day.isoweekday()) % 7 - 3)


async def returns(work: UnitOfWork) -> AsyncIterator[PersonsReturn]:
    """What the statutory return may tell of each of the council's people, in the order of their ids."""
    async for person_id, told in everybody_told(work):
        yield persons_return(person_id, told)


async def carers_scores(work: UnitOfWork, on: date) -> dict[UUID, ScoresByMeasure]:
    """By carer, how their scores changed from the baseline to the latest follow-up by a day."""
    answered = select(ResponseRow).where(
        col(ResponseRow.carer_id).is_not(None), col(ResponseRow.taken_back_at).is_(None)
    )
    rows = (await work.session.scalars(answered.order_by(col(ResponseRow.carer_id)))).all()
    released = released_instruments()
    return {
        carer_id: changes(map(response_of, of_carer), released, on)
        for carer_id, of_carer in groupby(rows, key=lambda row: row.carer_id)
        if carer_id is not None
    }
