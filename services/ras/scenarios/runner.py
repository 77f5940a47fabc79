"""Runs scenarios one at a time, each in a process of its own, and lets the database know how far they are.

What is remembered here is a hint alone: a scenario that this process forgets in a crash is taken up again when somebody
asks how far it is, by whichever process is asked.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

import structlog

from braid.kit.unit_of_work import UnitOfWork, UnitOfWorkFactory
from services.ras.scenarios import process, store
from services.ras.scenarios.asked import Answer, problem
from services.ras.scenarios.store import Claim

log = structlog.get_logger(__name__)

ALIVE_EVERY_S = 5.0
TIME_MOST_S = 900.0

Found = TypeVar("Found")


class TakenOver(Exception):
    """Another process has claimed the scenario: this one was silent for too long."""


class ScenarioRunner:
    """Runs the scenarios that it is told of, one after the other.

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

    def start(self, council: str, scenario_id: UUID) -> None:
        """Run a scenario as soon as there is room; one that is in hand already stays so."""
        if scenario_id not in self._tasks:
            task = asyncio.create_task(self._run(council, scenario_id))
            self._tasks[scenario_id] = task
            task.add_done_callback(lambda _: self._tasks.pop(scenario_id, None))

    async def close(self) -> None:
        """End every run; what is not done is left to the next process."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, council: str, scenario_id: UUID) -> None:
        try:
            async with self._one_at_a_time:
                claim = await self._once(council, lambda work: store.claim(work, scenario_id))
                if claim is not None:
                    await self._worked_on(council, claim)
        except Exception as error:
            # Whatever it was, the scenario is kept, and is taken up again when somebody asks for it.
            log.warning("scenario_run_failed", scenario_id=str(scenario_id), error=repr(error))

    async def _worked_on(self, council: str, claim: Claim) -> None:
        try:
            async with asyncio.timeout(self._time_most_s):
                answer = await self._answer(council, claim)
        except asyncio.CancelledError:
            await self._once(council, lambda work: store.release(work, claim))
            raise
        except TimeoutError:
            answer = _failed("too-slow", f"It was ended after {self._time_most_s:g} seconds.")
        except process.WorkerEnded as ended:
            log.warning("scenario_worker_ended", scenario_id=str(claim.scenario_id), code=ended.code, words=ended.words)
            why = "It was killed, most likely for want of memory." if ended.code < 0 else "Why is in the service's log."
            answer = _failed("worker-ended", f"The process that worked on it ended before it was done. {why}")
        await self._once(council, lambda work: store.end(work, claim, answer))

    async def _answer(self, council: str, claim: Claim) -> Answer:
        step: tuple[int, int | None] = (0, None)

        def on_step(done: int, people: int) -> None:
            nonlocal step
            step = (done, people)

        working = asyncio.create_task(process.worked_out(claim.asked, on_step))
        try:
            while not working.done():
                await asyncio.wait({working}, timeout=self._alive_every_s)
                if not await self._once(council, lambda work: store.show_alive(work, claim, *step)):
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


def _failed(type_: str, detail: str) -> Answer:
    return Answer(None, problem(type_, "The scenario could not be worked out", detail))
