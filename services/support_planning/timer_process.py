"""Looks for timers whose time has come, and does what each is for, one transaction each.

It may be killed at any moment: a timer is done when, and only when, what it is for is done. Several may look at once.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from typing import Self
from uuid import UUID

import structlog

from braid.kit.service import ServiceRuntime
from braid.kit.unit_of_work import UnitOfWork, UnitOfWorkFactory
from services.support_planning import process_manager, reviewing, timers
from services.support_planning.tables import TimerRow
from services.support_planning.timers import TimerKind

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 30.0
TIMERS_MOST = 100

ACTIONS: Mapping[TimerKind, Callable[[UnitOfWork, TimerRow], Awaitable[None]]] = {
    TimerKind.WAIT: process_manager.wait_is_over,
    TimerKind.REVIEW_REMINDER: reviewing.remind,
    TimerKind.REVIEW_OVERDUE: reviewing.tell_overdue,
}


class Moment(StrEnum):
    """Moments in the life of a timer whose time has come; tests kill the process at each of them."""

    TAKEN = "taken"
    ACTED = "acted"
    COMMITTED = "committed"


class TimerProcess:
    """Does what is due, again and again.

    Args:
        units: units of work of this process.
        look_every_s: how often it looks, in seconds.
        on_moment: told of each moment.
    """

    def __init__(
        self,
        units: UnitOfWorkFactory,
        *,
        look_every_s: float = LOOK_EVERY_S,
        on_moment: Callable[[Moment], None] = lambda _moment: None,
    ) -> None:
        self._units = units
        self._look_every_s = look_every_s
        self._on_moment = on_moment
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_error: object) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _run(self) -> None:
        while True:
            try:
                await self.do_all_due()
            except Exception as error:
                # Whatever failed, the timers are still there: nothing is lost by trying again.
                log.warning("timers_failed", error=repr(error))
            await asyncio.sleep(self._look_every_s)

    async def do_all_due(self) -> int:
        """Do everything that is due; return how much that was."""
        async with self._units.for_council("") as work:
            councils = await timers.councils(work)
        return sum([await self.do_due_of(council) for council in councils])

    async def do_due_of(self, council: str) -> int:
        """Do what is due in one council, up to so many at once; return how much that was."""
        async with self._units.for_council(council) as work:
            found = await timers.due(work, TIMERS_MOST)
        return sum([await self._do(council, timer_id, person_id) for timer_id, person_id in found])

    async def _do(self, council: str, timer_id: UUID, person_id: UUID) -> int:
        """Do one, unless another process has."""
        async with self._units.for_council(council) as work:
            await work.lock_person(person_id)
            timer = await timers.take(work, timer_id)
            if timer is None:
                return 0
            self._on_moment(Moment.TAKEN)
            await ACTIONS[TimerKind(timer.kind)](work, timer)
            self._on_moment(Moment.ACTED)
            await work.commit()
        self._on_moment(Moment.COMMITTED)
        return 1


def timers_beside_api(runtime: ServiceRuntime) -> TimerProcess:
    """The timers as a process that serves the API runs them."""
    return TimerProcess(runtime.units)
