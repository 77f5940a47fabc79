"""The broker and the database of a chaos run: real ones of its own, on small disks, to be killed, frozen and filled."""

import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path

import psutil

from braid.kit.private_postgres import PrivatePostgres, state_directory
from tests.chaos.links import LOOPBACK
from tests.real_parts.kafka_broker import KafkaBroker, kafka_archives

#: Room for some hundred people's data and for the files that both servers set aside, in megabytes.
DISK_MB = 1_500
_MB = 1024 * 1024
#: Of a broker that shares a machine with everything else; indexes are set aside whole, a topic's by the dozen.
_BROKER = {"log.index.size.max.bytes": 64 * 1024, "log.segment.bytes": 16 * _MB}
_DATABASE = {"max_connections": "150", "max_wal_size": "128MB", "min_wal_size": "48MB"}


def listening_ports(count: int) -> list[int]:
    """Free ports below the range from which clients are given theirs.

    A client that knocks on a dead process's port can otherwise be given that very port, and the process that comes
    back finds it taken.
    """
    found: list[int] = []
    with contextlib.ExitStack() as held:
        for port in random.SystemRandom().sample(range(10_500, 20_000), 2_000):
            taken = held.enter_context(socket.socket())
            with contextlib.suppress(OSError):
                taken.bind((LOOPBACK, port))
                found.append(port)
            if len(found) == count:
                return found
    raise OSError("no free ports")


class Disk:
    """A disk of its own for one server where we may mount one; else a folder, which nobody can fill.

    Args:
        folder: of the server.
        keep: where its logs are kept when it goes, with all that is on it.
    """

    def __init__(self, folder: Path, keep: Path) -> None:
        self.folder = folder
        self._keep = keep
        self.is_small = os.geteuid() == 0 and shutil.which("mount") is not None

    def __enter__(self) -> "Disk":
        if self.is_small:
            options = f"size={DISK_MB}m,mode=0755"
            command = ["mount", "-t", "tmpfs", "-o", options, "chaos", str(self.folder)]
            self.is_small = subprocess.run(command, capture_output=True, check=False).returncode == 0
        return self

    def __exit__(self, *_error: object) -> None:
        for log in self.folder.glob("*.log*"):
            shutil.copyfile(log, self._keep / f"{self.folder.name}-{log.name}")
        if self.is_small:
            subprocess.run(["umount", "--lazy", str(self.folder)], check=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _ballast(self) -> Path:
        return self.folder / "ballast"

    def fill(self) -> None:
        """Leave nothing free; what the server frees meanwhile is taken as well when called again."""
        # Without a buffer, which would not be empty when it is closed.
        with contextlib.suppress(OSError), self._ballast.open("ab", buffering=0) as ballast:
            while True:
                ballast.write(bytes(_MB))

    def empty(self) -> None:
        """Give the room back."""
        self._ballast.unlink(missing_ok=True)


class Broker(KafkaBroker):
    """A broker with a listener for each service, which tells it the service's own link as its address.

    Args:
        folder: for its data.
        links: port of each service's link.
    """

    def __init__(self, folder: Path, links: Mapping[str, int]) -> None:
        super().__init__(kafka_archives(), folder)
        self._links = links
        self.listeners = dict(zip(links, listening_ports(len(links)), strict=True))

    def _settings(self) -> str:
        plain = dict(line.split("=", 1) for line in super()._settings().splitlines())
        names = {service: service.upper().replace("_", "") for service in self._links}
        listeners = [f"{names[service]}://{LOOPBACK}:{port}" for service, port in self.listeners.items()]
        told = [f"{names[service]}://{LOOPBACK}:{port}" for service, port in self._links.items()]
        protocols = ["CONTROLLER:PLAINTEXT", "PLAINTEXT:PLAINTEXT", *(f"{name}:PLAINTEXT" for name in names.values())]
        plain |= {
            "listeners": ",".join([plain["listeners"], *listeners]),
            "advertised.listeners": ",".join([plain["advertised.listeners"], *told]),
            "listener.security.protocol.map": ",".join(protocols),
            "inter.broker.listener.name": "PLAINTEXT",
            **{name: str(value) for name, value in _BROKER.items()},
        }
        return "".join(f"{name}={value}\n" for name, value in plain.items())

    @property
    def is_alive(self) -> bool:
        """Whether its process runs."""
        return self.pid is not None and psutil.pid_exists(self.pid) and _runs(psutil.Process(self.pid))

    def come_back(self) -> None:
        """Start it where it does not run, or runs and has given up its disk."""
        self.kill()
        self.start()

    def freeze(self) -> None:
        """Stop it where it stands."""
        if self.pid:
            os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        if self.pid:
            os.kill(self.pid, signal.SIGCONT)


class Database:
    """A PostgreSQL server that keeps what it has committed.

    Args:
        folder: for its data.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = state_directory(folder)
        self.port = listening_ports(1)[0]
        self._postgres = PrivatePostgres(self.folder, port=self.port, options=_DATABASE)

    def start(self) -> None:
        """Start it, as its keeper would after any end."""
        self._postgres.start()

    def stop(self) -> None:
        """Stop it in good order."""
        self._postgres.stop()

    @property
    def admin_url(self) -> str:
        """As a superuser, past every link."""
        return self._postgres.admin_url()

    @property
    def is_alive(self) -> bool:
        """Whether its first process runs."""
        return any(_runs(process) for process in self._processes()[:1])

    def _processes(self) -> list[psutil.Process]:
        """The first process and all that it started."""
        with contextlib.suppress(OSError, ValueError, IndexError, psutil.NoSuchProcess):
            noted = (self.folder / "cluster" / "postmaster.pid").read_text().splitlines()[0]
            first = psutil.Process(int(noted))
            return [first, *first.children()]
        return []

    def kill(self) -> None:
        """SIGKILL all of it."""
        self._postgres.kill()

    def stop_immediately(self) -> None:
        """Its own immediate stop: no checkpoint, no goodbye; the next start recovers."""
        for process in self._processes()[:1]:
            process.send_signal(signal.SIGQUIT)
            with contextlib.suppress(psutil.TimeoutExpired):
                process.wait(30)
        self._postgres.kill()

    def kill_backend(self, number: int) -> None:
        """SIGKILL one process that serves a connection: the server then ends all others, and recovers by itself."""
        serving = [process for process in self._processes()[1:] if "braid" in _title(process)]
        if serving:
            with contextlib.suppress(psutil.NoSuchProcess):
                sorted(serving, key=lambda process: process.pid)[number % len(serving)].kill()

    def freeze(self) -> None:
        """Stop all of it where it stands."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        for process in self._processes():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(number)

    def come_back(self) -> None:
        """Start it again where it has ended."""
        if not self.is_alive:
            self._postgres.kill()
            self._postgres.start()


def _runs(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _title(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return ""
