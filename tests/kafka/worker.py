"""A relay or a consumer of the example service in a process of its own, which can be told to kill itself at a moment.

``python -m tests.kafka.worker consume …``; the tests run ``main`` in processes forked from one that has it imported.
"""

import argparse
import asyncio
import ctypes
import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import structlog

from braid.kit.delivery import Delivery, RetryPolicy
from braid.kit.delivery import Step as DeliveryStep
from braid.kit.relay import Relay
from braid.kit.settings import KafkaSettings
from braid.kit.transports.kafka import KafkaPublisher, KafkaSubscriber
from braid.kit.unit_of_work import UnitOfWork
from tests.kit.example_service import (
    ExampleService,
    NumberSent,
    note_number,
    number_sent_on,
    subscription_to,
    tables,
)

#: As short as the broker allows with some room, so that a dead member is soon missed.
SESSION_TIMEOUT_MS = 1_500


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one relay or consumer until SIGTERM, or until its appointed death."""
    asked = _parser().parse_args(arguments)
    _die_with_parent()
    _log_to(asked.notes / f"{asked.name}.log")
    asyncio.run({"consume": _consume, "relay": _relay}[asked.role](asked))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    parser.add_argument("role", choices=("consume", "relay"))
    for name in ("--name", "--database", "--bootstrap", "--topic", "--consumer"):
        parser.add_argument(name, required=True)
    parser.add_argument("--notes", type=Path, required=True, help="directory where workers leave notes and logs")
    parser.add_argument("--die-at", default="", help="step at which to die, the first time that the worker runs")
    parser.add_argument("--after", type=int, default=1, help="die when the step comes for this time")
    return parser


async def _consume(asked: argparse.Namespace) -> None:
    death = Death(asked)
    took = asked.notes / f"{asked.name}.took"

    def on_step(step: str) -> None:
        if step == DeliveryStep.RECEIVED:
            took.touch()
        death(step)

    service = ExampleService(asked.database)
    subscription = subscription_to(number_sent_on(asked.topic), asked.consumer, _note_unhurriedly)
    delivery = Delivery(subscription, service.units, retry=RetryPolicy(outage_backoff_s=0.1), on_step=on_step)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, delivery.stop)
    await KafkaSubscriber(_settings(asked), on_step=death).run(delivery)
    await service.close()


async def _note_unhurriedly(event: NumberSent, work: UnitOfWork) -> None:
    """Take a moment, so that a kill from outside meets work in hand."""
    await note_number(event, work)
    await asyncio.sleep(0.003)


async def _relay(asked: argparse.Namespace) -> None:
    death = Death(asked)
    service = ExampleService(asked.database)
    publisher = KafkaPublisher(_settings(asked), on_step=death)
    relay = Relay("example", service.ops, tables, publisher, idle_s=0.02, on_step=death)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, relay.stop)
    await relay.run()
    await service.close()


def _settings(asked: argparse.Namespace) -> KafkaSettings:
    return KafkaSettings(bootstrap=asked.bootstrap, session_timeout_ms=SESSION_TIMEOUT_MS, rebalance_timeout_ms=10_000)


class Death:
    """Kills the process at a step, once: the note that it leaves spares the next one of the same name."""

    def __init__(self, asked: argparse.Namespace) -> None:
        self._step: str = asked.die_at
        self._after: int = asked.after
        self._note: Path = asked.notes / f"{asked.name}.died"
        self._came = 0

    def __call__(self, step: str) -> None:
        if step != self._step or self._note.exists():
            return
        self._came += 1
        if self._came == self._after:
            self._note.touch()
            os.kill(os.getpid(), signal.SIGKILL)


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
        if os.getppid() == 1:
            sys.exit("the parent is gone already")


def _log_to(file: Path) -> None:
    log = file.open("a", buffering=1)
    logging.basicConfig(stream=log, level=logging.INFO, format="%(asctime)s %(name)s %(message)s", force=True)
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(log), cache_logger_on_first_use=False)


if __name__ == "__main__":
    main()
