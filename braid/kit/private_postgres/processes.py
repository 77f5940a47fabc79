"""Which processes work in a cluster, who holds it, and how they end."""

import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from braid.kit.private_postgres.account import Account, spawn
from braid.kit.private_postgres.errors import AlreadyRunning, StartFailed, UnusableDirectory

FAST_STOP_SECONDS = 30.0
IMMEDIATE_STOP_SECONDS = 5.0
GLANCE_SECONDS = 0.005
# A holder that is killed while it starts a program leaves its lock to that child until the child's exec.
HANDOVER_SECONDS = 1.0
HOLDER = "holder.lock"
PORT = "port"


class Hold:
    """One process's right to a data directory; the kernel drops it when that process dies.

    A lock and not only a remembered pid: a pid may be given to another process after a reboot.
    """

    def __init__(self, directory: Path) -> None:
        """Take the directory. Raises AlreadyRunning with the holder's pid and the server's port."""
        self._file = os.open(directory / HOLDER, os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + HANDOVER_SECONDS
        while not self._taken():
            if time.monotonic() > deadline:
                os.close(self._file)
                raise AlreadyRunning(
                    f"{directory} is in use: process {_first_line(directory / HOLDER) or 'unknown'} "
                    f"runs PostgreSQL on port {_first_line(directory / PORT) or 'unknown'}. "
                    "Stop it, or choose another data directory."
                )
            time.sleep(GLANCE_SECONDS)
        os.truncate(self._file, 0)
        os.pwrite(self._file, f"{os.getpid()}\n".encode(), 0)

    def _taken(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        """Let the next one in."""
        os.close(self._file)


class Guardian:
    """A shell that stops the server when this process dies, however it dies.

    It waits for the end of a pipe that only we hold open. The kernel's own parent-death signal
    (prctl) would fire when the *thread* that started the server ends, needs code between fork and
    exec, and is unknown to macOS.
    """

    SCRIPT = 'read -r _; kill -INT "$1"'

    def __init__(self, guarded: int, account: Account | None) -> None:
        """Guard the process with this pid, with the rights of the account it runs as."""
        theirs, self._ours = os.pipe()
        command = ["/bin/sh", "-c", self.SCRIPT, "braid-postgres-guardian", str(guarded)]
        try:
            self._shell = spawn(command, account, stdin=theirs)
        except BaseException:
            os.close(self._ours)
            raise
        finally:
            os.close(theirs)

    def dismiss(self) -> None:
        """End the guardian without its signal: the pid may be another's by now."""
        self._shell.kill()
        self._shell.wait()
        os.close(self._ours)


def workers_in(cluster: Path) -> dict[int, bool]:
    """Living server processes of the cluster; the value tells which one is the postmaster.

    Elsewhere than on Linux only a postmaster and its children are seen.
    """
    postmaster = _noted_postmaster(cluster)
    found = _working_in(cluster) if sys.platform == "linux" else _listed_for(cluster)
    return {pid: pid == postmaster for pid in found}


def end_leftovers(cluster: Path) -> None:
    """End what a killed predecessor left at work; call it only while holding the directory.

    A postmaster gets the chance of a clean stop. Its children without it only stand in the way:
    the next start recovers from the log in any case. Raises StartFailed when they do not go.
    """
    if not (cluster / "postmaster.pid").exists():
        return
    for pid, is_postmaster in workers_in(cluster).items():
        if is_postmaster:
            _signal(pid, signal.SIGINT)
            _gone_within(FAST_STOP_SECONDS, cluster)
    end_at_once(cluster)
    _forget_foreign_pid(cluster)


def end_at_once(cluster: Path) -> None:
    """SIGKILL everything that works in the cluster, postmaster first so that it starts no more.

    Every backend leads its own process group, so a signal to the postmaster's group would miss it.
    """
    workers = workers_in(cluster)
    for pid in sorted(workers, key=workers.__getitem__, reverse=True):
        _signal(pid, signal.SIGKILL)
    if not _gone_within(IMMEDIATE_STOP_SECONDS, cluster):
        raise StartFailed(f"Processes {sorted(workers)} in {cluster} survive SIGKILL.")


def stop_server(server: subprocess.Popen[bytes], cluster: Path) -> None:
    """Fast stop, then an immediate one, then SIGKILL; each keeps every committed row."""
    patience = {signal.SIGINT: FAST_STOP_SECONDS, signal.SIGQUIT: IMMEDIATE_STOP_SECONDS}
    for number, seconds in patience.items():
        server.send_signal(number)
        try:
            server.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
        return
    end_at_once(cluster)
    server.wait()


def _forget_foreign_pid(cluster: Path) -> None:
    """After a reboot the noted pid may be anybody's, and PostgreSQL would refuse to start."""
    pid = _noted_postmaster(cluster)
    if pid and _signal(pid, 0):
        (cluster / "postmaster.pid").unlink()


def _gone_within(seconds: float, cluster: Path) -> bool:
    deadline = time.monotonic() + seconds
    while workers_in(cluster):
        if time.monotonic() > deadline:
            return False
        time.sleep(GLANCE_SECONDS)
    return True


def _working_in(cluster: Path) -> list[int]:
    """The server's processes stay in the cluster's directory; so may somebody's shell."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            works_here = (entry / "cwd").readlink() == cluster
            if works_here and (entry / "comm").read_text() == "postgres\n":
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def _listed_for(cluster: Path) -> list[int]:
    columns = ("pid=", "ppid=", "stat=", "command=")
    listing = spawn(["/bin/ps", "-A", "-ww", "-o", ",".join(columns)], None, output=subprocess.PIPE)
    lines = listing.communicate()[0].decode(errors="replace").splitlines()
    rows = [line.split(None, len(columns) - 1) for line in lines]
    alive = [row for row in rows if len(row) == len(columns) and not row[2].startswith("Z")]
    masters = {row[0] for row in alive if f" -D {cluster} " in row[3]}
    return [int(row[0]) for row in alive if row[0] in masters or row[1] in masters]


def _signal(pid: int, number: int) -> bool:
    """Whether there was such a process."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _noted_postmaster(cluster: Path) -> int:
    noted = _first_line(cluster / "postmaster.pid")
    return int(noted) if noted.isdecimal() else 0


def _first_line(file: Path) -> str:
    try:
        lines = file.read_text(errors="replace").splitlines()
    except FileNotFoundError:
        return ""
    except PermissionError as error:
        raise UnusableDirectory(f"{file} is closed to us: it belongs to another user.") from error
    return lines[0].strip() if lines else ""
