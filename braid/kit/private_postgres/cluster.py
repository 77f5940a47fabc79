"""PostgreSQL's own files: made once, whole or not at all, with a password that only we can read."""

import os
import secrets
import shutil
import subprocess
from pathlib import Path

from braid.kit.private_postgres.account import Account, spawn
from braid.kit.private_postgres.errors import StartFailed, UnusableDirectory
from braid.kit.private_postgres.processes import Guardian

SUPERUSER = "braid_admin"
CLUSTER = "cluster"
MAKING_SECONDS = 60.0
# The built-in provider sorts alike on every system. Servers before 17 go without it, and without the
# cheap password check (see settings) for our own user.
LOCALES = (
    ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--set=scram_iterations=1"),
    ("--locale=C.UTF-8",),
    ("--locale=C",),
)


def make_cluster(data_dir: Path, initdb: Path, account: Account | None, *, durable: bool) -> None:
    """Make it aside and rename it last, so that a cluster that is there is a whole one.

    Call it only while holding the directory. Raises StartFailed with the words of `initdb`.
    """
    secret = secrets.token_urlsafe(32)
    _write_durably(_password_file(data_dir), secret)
    aside = data_dir / f"making-{secrets.token_hex(4)}"
    aside.mkdir(0o700)
    told = _password_file(aside)
    _write_durably(told, secret)
    if account:
        os.chown(told, account.uid, account.gid)
        os.chown(aside, account.uid, account.gid)
    command: list[str | Path] = [
        initdb,
        "-D",
        aside / CLUSTER,
        "-U",
        SUPERUSER,
        f"--pwfile={told}",
        "-A",
        "scram-sha-256",
    ]
    command += ["-E", "UTF8", "--no-instructions", *([] if durable else ["--no-sync"])]
    _run_in_some_locale(command, account)
    told.unlink()
    (aside / CLUSTER).rename(data_dir / CLUSTER)
    _sync(data_dir)
    aside.rmdir()


def clear_remnants(data_dir: Path) -> None:
    """Remove what a killed start left half-made; what its dying `initdb` still holds goes next time."""
    for remnant in data_dir.glob("making-*"):
        shutil.rmtree(remnant, ignore_errors=True)


def password(data_dir: Path) -> str:
    """The superuser's password. Raises UnusableDirectory when it is gone."""
    try:
        return _password_file(data_dir).read_text().strip()
    except FileNotFoundError as error:
        raise UnusableDirectory(
            f"{_password_file(data_dir)} is gone, and without it nobody can enter the databases. "
            "Put it back, or remove the whole directory to begin anew."
        ) from error


def _password_file(directory: Path) -> Path:
    return directory / "password"


def _run_in_some_locale(command: list[str | Path], account: Account | None) -> None:
    said = b""
    for locale in LOCALES:
        making = spawn([*command, *locale], account, output=subprocess.PIPE)
        guardian = Guardian(making.pid, account)
        try:
            said, _ = making.communicate(timeout=MAKING_SECONDS)
        except BaseException:
            making.kill()
            making.wait()
            raise
        finally:
            guardian.dismiss()
        if making.returncode == 0:
            return
    raise StartFailed(f"PostgreSQL could not make its data:\n{said.decode(errors='replace')}")


def _write_durably(file: Path, text: str) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
        opened.write(text + "\n")
        opened.flush()
        os.fsync(opened.fileno())


def _sync(directory: Path) -> None:
    opened = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
