"""Tables as CSV that a spreadsheet opens and does not run."""

import csv
import io
from collections.abc import Iterable, Sequence

#: What a spreadsheet takes for the start of a formula.
_RUNS = ("=", "+", "-", "@", "\t", "\r")


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table as CSV, as in RFC 4180; text that a spreadsheet would run gets an apostrophe before it."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return written.getvalue()


class Number(str):
    """A cell that is a number already, and no formula whatever it begins with."""

    __slots__ = ()


def in_pounds(pence: int) -> Number:
    """A sum as a plain number of pounds with two decimals, for programs."""
    return Number(f"{'-' if pence < 0 else ''}{abs(pence) // 100}.{abs(pence) % 100:02}")


def _cell(value: object) -> object:
    if isinstance(value, str) and not isinstance(value, Number) and value.startswith(_RUNS):
        return f"'{value}"
    return value
