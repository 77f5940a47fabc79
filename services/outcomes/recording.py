"""Answers to instruments: recorded once for each wave, read, and taken back with a reason where they were wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from sqlmodel import col, select

from braid.kit.forgetting import require_remembered
from braid.kit.unit_of_work import UnitOfWork
from services.outcomes import licences
from services.outcomes.domain.errors import NotYet, UnknownInstrument
from services.outcomes.domain.instruments import Instrument, Respondent, Subject
from services.outcomes.domain.responses import About, Flag, Response, flags_of, take
from services.outcomes.domain.scoring import Score, scores
from services.outcomes.instrument_files import released_instruments
from services.outcomes.tables import CarerRow, PersonRow, ResponseRow


class NobodyKnown(Exception):
    """No case of the person is known here."""


class NotTheirCarer(Exception):
    """No such carer of the person is known here."""


class TakenBackAlready(Exception):
    """The answers were taken back."""


@dataclass(frozen=True)
class Answered:
    """What somebody answered.

    Args:
        carer_id: the carer whose life it is about; None where it is about the person's own.
        wave: the wave's code, and ``number`` which time it is.
        answers: level by item.
    """

    instrument_id: str
    version: int
    carer_id: UUID | None
    respondent: Respondent
    wave: str
    number: int
    answered_on: date
    answers: Mapping[str, int]


@dataclass(frozen=True)
class Recorded:
    """A response with what follows from it now; of one that was taken back nothing does."""

    row: ResponseRow
    scores: tuple[Score, ...]
    flags: tuple[Flag, ...]


async def response(work: UnitOfWork, response_id: UUID) -> ResponseRow | None:
    """A response."""
    return (await work.session.scalars(select(ResponseRow).where(ResponseRow.response_id == response_id))).first()


async def responses_of(work: UnitOfWork, person_id: UUID) -> list[Recorded]:
    """Everything that was answered about a person and their carers, the latest first."""
    rows = await rows_of(work, person_id)
    return [_recorded(row, rows) for row in rows]


async def record(work: UnitOfWork, person_id: UUID, told: Answered, *, by: str) -> Recorded:
    """Record answers.

    Raises:
        Problem: 410, the person's record was erased.
        NobodyKnown, NotTheirCarer: they are not known here.
        DomainError: its subclass says why the answers cannot be taken.
    """
    await work.lock_person(person_id)
    await require_remembered(work, person_id)
    person = await work.session.get(PersonRow, person_id)
    if person is None:
        raise NobodyKnown("No case of this person is known here. Where it was opened just now, try again in a moment.")
    await _require_carer(work, person_id, told.carer_id)
    if told.answered_on > work.now.date():
        raise NotYet(f"{told.answered_on} is still to come")
    row = _row(work, person_id, told, by=by)
    rows = await rows_of(work, person_id)
    instrument = _instrument(row)
    stated = (await licences.statements(work)).get(instrument.instrument_id, licences.NOTHING_STATED)
    # A carer goes on living.
    died_on = person.died_on if told.carer_id is None else None
    take(instrument, response_of(row), About(_others(row, rows), died_on), stated.licences)
    work.session.add(row)
    await work.session.flush()
    return _recorded(row, rows)


async def take_back(work: UnitOfWork, row: ResponseRow, *, reason: str, by: str) -> Recorded:
    """Take answers back that were recorded wrongly; they stay readable, count nowhere, and make room for right ones.

    Raises:
        TakenBackAlready: they were.
    """
    await work.lock_person(row.person_id)
    await work.session.refresh(row)
    if row.taken_back_at is not None:
        raise TakenBackAlready("What was taken back can be recorded anew.")
    row.taken_back_at, row.taken_back_by, row.taken_back_because = work.now, by, reason
    work.session.add(row)
    await work.session.flush()
    return _recorded(row, ())


def response_of(row: ResponseRow) -> Response:
    """A response as the rules see it."""
    return Response(
        instrument_id=row.instrument_id,
        version=row.version,
        subject=Subject.BUDGET_HOLDER if row.carer_id is None else Subject.CARER,
        respondent=Respondent(row.respondent),
        wave=row.wave,
        answered_on=row.answered_on,
        answers=row.answers,
        number=row.number,
    )


def _recorded(row: ResponseRow, rows: Sequence[ResponseRow]) -> Recorded:
    if row.taken_back_at is not None:
        return Recorded(row, (), ())
    instrument = _instrument(row)
    flags = flags_of(instrument, response_of(row), _others(row, rows))
    return Recorded(row, scores(instrument, row.answers), flags)


def _others(row: ResponseRow, rows: Sequence[ResponseRow]) -> list[Response]:
    """What else was answered about the same person's or carer's life, and still counts."""
    return [
        response_of(one)
        for one in rows
        if one.carer_id == row.carer_id and one.response_id != row.response_id and one.taken_back_at is None
    ]


def _instrument(row: ResponseRow) -> Instrument:
    found = released_instruments().get((row.instrument_id, row.version))
    if found is None:
        raise UnknownInstrument(f"there is no version {row.version} of an instrument {row.instrument_id}")
    return found


async def rows_of(work: UnitOfWork, person_id: UUID) -> Sequence[ResponseRow]:
    """What was answered about a person and their carers as it is kept, the latest first."""
    query = select(ResponseRow).where(ResponseRow.person_id == person_id)
    latest = query.order_by(col(ResponseRow.answered_on).desc(), col(ResponseRow.recorded_at).desc())
    return (await work.session.scalars(latest)).all()


async def _require_carer(work: UnitOfWork, person_id: UUID, carer_id: UUID | None) -> None:
    if carer_id is None:
        return
    carer = await work.session.get(CarerRow, carer_id)
    if carer is None or carer.person_id != person_id:
        raise NotTheirCarer("Nobody of this id is known as a carer of the person by an assessment of their own.")


def _row(work: UnitOfWork, person_id: UUID, told: Answered, *, by: str) -> ResponseRow:
    return ResponseRow(
        response_id=uuid4(),
        council=work.council,
        person_id=person_id,
        carer_id=told.carer_id,
        instrument_id=told.instrument_id,
        version=told.version,
        respondent=told.respondent.value,
        wave=told.wave,
        number=told.number,
        answered_on=told.answered_on,
        answers=dict(told.answers),
        recorded_by=by,
        recorded_at=work.now,
    )
