"""Reading a file that somebody else made, without letting its size decide how much memory is used."""

import io
from collections.abc import Iterable, Iterator
from typing import BinaryIO, TypeVar

from services.ledger.bank_files.refusals import FileTooLarge

#: A year of a large council's account is a tenth of this; it is a guard, not a target.
MOST_BYTES = 200 * 1024 * 1024
MOST_LINES = 1_000_000

_Line = TypeVar("_Line")


class _Counted(io.RawIOBase):
    def __init__(self, source: BinaryIO, most_bytes: int) -> None:
        super().__init__()
        self._source, self._left, self._most = source, most_bytes, most_bytes

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._source.read(len(buffer))
        self._left -= len(data)
        if self._left < 0:
            raise FileTooLarge(f"the file has more than {self._most} bytes")
        buffer[: len(data)] = data
        return len(data)


def bounded(source: BinaryIO, most_bytes: int = MOST_BYTES) -> io.BufferedReader:
    """A file that refuses to go on once it has given too many bytes. Closing it leaves the source open.

    Raises:
        FileTooLarge: while reading.
    """
    return io.BufferedReader(_Counted(source, most_bytes), 64 * 1024)


def at_most(lines: Iterable[_Line], most: int = MOST_LINES) -> Iterator[_Line]:
    """Lines one by one, until there are too many.

    Raises:
        FileTooLarge: at the first line too many.
    """
    for number, line in enumerate(lines, 1):
        if number > most:
            raise FileTooLarge(f"the file has more than {most} lines")
        yield line
