"""Starts the process that works a job out, hears how far it is, and ends it when it is no longer wanted."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import Iterable, Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from braid.kit.jobs.worker import Progress

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


def missing_of(packages: Iterable[str]) -> list[str]:
    """What of these is not installed."""
    return [name for name in packages if find_spec(name) is None]


async def worked_out(module: str, asked: bytes, on_step: Progress) -> bytes:
    """Work something out in a process of its own; it is killed where this is cancelled.

    Args:
        module: run with ``python -m``; see `braid.kit.jobs.worker.work`.
        asked: what it reads on its standard input.
        on_step: told how much of how much is done.

    Returns:
        What it wrote.

    Raises:
        WorkerEnded: it did not come to an end by itself.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=_environment()
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        told, words, _ = await asyncio.gather(
            process.stdout.read(), _heard(process.stderr, on_step), _sent(process.stdin, asked)
        )
        code = await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if code:
        raise WorkerEnded(code, words)
    return told


async def _sent(pipe: asyncio.StreamWriter, written: bytes) -> None:
    # A process that has ended hears nothing; its end is told elsewhere.
    with suppress(ConnectionError):
        pipe.write(written)
        await pipe.drain()
        pipe.close()
        await pipe.wait_closed()


async def _heard(pipe: asyncio.StreamReader, on_step: Progress) -> str:
    """Hear steps, and keep the last of what else is said: the trace of a mistake of ours."""
    words: list[str] = []
    async for line in pipe:
        try:
            step = json.loads(line)
            on_step(step["done"], step["of"])
        except (ValueError, TypeError, KeyError):
            words = [*words, line.decode(errors="replace").rstrip()][-WORDS_KEPT:]
    return "\n".join(words)


def _environment() -> Mapping[str, str]:
    """No setting of the service, above all no password of its database."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR", "PYTHONPATH") if name in os.environ}
    path = os.pathsep.join(filter(None, (str(ROOT), kept.get("PYTHONPATH"))))
    return {**kept, **ONE_THREAD, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
