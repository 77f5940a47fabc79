"""Queries of statutory returns. A file is kept by person: a person's rows go when their record is erased."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select
from sqlalchemy.sql.elements import ColumnElement

from braid.kit.jobs.answer import Answer
from braid.kit.jobs.rows import Claim, JobRows
from braid.kit.unit_of_work import UnitOfWork
from services.outcomes.client_level_data.specification_files import release_2
from services.outcomes.job_tables import StatutoryReturnPersonRow, StatutoryReturnRow
from services.outcomes.jobs.return_records import return_asked
from services.outcomes.jobs.return_work import PEOPLE, numbered_faults

PEOPLE_AT_A_TIME = 1000
_ROW = StatutoryReturnRow.__table__  # type: ignore[attr-defined]
_PERSON = StatutoryReturnPersonRow.__table__  # type: ignore[attr-defined]


class ReturnJob:
    """A return as a job (`braid.kit.jobs.runner.Job`)."""

    rows = JobRows(_ROW, "return_id", title="The return could not be made")

    @property
    def module(self) -> str:
        """What makes one."""
        return "services.outcomes.jobs.return_work"

    async def asked(self, work: UnitOfWork, claim: Claim) -> bytes:
        """The period and what was told of the council's people."""
        row = await work.session.get_one(StatutoryReturnRow, claim.job_id)
        return (await return_asked(work, row.quarter_ends_on, row.la_code)).written()

    async def end(self, work: UnitOfWork, claim: Claim, answer: Answer) -> None:
        """Keep the counts, and the file by person; of nobody whose record was erased in the meantime."""
        if not await self.rows.end(work, claim, results=answer.results, problem=answer.problem):
            return
        for batch in _batches(answer.files.get(PEOPLE, b"")):
            people = [{**one, "return_id": claim.job_id, "council": work.council} for one in batch]
            await work.session.execute(insert(_PERSON), people)
        erased = ~_is_remembered(work)
        await work.session.execute(delete(_PERSON).where(_PERSON.c.return_id == claim.job_id, erased))


RETURNS = ReturnJob()


@dataclass(frozen=True)
class ReturnInShort:
    """A return without what its checks found."""

    return_id: UUID
    quarter_ends_on: date
    la_code: str
    kept_until: date
    status: str
    asked_by: str
    done: int
    of_all: int | None
    recorded_at: datetime


async def latest_la_code(work: UnitOfWork) -> str:
    """The Department's code of the council, as it was told last; empty where nobody has."""
    query = select(_ROW.c.la_code).where(_ROW.c.la_code != "").order_by(_ROW.c.recorded_at.desc()).limit(1)
    return await work.session.scalar(query) or ""


async def returns(work: UnitOfWork, after: tuple[datetime, UUID] | None, limit: int) -> Sequence[ReturnInShort]:
    """The council's returns, the latest first, behind one of them."""
    names = [field.name for field in fields(ReturnInShort)]
    return [ReturnInShort(*row) for row in await RETURNS.rows.page(work, names, after, limit)]


async def people_kept(work: UnitOfWork, return_id: UUID) -> list[UUID]:
    """Whose rows the kept file has."""
    query = select(_PERSON.c.person_id).where(_PERSON.c.return_id == return_id, _is_remembered(work))
    return list((await work.session.scalars(query)).all())


async def count_kept(work: UnitOfWork, return_id: UUID) -> int:
    """How many people the kept file has."""
    counted = select(func.count()).select_from(_PERSON).where(_PERSON.c.return_id == return_id, _is_remembered(work))
    return await work.session.scalar(counted) or 0


async def file(work: UnitOfWork, return_id: UUID) -> str:
    """The file, with the names of its fields."""
    head = ",".join(one.name for one in release_2().fields) + "\r\n"
    theirs = (_PERSON.c.return_id == return_id, _is_remembered(work))
    query = select(_PERSON.c.lines).where(*theirs).order_by(_PERSON.c.place)
    return head + "".join((await work.session.scalars(query)).all())


async def faults(work: UnitOfWork, return_id: UUID) -> str:
    """Every fault as CSV, with its row in the file as the file is now."""
    query = select(_PERSON.c.rows, _PERSON.c.faults).where(_PERSON.c.return_id == return_id, _is_remembered(work))
    people = (await work.session.execute(query.order_by(_PERSON.c.place))).mappings()
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(("row", "field", "check", "reason"))
    writer.writerows(numbered_faults([dict(one) for one in people]))
    return target.getvalue()


async def discard(work: UnitOfWork, on: date) -> int:
    """Take away the files whose time was over before a day; returns of how many returns."""
    over = select(_PERSON.c.return_id).join(_ROW, _ROW.c.return_id == _PERSON.c.return_id)
    found = (await work.session.scalars(over.where(_ROW.c.kept_until < on).distinct())).all()
    await work.session.execute(delete(_PERSON).where(_PERSON.c.return_id.in_(found)))
    return len(found)


def _is_remembered(work: UnitOfWork) -> ColumnElement[bool]:
    """Whether a person's record was not erased, not even while the return was made."""
    remembered: ColumnElement[bool] = _PERSON.c.person_id.not_in(select(work.tables.forgotten_person.c.person_id))
    return remembered


def _batches(people: bytes) -> Iterator[list[dict[str, Any]]]:
    told = ({**json.loads(line), "place": place} for place, line in enumerate(people.splitlines(), 1))
    while batch := [{**one, "person_id": UUID(one["person_id"])} for one in islice(told, PEOPLE_AT_A_TIME)]:
        yield batch
