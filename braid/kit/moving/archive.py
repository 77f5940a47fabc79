"""The archive of one council's rows in one service: a file a table, and a manifest that says what they are.

Files are CSV as PostgreSQL writes it: a first line with the columns' names, an empty field for no value and ``""`` for
an empty text. They hold all that is known of people, unsealed: whoever keeps them seals them.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

FORMAT = 1
MANIFEST = "manifest.json"
_BLOCK_BYTES = 1 << 20


class NotMoved(Exception):
    """A council is not moved; the message is one line that says why."""


@dataclass(frozen=True)
class TableFile:
    """What the manifest says of one table.

    Args:
        columns: names, in the file's order.
        rows: how many there are.
        sha256: of the whole file, in hexadecimal.
    """

    columns: list[str]
    rows: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What an archive holds.

    Args:
        service: whose rows they are.
        council: GSS code of the council.
        revision: the migration of the database that they were taken from.
        taken_at: moment of the snapshot, in ISO 8601 with its zone.
        taken_by: who took them.
        tables: by name, in the order in which they arrive.
        format: version of all of this.
    """

    service: str
    council: str
    revision: str
    taken_at: str
    taken_by: str
    tables: Mapping[str, TableFile]
    format: int = FORMAT

    @property
    def rows(self) -> int:
        """How many rows there are in all tables."""
        return sum(table.rows for table in self.tables.values())

    def write(self, folder: Path) -> None:
        """Write it beside its files."""
        with owners_alone(folder / MANIFEST) as file:
            file.write((json.dumps(asdict(self), indent=2) + "\n").encode())

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """Read it, and see that its files are what it says.

        Raises:
            NotMoved: it is not there or cannot be read, or a file is missing, damaged or not named in it.
        """
        manifest = cls._parsed(folder)
        named = {f"{table}.csv" for table in manifest.tables} | {MANIFEST}
        there = {path.name for path in folder.iterdir()}
        if named != there:
            raise NotMoved(f"{folder}: missing or not named in the manifest: {', '.join(sorted(named ^ there))}")
        for name, table in manifest.tables.items():
            if sha256_of(folder / f"{name}.csv") != table.sha256:
                raise NotMoved(f"{folder / name}.csv is damaged: it is not the file that the manifest was written for")
        return manifest

    @classmethod
    def _parsed(cls, folder: Path) -> "Manifest":
        try:
            told = json.loads((folder / MANIFEST).read_bytes())
            if told["format"] != FORMAT:
                raise NotMoved(f"{folder}: the archive is of format {told['format']}, this code reads {FORMAT}")
            return cls(**told | {"tables": {name: TableFile(**table) for name, table in told["tables"].items()}})
        except OSError as error:
            raise NotMoved(f"{folder}: {MANIFEST}: {error.strerror}") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise NotMoved(f"{folder}: {MANIFEST} is damaged: {error!r}") from error


def owners_alone(file: Path):  # type: ignore[no-untyped-def]  # a binary file, as `open` gives it
    """A new file that nobody but its owner can read."""
    return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def sha256_of(file: Path) -> str:
    """The digest of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        while block := opened.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()
