"""Queries of evaluations."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select

from braid.kit.jobs.answer import Answer
from braid.kit.jobs.rows import Claim, JobRows
from braid.kit.unit_of_work import UnitOfWork
from services.outcomes.job_tables import EvaluationFileRow, EvaluationRow
from services.outcomes.jobs import evaluation_process
from services.outcomes.jobs.evaluation_records import evaluation_asked
from services.outcomes.jobs.evaluation_work import COMPARISON, TITLE

_ROW = EvaluationRow.__table__  # type: ignore[attr-defined]
_FILE = EvaluationFileRow.__table__  # type: ignore[attr-defined]


class EvaluationJob:
    """An evaluation as a job (`braid.kit.jobs.runner.Job`)."""

    rows = JobRows(_ROW, "evaluation_id", title=TITLE)

    @property
    def module(self) -> str:
        """What works one out."""
        return evaluation_process.MODULE

    async def asked(self, work: UnitOfWork, claim: Claim) -> bytes:
        """The question and the council's people."""
        row = await work.session.get_one(EvaluationRow, claim.job_id)
        comparison = await file(work, claim.job_id, COMPARISON) or b""
        return (await evaluation_asked(work, row.question, comparison)).written()

    async def end(self, work: UnitOfWork, claim: Claim, answer: Answer) -> None:
        """Keep the results; the people to compare with are needed no longer."""
        if not await self.rows.end(work, claim, results=answer.results, problem=answer.problem):
            return
        given = (_FILE.c.evaluation_id == claim.job_id, _FILE.c.name == COMPARISON)
        await work.session.execute(delete(_FILE).where(*given))
        for name, content in answer.files.items():
            await _keep_file(work, claim.job_id, name, content)


EVALUATIONS = EvaluationJob()


@dataclass(frozen=True)
class EvaluationInShort:
    """An evaluation without what it found, which is long."""

    evaluation_id: UUID
    status: str
    asked_by: str
    question: dict[str, Any]
    done: int
    of_all: int | None
    recorded_at: datetime


async def keep(work: UnitOfWork, row: EvaluationRow, comparison: bytes) -> None:
    """Keep what was asked, before anything is done about it."""
    work.session.add(row)
    await work.session.flush()
    if comparison:
        await _keep_file(work, row.evaluation_id, COMPARISON, comparison)


async def evaluations(work: UnitOfWork, after: tuple[datetime, UUID] | None, limit: int) -> Sequence[EvaluationInShort]:
    """The council's evaluations, the latest first, behind one of them."""
    names = [field.name for field in fields(EvaluationInShort)]
    return [EvaluationInShort(*row) for row in await EVALUATIONS.rows.page(work, names, after, limit)]


async def file(work: UnitOfWork, evaluation_id: UUID, name: str) -> bytes | None:
    """A file of an evaluation."""
    query = select(_FILE.c.content).where(_FILE.c.evaluation_id == evaluation_id, _FILE.c.name == name)
    content: bytes | None = await work.session.scalar(query)
    return content


async def _keep_file(work: UnitOfWork, evaluation_id: UUID, name: str, content: bytes) -> None:
    values = {"evaluation_id": evaluation_id, "name": name, "council": work.council, "content": content}
    await work.session.execute(insert(_FILE).values(**values))
