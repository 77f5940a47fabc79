"""Which waves a person and their carers are asked, and how each of them stands."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select

from braid.kit.unit_of_work import UnitOfWork
from services.outcomes import licences
from services.outcomes.domain.instruments import Instrument, Subject
from services.outcomes.domain.told import FIELDS, BudgetTold
from services.outcomes.domain.waves import Wave, due, version_asked, waves
from services.outcomes.instrument_files import released_instruments
from services.outcomes.recording import NobodyKnown, response_of, rows_of
from services.outcomes.tables import CarerRow, PersonRow, ResponseRow, ToldRow


@dataclass(frozen=True)
class Asked:
    """An instrument with its waves, as one person or carer is asked it.

    Args:
        carer_id: None where it is about the person's own life.
        may_be_used: whether the council may use it on the day.
        responses: by wave and number, the answers that count.
    """

    instrument: Instrument
    carer_id: UUID | None
    may_be_used: bool
    waves: tuple[Wave, ...]
    responses: Mapping[tuple[str, int], UUID]


async def waves_of(work: UnitOfWork, person_id: UUID, on: date) -> list[Asked]:
    """What a person and each of their carers are asked; the person first.

    Raises:
        NobodyKnown: no case of the person is known here.
    """
    person = await work.session.get(PersonRow, person_id)
    if person is None:
        raise NobodyKnown("No case of this person is known here. Where it was opened just now, try again in a moment.")
    known = select(CarerRow.carer_id).where(CarerRow.person_id == person_id).order_by(col(CarerRow.carer_id))
    carers: list[UUID] = list((await work.session.scalars(known)).all())
    rows = [row for row in await rows_of(work, person_id) if row.taken_back_at is None]
    stated = await licences.statements(work)
    return [
        asked
        for carer_id in (None, *carers)
        for asked in asked_of(
            carer_id,
            [row for row in rows if row.carer_id == carer_id],
            stated,
            on,
            died_on=person.died_on if carer_id is None else None,
        )
    ]


@dataclass(frozen=True)
class Due:
    """A wave that a person should answer now.

    Args:
        due_on: of a baseline the day of the first budget.
    """

    person_id: UUID
    instrument: Instrument
    wave: Wave
    due_on: date

    @property
    def place(self) -> tuple[date, UUID]:
        """Where it stands in the list; what is due of one person on one day stands together."""
        return self.due_on, self.person_id


async def waves_due(work: UnitOfWork, on: date) -> list[Due]:
    """What the council's people should answer on a day about their own lives; what has been due longest comes first."""
    stated = await licences.statements(work)
    first_budgets = await _first_budgets(work)
    rows: dict[UUID, list[ResponseRow]] = defaultdict(list)
    counting = select(ResponseRow).where(col(ResponseRow.taken_back_at).is_(None), col(ResponseRow.carer_id).is_(None))
    for row in await work.session.scalars(counting):
        rows[row.person_id].append(row)
    living = select(PersonRow.person_id).where(col(PersonRow.died_on).is_(None))
    found = [
        Due(person_id, asked.instrument, wave, wave.due_on)
        for person_id in await work.session.scalars(living)
        for asked in asked_of(None, rows[person_id], stated, on)
        if asked.may_be_used
        for wave in due(asked.waves, first_budgets.get(person_id))
        if wave.due_on is not None and (wave.from_day or wave.due_on) <= on
    ]
    return sorted(found, key=lambda one: (*one.place, one.instrument.instrument_id))


def page_of_due(found: Sequence[Due], after: tuple[date, UUID] | None, most: int) -> tuple[Sequence[Due], bool]:
    """What comes behind a place, so many and what stands together with the last of them; and whether more follow."""
    rest = [one for one in found if after is None or one.place > after]
    ends = next(
        (number for number in range(most, len(rest)) if rest[number].place != rest[number - 1].place), len(rest)
    )
    return rest[:ends], ends < len(rest)


async def _first_budgets(work: UnitOfWork) -> dict[UUID, date]:
    """The day of each person's first budget."""
    opened = col(ToldRow.record)["opened_on"].astext
    query = (
        select(ToldRow.person_id, func.min(opened))
        .where(ToldRow.kind == FIELDS[BudgetTold])
        .group_by(col(ToldRow.person_id))
    )
    return {person_id: date.fromisoformat(day) for person_id, day in await work.session.execute(query)}


def asked_of(
    carer_id: UUID | None,
    rows: Sequence[ResponseRow],
    stated: Mapping[str, licences.Statement],
    on: date,
    *,
    died_on: date | None = None,
) -> Iterator[Asked]:
    """What one person or carer is asked.

    Args:
        rows: what counts of their answers.
        stated: the council's licences, by instrument.
    """
    subject = Subject.BUDGET_HOLDER if carer_id is None else Subject.CARER
    for instrument_id, versions in _by_id().items():
        mine = [row for row in rows if row.instrument_id == instrument_id]
        answered = [response_of(row) for row in mine]
        one = version_asked(versions, answered)
        if subject not in one.about:
            continue
        told = stated.get(instrument_id, licences.NOTHING_STATED)
        yield Asked(
            one,
            carer_id,
            one.may_be_used(told.licences, on),
            waves(one, answered, on, died_on=died_on),
            {(row.wave, row.number): row.response_id for row in mine},
        )


def _by_id() -> Mapping[str, Mapping[int, Instrument]]:
    found: dict[str, dict[int, Instrument]] = defaultdict(dict)
    for (instrument_id, version), one in released_instruments().items():
        found[instrument_id][version] = one
    return found
