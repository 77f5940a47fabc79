"""A command as a container's first process, which hears no signal that it has no handler for."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from braid.kit.identity import create_keys

PATIENCE_S = 150


@contextlib.contextmanager
def first_process(
    command: str, variables: Mapping[str, str], log: Path
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """`unshare` with a command of ours as first process of a namespace, and that process's number out here."""
    alone = [
        "unshare",
        "--pid",
        "--fork",
        "--kill-child",
        *([] if os.geteuid() == 0 else ["--user", "--map-root-user"]),
    ]
    if shutil.which("unshare") is None or subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody make a namespace of processes")
    with log.open("wb") as said:
        outer = subprocess.Popen(
            [*alone, sys.executable, "-m", "braid", *command.split()],
            env={**os.environ, **variables},
            stdout=said,
            stderr=said,
        )
    try:
        yield outer, _child_of(outer.pid)
    finally:
        outer.kill()
        outer.wait()


def _child_of(pid: int) -> int:
    deadline = time.monotonic() + PATIENCE_S
    while not (children := Path(f"/proc/{pid}/task/{pid}/children").read_text().split()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return int(children[0])


def test_what_waits_for_its_database_stops_when_told_to(tmp_path: Path) -> None:
    create_keys(tmp_path, "internal")
    log = tmp_path / "log"
    variables = {
        "ASSESSMENT_ENVIRONMENT": "test",
        "ASSESSMENT_DATABASE__URL": "postgresql://nobody:known-to-nobody@127.0.0.1:1/none",
        "ASSESSMENT_IDENTITY__INTERNAL_KEYS_FILE": str(tmp_path / "internal-public.jwks.json"),
    }
    with first_process("serve assessment", variables, log) as (outer, inner):
        deadline = time.monotonic() + PATIENCE_S
        while "database_away" not in log.read_text() and outer.poll() is None:
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)

        os.kill(inner, signal.SIGTERM)

        assert outer.wait(timeout=PATIENCE_S) == 128 + signal.SIGTERM, log.read_text()
