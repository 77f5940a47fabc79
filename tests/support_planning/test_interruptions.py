"""Timers after a crash: whatever moment the process is killed at, what was due is done once."""

import asyncio
import multiprocessing
import os
import signal
from pathlib import Path

import pytest

from braid.command_line.embedded_platform import Databases
from braid.contracts.plan import StepOverdue
from services.support_planning.timer_process import Moment, TimerProcess
from tests.support_planning.desk import Clock, Desk, an_item, content


def do_timers_and_die(databases: Databases, keys: Path, council: str, clock: Clock, moment: Moment) -> None:
    """In a process of its own: do what is due, and be killed at a moment."""

    async def run() -> None:
        desk = Desk(databases, keys)
        desk.clock.now = clock.now

        def die_at(reached: Moment) -> None:
            if reached is moment:
                os.kill(os.getpid(), signal.SIGKILL)

        await TimerProcess(desk.units, on_moment=die_at).do_due_of(council)

    asyncio.run(run())


@pytest.mark.parametrize("moment", Moment)
async def test_a_wait_that_is_over_is_told_once_whenever_the_process_is_killed(
    desk: Desk, shared_databases: Databases, tmp_path: Path, moment: Moment
) -> None:
    await desk.award(800_000)
    plan = await desk.begin(content(an_item()))
    await plan.submit()
    desk.clock.pass_days(15)
    process = multiprocessing.get_context("spawn").Process(
        target=do_timers_and_die, args=(shared_databases, tmp_path, desk.council, desk.clock, moment)
    )

    process.start()
    await asyncio.to_thread(process.join, 120)
    then = await TimerProcess(desk.units).do_due_of(desk.council)

    assert process.exitcode == -signal.SIGKILL
    assert then == (0 if moment is Moment.COMMITTED else 1)
    assert len([one for one in await desk.told() if isinstance(one, StepOverdue)]) == 1


async def test_two_processes_that_look_at_once_do_it_once(desk: Desk) -> None:
    await desk.award(800_000)
    plan = await desk.begin(content(an_item()))
    await plan.submit()
    desk.clock.pass_days(15)

    done = await asyncio.gather(*(TimerProcess(desk.units).do_due_of(desk.council) for _ in range(3)))

    assert sorted(done) == [0, 0, 1]
    assert len([one for one in await desk.told() if isinstance(one, StepOverdue)]) == 1
