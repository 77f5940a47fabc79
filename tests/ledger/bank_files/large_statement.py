"""Reads a made statement of many megabytes and tells the process's memory before and after.

``python -m tests.ledger.bank_files.large_statement entries|crumbs MEGABYTES`` prints the peak in megabytes before and
after, and how many lines were left out: every line is one that is not booked, so that none is kept.
"""

import io
import resource
import sys
from collections.abc import Iterator
from typing import BinaryIO, cast

from services.ledger.bank_files.camt053 import read_camt053
from tests.ledger.bank_files.bank_answers import Booked, a_source, camt053


class Stream(io.RawIOBase):
    """Bytes from an iterator, none of which is kept."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        super().__init__()
        self._parts = parts
        self._part = io.BytesIO()

    def read(self, size: int = -1) -> bytes:
        data = self._part.read(size)
        if not data:
            self._part = io.BytesIO(next(self._parts, b""))
            data = self._part.read(size)
        return data


def a_large_statement(what: str, megabytes: int) -> Iterator[bytes]:
    """A statement with very many lines, or with very many elements that mean nothing."""
    whole = camt053([Booked(-1, status="PDNG")])
    start, end = whole.index(b"<Ntry>"), whole.index(b"</Stmt>")
    block = whole[start:end] if what == "entries" else b"<x/>"
    block *= 8_000 // len(block)
    yield whole[:start]
    for _ in range(megabytes * 1_000_000 // len(block)):
        yield block
    yield whole[end:]


def peak_mb() -> int:
    """The most memory that the process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    read_camt053(a_source(camt053([Booked(-1)])))
    before = peak_mb()
    source = cast(BinaryIO, Stream(a_large_statement(sys.argv[1], int(sys.argv[2]))))
    (statement,) = read_camt053(source)
    print(before, peak_mb(), statement.unbooked)
