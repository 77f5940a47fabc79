"""Starts the process that works a scenario out, hears how far it is, and ends it when it is no longer wanted."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from services.ras.scenarios.asked import Answer, Asked

MODULE = "services.ras.scenarios.work"
#: What the process imports and the platform is not otherwise installed with.
PACKAGES = ("polars",)
#: The folder that the services are imported from.
ROOT = Path(__file__).parents[3]
WORDS_KEPT = 20
#: One thread each: the processor is the API's first, and every thread holds memory of its own.
ONE_THREAD = {"POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


class WorkerEnded(Exception):
    """The process ended before it was done."""

    def __init__(self, code: int, words: str) -> None:
        self.code = code
        self.words = words
        super().__init__(f"ended with {code}: {words}")


def missing_packages() -> list[str]:
    """What would have to be installed before a scenario can be worked out here."""
    return [name for name in PACKAGES if find_spec(name) is None]


async def worked_out(asked: Asked, on_step: Callable[[int, int], None]) -> Answer:
    """Work a scenario out in a process of its own; it is killed where this is cancelled.

    Args:
        on_step: told how many people of how many are done.

    Raises:
        WorkerEnded: it did not come to an end by itself.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", MODULE, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=_environment()
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        told, words, _ = await asyncio.gather(
            process.stdout.read(), _heard(process.stderr, on_step), _sent(process.stdin, asked.written())
        )
        code = await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if code:
        raise WorkerEnded(code, words)
    return Answer.read(told)


async def _sent(pipe: asyncio.StreamWriter, written: bytes) -> None:
    # A process that has ended hears nothing; its end is told elsewhere.
    with suppress(ConnectionError):
        pipe.write(written)
        await pipe.drain()
        pipe.close()
        await pipe.wait_closed()


async def _heard(pipe: asyncio.StreamReader, on_step: Callable[[int, int], None]) -> str:
    """Hear steps, and keep the last of what else is said: the trace of a mistake of ours."""
    words: list[str] = []
    async for line in pipe:
        try:
            step = json.loads(line)
            on_step(step["done"], step["people"])
        except (ValueError, TypeError, KeyError):
            words = [*words, line.decode(errors="replace").rstrip()][-WORDS_KEPT:]
    return "\n".join(words)


def _environment() -> Mapping[str, str]:
    """No setting of the service, above all no password of its database."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR", "PYTHONPATH") if name in os.environ}
    path = os.pathsep.join(filter(None, (str(ROOT), kept.get("PYTHONPATH"))))
    return {**kept, **ONE_THREAD, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
