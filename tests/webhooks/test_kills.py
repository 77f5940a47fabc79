"""A sender that is killed at any moment loses nothing: what it had in hand goes again, under the same id."""

import asyncio
import ctypes
import multiprocessing
import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from services.webhooks.posting import Postman
from services.webhooks.sealing import seal_of
from services.webhooks.sending import LEASE, Moment, Sender
from services.webhooks.settings import WebhookSettings
from tests.transports.rig import eventually
from tests.webhooks.desk import HERE, Desk
from tests.webhooks.receiver import Receiver

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["tests.webhooks.test_kills"])


def send_until_killed(settings: WebhookSettings, ca_file: Path, ahead: timedelta, die_at: str) -> None:
    """Send, and die at a moment; runs in a process of its own."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)

    def die(moment: Moment) -> None:
        if moment == die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    async def send() -> None:
        from dataclasses import replace

        from braid.kit.service import ServiceRuntime
        from services.webhooks.main import SERVICE

        runtime = ServiceRuntime(SERVICE, settings)
        units = replace(runtime.units, clock=lambda: datetime.now(UTC) + ahead)
        postman = Postman(HERE, timeout_s=60, ca_file=str(ca_file))
        await Sender(units, seal_of(settings), postman, HERE, look_every_s=0.05, on_moment=die).run()

    asyncio.run(send())


async def dies(process: BaseProcess) -> None:
    """Wait for its appointed death."""
    await eventually(lambda: process.exitcode is not None)
    assert process.exitcode == -signal.SIGKILL


@pytest.mark.parametrize(
    ("moment", "came", "attempts"),
    [
        (Moment.TAKEN, 1, [(None, None), ("answered", 204)]),
        (Moment.POSTED, 2, [(None, None), ("answered", 204)]),
        (Moment.WRITTEN, 1, [("answered", 204)]),
    ],
)
async def test_a_sender_killed_at_any_moment_loses_nothing(
    desk: Desk, receiver: Receiver, moment: Moment, came: int, attempts: list[tuple[str | None, int | None]]
) -> None:
    begun = await desk.subscribe(receiver)
    person = await desk.open_case()
    doomed = processes.Process(
        target=send_until_killed, args=(desk.settings, desk.ca_file, desk.clock.ahead, moment), daemon=True
    )
    doomed.start()
    await dies(doomed)

    assert await desk.sender().send_all_due() == 0, "what it held is its own until the lease runs out"
    desk.clock.ahead += LEASE + timedelta(seconds=1)
    await desk.sender().send_all_due()

    assert len(receiver.got) == came
    assert len({got.id for got in receiver.got}) == 1
    [delivery] = await desk.deliveries(begun)
    assert delivery["state"] == "delivered"
    assert await desk.attempts(begun, delivery) == attempts
    records = await desk.rows("SELECT FROM access_record WHERE person_id = $1 AND route LIKE 'webhook %'", person)
    assert len(records) == 1
