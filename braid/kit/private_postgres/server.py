"""PostgreSQL of our own: made, started and stopped without a word from the newcomer.

In the data directory: `cluster` (PostgreSQL's own files), `password`, `port`, `holder.lock`,
`server.log` and the log before it. As root only `cluster` belongs to the server's account.
"""

import os
import socket
import struct
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import BinaryIO, Self
from urllib.parse import quote

from braid.kit.private_postgres.account import (
    Account,
    is_open,
    make_directory,
    server_account,
    spawn,
)
from braid.kit.private_postgres.binaries import find_binaries, runnable_binaries
from braid.kit.private_postgres.cluster import CLUSTER, SUPERUSER, clear_remnants, make_cluster, password
from braid.kit.private_postgres.errors import StartFailed, UnusableDirectory
from braid.kit.private_postgres.processes import (
    GLANCE_SECONDS,
    HOLDER,
    PORT,
    Guardian,
    Hold,
    end_at_once,
    end_leftovers,
    stop_server,
)
from braid.kit.private_postgres.settings import ADDRESS, candidate_ports, server_settings

START_SECONDS = 60.0
LOG_TAIL_LINES = 20
NO_OPTIONS: Mapping[str, str] = MappingProxyType({})


class PrivatePostgres:
    """One PostgreSQL server on 127.0.0.1, for one process at a time.

    Not durable means that a power cut may lose or spoil everything: for tests, and for copies that are thrown away.
    `options` are PostgreSQL settings that win over ours. The methods block; call them from a thread in asyncio.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        port: int | None = None,
        durable: bool = True,
        options: Mapping[str, str] = NO_OPTIONS,
    ) -> None:
        self.data_dir = data_dir.resolve()
        self.log_file = self.data_dir / "server.log"
        self._cluster = self.data_dir / CLUSTER
        self._given_port = port
        self._port: int | None = None
        self._durable = durable
        self._options = dict(options)
        self._hold: Hold | None = None
        self._server: subprocess.Popen[bytes] | None = None
        self._guardian: Guardian | None = None

    def start(self) -> None:
        """Make the data on the first call, start the server, return when it answers.

        A server or a half-made cluster that a killed predecessor left is ended and mended first.
        Raises PostgresNotFound, AlreadyRunning, UnusableDirectory or StartFailed.
        """
        account = server_account(self._cluster)
        _refuse_unless_claimable(self.data_dir, account)
        make_directory(self.data_dir, account)
        hold = Hold(self.data_dir)
        self._hold = hold
        try:
            self._start(account)
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """Stop fast: sessions are cut, committed rows kept. Nothing happens when not started."""
        if self._server is not None:
            stop_server(self._server, self._cluster)
        self._let_go()

    def kill(self) -> None:
        """SIGKILL the server and all its processes, as a crash would; for tests."""
        if self._server is not None:
            self._server.kill()
            end_at_once(self._cluster)
            self._server.wait()
        self._let_go()

    def restart(self) -> None:
        """Stop and start; the port stays where it is still free. Raises as `start` does."""
        self.stop()
        self.start()

    def admin_url(self, database: str = "postgres") -> str:
        """The superuser's address of a database, password included. Raises as `port` does."""
        place = f"{ADDRESS}:{self.port}/{quote(database, safe='')}"
        return f"postgresql://{SUPERUSER}:{password(self.data_dir)}@{place}"

    @property
    def port(self) -> int:
        """The TCP port of the last start. Raises StartFailed before the first one."""
        if self._port is None:
            raise StartFailed("PostgreSQL has not been started, so it has no port yet.")
        return self._port

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _start(self, account: Account | None) -> None:
        binaries = runnable_binaries(find_binaries(), self.data_dir, account)
        clear_remnants(self.data_dir)
        if self._cluster.exists():
            end_leftovers(self._cluster)
            password(self.data_dir)
        else:
            make_cluster(self.data_dir, binaries / "initdb", account, durable=self._durable)
        for port in candidate_ports(self._given_port, self._remembered_port()):
            if self._launch(binaries, account, port):
                return
        raise StartFailed(f"PostgreSQL found no free port.\n{self._log_tail()}")

    def _launch(self, binaries: Path, account: Account | None, port: int) -> bool:
        """Whether the server runs now; not so when another program took the port meanwhile."""
        version = int((self._cluster / "PG_VERSION").read_text())
        settings = server_settings(version, durable=self._durable, options=self._options)
        command: list[str | Path] = [binaries / "postgres", "-D", self._cluster]
        for name, value in (settings | {"port": str(port)}).items():
            command += ["-c", f"{name}={value}"]
        with self._fresh_log() as log:
            self._server = spawn(command, account, output=log)
        self._guardian = Guardian(self._server.pid, account)
        self._port = port
        (self.data_dir / PORT).write_text(f"{port}\n")
        if self._becomes_ready():
            return True
        self._guardian.dismiss()
        self._guardian = self._server = None
        said = self._log_tail()
        if 'lock file "postmaster.pid" already exists' in said:
            # A predecessor was killed just after it had started a server, before that server could be seen.
            end_leftovers(self._cluster)
            return self._launch(binaries, account, port)
        if "could not bind" in said and self._given_port is None:
            return False
        raise StartFailed(f"PostgreSQL ended during its start. {said}")

    def _becomes_ready(self) -> bool:
        """Whether it answers; not so when it ended first. Raises StartFailed when it does neither.

        Only its own note tells that the answer comes from this server and no other on the port.
        """
        assert self._server is not None
        deadline = time.monotonic() + START_SECONDS
        while self._server.poll() is None:
            if self._notes_ready(self._server.pid) and _accepts_sessions(self.port):
                return True
            if time.monotonic() > deadline:
                raise StartFailed(f"PostgreSQL does not answer after {START_SECONDS:.0f} s. {self._log_tail()}")
            time.sleep(GLANCE_SECONDS)
        return False

    def _notes_ready(self, pid: int) -> bool:
        try:
            lines = (self._cluster / "postmaster.pid").read_text().split()
        except FileNotFoundError:
            return False
        return bool(lines) and lines[0] == str(pid) and lines[-1] == "ready"

    def _remembered_port(self) -> int | None:
        try:
            noted = (self.data_dir / PORT).read_text().strip()
        except FileNotFoundError:
            return None
        return int(noted) if noted.isdecimal() else None

    def _fresh_log(self) -> BinaryIO:
        """One older log is kept: after a crash it is the one that tells why."""
        if self.log_file.exists():
            self.log_file.replace(self.log_file.with_suffix(".log.before"))
        return os.fdopen(os.open(self.log_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")

    def _log_tail(self) -> str:
        lines = self.log_file.read_text(errors="replace").splitlines()[-LOG_TAIL_LINES:]
        return "\n".join([f"The end of {self.log_file}:", *lines])

    def _let_go(self) -> None:
        if self._guardian is not None:
            self._guardian.dismiss()
        if self._hold is not None:
            self._hold.release()
        self._server = self._guardian = self._hold = None


def _refuse_unless_claimable(directory: Path, account: Account | None) -> None:
    """A directory is ours when we own it and it is empty or holds our lock; it is only looked at."""
    refusal = ""
    if directory.exists() and not directory.is_dir():
        refusal = "is not a directory"
    elif directory.exists() and directory.stat().st_uid != os.geteuid():
        refusal = f"belongs to user {directory.stat().st_uid}, and we are user {os.geteuid()}"
    elif directory.exists() and any(directory.iterdir()) and not (directory / HOLDER).exists():
        refusal = "holds other files, and this is not a directory that Braid made"
    elif not is_open(directory, account):
        refusal = "is closed to us, or to the user that runs PostgreSQL (see state_directory)"
    if refusal:
        raise UnusableDirectory(f"{directory} {refusal}: choose another data directory.")


def _accepts_sessions(port: int) -> bool:
    """Ask for a session as a client does, and leave once the server asks for the password."""
    body = struct.pack("!I", 3 << 16) + f"user\0{SUPERUSER}\0database\0postgres\0\0".encode()
    try:
        with socket.create_connection((ADDRESS, port), timeout=START_SECONDS) as session:
            session.sendall(struct.pack("!I", len(body) + 4) + body)
            return session.recv(1024).startswith(b"R")
    except OSError:
        return False
