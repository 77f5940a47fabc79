"""Runs jobs one at a time, each in a process of its own, and lets the database know how far they are.

What is remembered here is a hint alone: a job that this process forgets in a crash is taken up again when somebody
asks how far it is, by whichever process is asked.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Protocol, TypeVar
from uuid import UUID

import structlog
from fastapi import FastAPI, Request

from braid.kit.jobs import process
from braid.kit.jobs.answer import Answer, problem
from braid.kit.jobs.rows import Claim, JobRows
from braid.kit.unit_of_work import UnitOfWork, UnitOfWorkFactory

log = structlog.get_logger(__name__)

ALIVE_EVERY_S = 5.0
TIME_MOST_S = 900.0

Found = TypeVar("Found")


class Job(Protocol):
    """A kind of job."""

    @property
    def rows(self) -> JobRows:
        """Where its jobs are kept."""

    @property
    def module(self) -> str:
        """What works one out: run with ``python -m``."""

    async def asked(self, work: UnitOfWork, claim: Claim) -> bytes:
        """What its process reads."""

    async def end(self, work: UnitOfWork, claim: Claim, answer: Answer) -> None:
        """Keep how one ended, where no other run has taken over."""


class TakenOver(Exception):
    """Another process has claimed the job: this one was silent for too long."""


class JobRunner:
    """Runs the jobs that it is told of, one after the other.

    Args:
        units: units of work of this process.
        alive_every_s: how often a run shows that it is alive, in seconds.
        time_most_s: a run that takes longer is ended.
    """

    def __init__(
        self, units: UnitOfWorkFactory, *, alive_every_s: float = ALIVE_EVERY_S, time_most_s: float = TIME_MOST_S
    ) -> None:
        self._units = units
        self._alive_every_s = alive_every_s
        self._time_most_s = time_most_s
        self._tasks: dict[UUID, asyncio.Task[None]] = {}
        self._one_at_a_time = asyncio.Lock()

    def start(self, job: Job, council: str, job_id: UUID) -> None:
        """Run a job as soon as there is room; one that is in hand already stays so."""
        if job_id not in self._tasks:
            task = asyncio.create_task(self._run(job, council, job_id))
            self._tasks[job_id] = task
            task.add_done_callback(lambda _: self._tasks.pop(job_id, None))

    async def close(self) -> None:
        """End every run; what is not done is left to the next process."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, job: Job, council: str, job_id: UUID) -> None:
        try:
            async with self._one_at_a_time:
                claim = await self._once(council, lambda work: job.rows.claim(work, job_id))
                if claim is not None:
                    await self._worked_on(job, council, claim)
        except Exception as error:
            # Whatever it was, the job is kept, and is taken up again when somebody asks for it.
            log.warning("job_run_failed", job_id=str(job_id), error=repr(error))

    async def _worked_on(self, job: Job, council: str, claim: Claim) -> None:
        try:
            async with asyncio.timeout(self._time_most_s):
                answer = await self._answer(job, council, claim)
        except asyncio.CancelledError:
            await self._once(council, lambda work: job.rows.release(work, claim))
            raise
        except TimeoutError:
            answer = _failed(job, "too-slow", f"It was ended after {self._time_most_s:g} seconds.")
        except process.WorkerEnded as ended:
            log.warning("job_worker_ended", job_id=str(claim.job_id), code=ended.code, words=ended.words)
            why = "It was killed, most likely for want of memory." if ended.code < 0 else "Why is in the service's log."
            told = f"The process that worked on it ended before it was done. {why}"
            answer = _failed(job, "worker-ended", told)
        await self._once(council, lambda work: job.end(work, claim, answer))

    async def _answer(self, job: Job, council: str, claim: Claim) -> Answer:
        step: tuple[int, int | None] = (0, None)

        def on_step(done: int, of: int) -> None:
            nonlocal step
            step = (done, of)

        async def worked_out() -> Answer:
            asked = await self._once(council, lambda work: job.asked(work, claim))
            return Answer.read(await process.worked_out(job.module, asked, on_step))

        working = asyncio.create_task(worked_out())
        try:
            while not working.done():
                await asyncio.wait({working}, timeout=self._alive_every_s)
                if not await self._once(council, lambda work: job.rows.show_alive(work, claim, *step)):
                    raise TakenOver
            return working.result()
        finally:
            working.cancel()
            await asyncio.wait({working})

    async def _once(self, council: str, act: Callable[[UnitOfWork], Awaitable[Found]]) -> Found:
        """One transaction: a run has no request and no message whose edge would commit for it."""
        async with self._units.for_council(council) as work:
            found = await act(work)
            await work.commit()
        return found


def _failed(job: Job, type_: str, detail: str) -> Answer:
    return Answer(None, problem(type_, job.rows.title, detail))


@asynccontextmanager
async def running_jobs(app: FastAPI) -> AsyncIterator[None]:
    """A router's lifespan: a runner as long as the API runs."""
    app.state.jobs = JobRunner(app.state.units)
    yield
    await app.state.jobs.close()


async def start_job(request: Request, job: Job, council: str, job_id: UUID) -> None:
    """Start a job after the commit, as a background task of its request: what a run would look for is there then."""
    request.app.state.jobs.start(job, council, job_id)
