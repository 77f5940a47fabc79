"""Core seconds of everything that is measured: the platform's processes, the broker, and PostgreSQL by database."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

import psutil

from tests.load.measured_platform import MeasuredPlatform

_DATABASE = re.compile(r"\bbraid_([a-z_]+)")


@dataclass
class Cores:
    """A meter of core seconds since it was made; what ended meanwhile counts as far as it was seen last.

    Args:
        measured: what is measured.
    """

    measured: MeasuredPlatform
    _first: dict[tuple[str, int], float] = field(default_factory=dict)
    _last: dict[tuple[str, int], float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._first = self._now()
        self._last = dict(self._first)

    def look(self) -> None:
        """See what there is now, so that a process that ends soon is counted."""
        self._last |= self._now()

    def spent(self) -> Mapping[str, float]:
        """Core seconds by process of the platform, ``kafka``, and ``postgres`` by its database."""
        self.look()
        found: dict[str, float] = defaultdict(float)
        for name, seconds in self._last.items():
            found[name[0]] += seconds - self._first.get(name, 0.0)
        return dict(found)

    def total(self) -> float:
        """Core seconds of all of it."""
        return sum(self.spent().values())

    def _now(self) -> dict[tuple[str, int], float]:
        found = {
            (command, process.pid): seconds_of(psutil.Process(process.pid))
            for command, process in self.measured.processes.processes.items()
            if process.poll() is None
        }
        found["kafka", self.measured.broker.pid] = seconds_of(self.measured.broker)
        for process in [self.measured.server, *self.measured.server.children()]:
            try:
                found[_title(process), process.pid] = seconds_of(process)
            except psutil.NoSuchProcess:
                continue
        return found


def seconds_of(process: psutil.Process) -> float:
    """Core seconds of one process so far."""
    times = process.cpu_times()
    return float(times.user + times.system)


def _title(process: psutil.Process) -> str:
    database = _DATABASE.search(" ".join(process.cmdline()))
    return f"postgres {database[1]}" if database else "postgres"
