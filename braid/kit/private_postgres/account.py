"""The account the server runs as, and the directories that account can reach.

PostgreSQL refuses to run as root. When we are root it runs as `postgres` or `nobody`, and the files
are split so that this lesser account can damage its own data only: directories on the way to the
data stay ours, merely open to the account's group.
"""

import errno
import hashlib
import os
import pwd
import stat
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from braid.kit.private_postgres.errors import StartFailed, UnusableDirectory

FALLBACK_PARENT = Path("/var/tmp")  # noqa: S108 - what is found there is checked for its owner
KEPT_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


@dataclass(frozen=True)
class Account:
    """A user and its main group, by number."""

    uid: int
    gid: int


def server_account(existing: Path | None = None) -> Account | None:
    """The account to switch to for the server, or None when it can run as ourselves.

    An `existing` cluster keeps its owner: a `postgres` user that a package adds later must not lock
    us out of data that `nobody` owns. Raises StartFailed when root has nobody to switch to.
    """
    if os.geteuid() != 0:
        return None
    if existing is not None and existing.exists():
        owner = existing.stat()
        return Account(owner.st_uid, owner.st_gid)
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise StartFailed(
        "PostgreSQL refuses to run as root, and this machine has neither a user 'postgres' nor a "
        "user 'nobody' to run it as: add one, or start as an ordinary user."
    )


def spawn(
    command: Sequence[str | Path],
    account: Account | None,
    *,
    stdin: int = subprocess.DEVNULL,
    output: int | IO[bytes] = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    """Start a program as the account, out of reach of the terminal's Ctrl-C.

    No preexec_fn, so it is safe in a process with threads. PG* variables of the caller are not
    handed on: they would bend the server's settings. Raises StartFailed when the account cannot be
    switched to, OSError when the program cannot be executed.
    """
    environment = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
    try:
        return subprocess.Popen(  # noqa: S603 - only our own programs, never through a shell
            [str(part) for part in command],
            stdin=stdin,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=environment | {"LC_ALL": "C"},
            umask=0o077,
            start_new_session=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
    except OSError as error:
        if account and error.errno in (errno.EPERM, errno.EINVAL):
            raise StartFailed(
                "PostgreSQL refuses to run as root, and this root may not become another user "
                f"(user {account.uid}: {error.strerror}): start as an ordinary user."
            ) from error
        raise


def runs(command: Sequence[str | Path], account: Account | None) -> bool:
    """Whether the account can run the program to a good end; it is really tried."""
    try:
        return spawn(command, account).wait() == 0
    except OSError:
        return False


def is_open(directory: Path, account: Account | None) -> bool:
    """Whether we can write in the directory and the account can enter it.

    Of a directory that is missing, its nearest parent is asked.
    """
    present = _nearest_present(directory)
    if not present.is_dir() or not os.access(present, os.W_OK | os.X_OK):
        return False
    return account is None or runs(["/bin/sh", "-c", 'cd -- "$1"', "sh", present], account)


def make_directory(directory: Path, account: Account | None) -> None:
    """Make the directory and its missing parents; those that exist keep their modes.

    As root the last one is open to the account's group, and made parents can be passed through,
    whatever the umask says.
    """
    for parent in reversed(directory.parents):
        if _make(parent) and account:
            parent.chmod(0o711)
    if _make(directory) and account:
        os.chown(directory, -1, account.gid, follow_symlinks=False)
        directory.chmod(0o710)


def state_directory(preferred: Path) -> Path:
    """A directory for the platform's state that the server's account can reach; made if missing.

    It is `preferred`, unless we cannot write there or the account cannot pass through one of its
    parents (a clone under /root); then it is `/var/tmp/braid-<uid>-<8 hex digits of its path>`.
    Nothing that exists is given another mode or owner. Raises UnusableDirectory when `preferred`
    is not a directory, or when the fallback's name was taken by somebody else.
    """
    preferred = preferred.resolve()
    account = server_account()
    present = _nearest_present(preferred)
    if not present.is_dir():
        raise UnusableDirectory(f"{present} is in the way: it is not a directory.")
    if is_open(present, account):
        make_directory(preferred, account)
        return preferred
    digest = hashlib.sha256(os.fsencode(preferred)).hexdigest()[:8]
    fallback = FALLBACK_PARENT.resolve() / f"braid-{os.geteuid()}-{digest}"
    make_directory(fallback, account)
    _refuse_unless_ours(fallback)
    return fallback


def _nearest_present(path: Path) -> Path:
    return next(place for place in (path, *path.parents) if os.path.lexists(place))


def _make(directory: Path) -> bool:
    """Whether the directory was made by this very call, so that its mode is ours to set."""
    if directory.is_dir():
        return False
    try:
        directory.mkdir(0o700)
    except FileExistsError:
        return False
    return True


def _refuse_unless_ours(directory: Path) -> None:
    """In a folder where everybody may write, anybody may have taken the name before us."""
    found = directory.lstat()
    ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
    if not ours or found.st_mode & (stat.S_IWGRP | stat.S_IRWXO):
        raise UnusableDirectory(
            f"{directory} exists but was not made by us (a link, another owner or open to others): "
            "look at it, remove it, or choose another state directory."
        )
