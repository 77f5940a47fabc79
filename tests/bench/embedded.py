"""The platform as `make run` starts it: first and second start, idle memory, and the journey's latency."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, sleep

import httpx
import psutil

from braid.command_line.demonstration import signed_in
from braid.kit.private_postgres import state_directory
from tests.bench.figures import megabytes_of, milliseconds, percentile
from tests.bench.journeys import Latencies, measure
from tests.real_parts.process_platform import free_ports

IDLE_S = 5


def run(*, journeys: int) -> None:
    """Print the figures of the embedded platform."""
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "state"
        with running_platform(state, "--empty") as (_, first_s, _process):
            pass
        with running_platform(state, "--empty") as (url, second_s, process):
            print(f"first start  {first_s:5.1f} s")
            print(f"second start {second_s:5.1f} s   (promise: under 5)")
            latencies = asyncio.run(_measure(url, _ledger_url(state), journeys))
            sleep(IDLE_S)
            print(f"idle memory after that, PostgreSQL included: {megabytes_of(process):.0f} MB   (promise: under 400)")
    print(f"agreed -> budget open: {milliseconds(latencies.agreed_to_open)}   (promise: p95 under 300)")
    print(f"one plain request:     {milliseconds(latencies.plain_request)}")
    ratio = percentile(latencies.agreed_to_open, 0.5) / percentile(latencies.plain_request, 0.5)
    print(f"ratio of the medians: {ratio:.1f} plain requests")


async def _measure(url: str, ledger_url: str, journeys: int) -> Latencies:
    async with signed_in(url, "practitioner") as client:
        return await measure(client, ledger_url, journeys=journeys, warm_up=5)


def _ledger_url(state: Path) -> str:
    lines = (state_directory(state) / "environment").read_text().splitlines()
    return next(line for line in lines if line.startswith("LEDGER_DATABASE__URL=")).split("=", 1)[1].strip("'")


@contextmanager
def running_platform(state: Path, *options: str) -> Iterator[tuple[str, float, psutil.Process]]:
    """The platform as `make run` starts it: its address, the seconds until it was ready, and its process."""
    port = free_ports(1)[0]
    started = perf_counter()
    command = [sys.executable, "-m", "braid", "run", "--port", str(port), "--state", str(state), *options]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env={**os.environ, "PYTHONUNBUFFERED": "1"})
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(url, process)
        yield url, perf_counter() - started, psutil.Process(process.pid)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None:
        try:
            if httpx.get(f"{url}/readyz").status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            sleep(0.02)
    raise RuntimeError("the platform ended before it was ready")
