"""Finding out, when a case is opened, whether the council knows the person already."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from anyascii import anyascii
from rapidfuzz import fuzz, utils
from sqlalchemy import or_, text
from sqlmodel import col, select

from braid.kit.unit_of_work import UnitOfWork
from services.assessment.tables import PersonRow

#: From which likeness on two names may be one, of 100: parts in any order, capitals, accents and signs left aside.
NAME_LIKENESS_LEAST = 85


@dataclass(frozen=True)
class Candidate:
    """Somebody whom the council knows and who may be the same person."""

    person_id: UUID
    reference: str
    why: str


class MayBeKnown(Exception):
    """Somebody whom the council knows may be the same person.

    Args:
        candidates: whom to look at first.
    """

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        self.candidates = tuple(candidates)
        super().__init__("Look at these people first. If it is none of them, say so with not_same_as, and why.")


async def candidates(
    work: UnitOfWork, *, name: str, date_of_birth: date | None, nhs_number: str | None
) -> Sequence[Candidate]:
    """People who may be the same: of the same NHS number, or of a like name and the same date of birth.

    A date of birth whose day and month are changed over counts as the same. Without a date of birth, names alone tell
    nothing. Cases with one NHS number are opened one after the other, so that two desks do not miss each other.
    """
    if nhs_number is not None:
        lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:held, 1))")
        await work.session.execute(lock, {"held": f"{work.council}/{nhs_number}"})
    days = list(_days(date_of_birth))
    if nhs_number is None and not days:
        return ()
    query = select(PersonRow).where(
        or_(
            col(PersonRow.nhs_number) == nhs_number if nhs_number else text("false"),
            col(PersonRow.date_of_birth).in_(days),
        )
    )
    rows = (await work.session.scalars(query.order_by(col(PersonRow.reference)).limit(2_000))).all()
    return [found for row in rows if (found := _candidate(row, name, nhs_number))]


def names_are_alike(one: str, other: str) -> bool:
    """Whether two names may be one person's."""
    return fuzz.token_sort_ratio(_plain(one), _plain(other)) >= NAME_LIKENESS_LEAST


def _plain(name: str) -> str:
    return utils.default_process(anyascii(name).replace("'", ""))


def _candidate(row: PersonRow, name: str, nhs_number: str | None) -> Candidate | None:
    if nhs_number is not None and row.nhs_number == nhs_number:
        return Candidate(row.person_id, row.reference, "has the same NHS number")
    if nhs_number is not None and row.nhs_number is not None:
        return None
    if names_are_alike(name, row.name):
        return Candidate(row.person_id, row.reference, "has a like name and the same date of birth")
    return None


def _days(born: date | None) -> Iterator[date]:
    if born is None:
        return
    yield born
    try:
        yield born.replace(day=born.month, month=born.day)
    except ValueError:
        return
