"""The rows of jobs. A run claims a job, shows that it is alive, and ends it; only the latest claim may."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, Row, Table, func, literal, or_, select, tuple_, update
from sqlalchemy.sql.elements import ColumnElement

from braid.kit.jobs.answer import problem
from braid.kit.unit_of_work import UnitOfWork

#: A run that has been silent for so long has died: it shows itself every few seconds.
SILENT_MOST = timedelta(seconds=30)
#: A job whose runs died so often is given up.
ATTEMPTS_MOST = 3


@dataclass(frozen=True)
class Claim:
    """One attempt at a job."""

    job_id: UUID
    attempt: int


def share_done(status: str, done: int, of: int | None) -> float:
    """How far a job is, from 0 to 1."""
    if status == "done":
        return 1.0
    return done / of if of else 0.0


class JobRows:
    """A table of jobs: with ``status``, ``attempt``, ``alive_at``, ``results``, ``problem``, and how far each is.

    Args:
        table: the table.
        its_id: name of the column of its ids.
        done, of: names of the columns of how much is done, and of how much.
        title: says that a job came to nothing, such as "The scenario could not be worked out".
    """

    def __init__(self, table: Table, its_id: str, *, done: str = "done", of: str = "of_all", title: str) -> None:
        self._table = table
        self._id = table.c[its_id]
        self._done, self._of = done, of
        self.title = title

    def is_free(self) -> ColumnElement[bool]:
        """Whether a job waits for a run, or its run has died."""
        row = self._table.c
        silent = row.alive_at < func.clock_timestamp() - SILENT_MOST
        free: ColumnElement[bool] = or_(row.status == "waiting", (row.status == "running") & silent)
        return free

    async def waits(self, work: UnitOfWork, job_id: UUID) -> bool:
        """Whether a job is anybody's to take up."""
        return bool(await work.session.scalar(select(self.is_free()).where(self._id == job_id)))

    async def page(
        self, work: UnitOfWork, names: Iterable[str], after: tuple[datetime, UUID] | None, limit: int
    ) -> Sequence[Row[Any]]:
        """Columns of the council's jobs by their names, the latest first, behind one of them."""
        row = self._table.c
        query = select(*(row[name] for name in names)).order_by(row.recorded_at.desc(), self._id.desc()).limit(limit)
        if after is not None:
            query = query.where(tuple_(row.recorded_at, self._id) < tuple_(*map(literal, after)))
        return (await work.session.execute(query)).all()

    async def claim(self, work: UnitOfWork, job_id: UUID) -> Claim | None:
        """Claim a job that waits, or whose run has died; None where there is nothing to claim.

        One whose runs died too often is given up here.
        """
        row = self._table.c
        free = (self._id == job_id, self.is_free())
        worn_out = problem(
            "worker-died",
            self.title,
            f"It was begun {ATTEMPTS_MOST} times, and each time the process that worked on it was ended from outside.",
        )
        given_up = update(self._table).where(*free, row.attempt >= ATTEMPTS_MOST)
        await work.session.execute(given_up.values(status="failed", problem=worn_out))
        begun = {"status": "running", "attempt": row.attempt + 1, "alive_at": func.clock_timestamp(), self._done: 0}
        claimed = update(self._table).where(*free).values(**begun).returning(row.attempt)
        attempt = await work.session.scalar(claimed)
        return None if attempt is None else Claim(job_id, attempt)

    async def show_alive(self, work: UnitOfWork, claim: Claim, done: int, of: int | None) -> bool:
        """Show that a run is alive and how far it is; False where another has taken over."""
        return await self._change(work, claim, {"alive_at": func.clock_timestamp(), self._done: done, self._of: of})

    async def release(self, work: UnitOfWork, claim: Claim) -> None:
        """Leave a job to whoever comes next: this process is told to stop."""
        await self._change(work, claim, {"status": "waiting", "alive_at": None})

    async def end(self, work: UnitOfWork, claim: Claim, **values: Any) -> bool:
        """Keep how a job ended: its ``results`` or its ``problem``; False where another has taken over."""
        status = "failed" if values.get("results") is None else "done"
        return await self._change(work, claim, {"status": status, **values})

    async def _change(self, work: UnitOfWork, claim: Claim, values: dict[str, Any]) -> bool:
        row = self._table.c
        mine = (self._id == claim.job_id, row.attempt == claim.attempt, row.status == "running")
        changed = await work.session.execute(update(self._table).where(*mine).values(**values))
        assert isinstance(changed, CursorResult)
        return changed.rowcount == 1
