"""Rows of a CSV file as dictionaries, with the line of each, or the reason why not."""

import csv
import io
from collections.abc import Collection, Iterator
from typing import BinaryIO

from services.ledger.bank_files.bounded import MOST_BYTES, at_most, bounded
from services.ledger.bank_files.field_values import printable, shown
from services.ledger.bank_files.refusals import EncodingWrong, FileUnreadable, MappingInvalid


def rows(
    source: BinaryIO,
    columns: Collection[str],
    *,
    encoding: str = "utf-8-sig",
    delimiter: str = ",",
    skip: int = 0,
    most_bytes: int = MOST_BYTES,
) -> Iterator[tuple[str, dict[str, str]]]:
    """Each row with a name for it, such as ``line 12``; empty rows are passed over.

    Raises:
        MappingInvalid: a column is missing, or there twice.
        FileUnreadable: a row has more or fewer fields than the heading, or a quotation that does not end.
        EncodingWrong: bytes that the encoding does not know.
        FileTooLarge: more bytes or rows than allowed.
    """
    text = io.TextIOWrapper(bounded(source, most_bytes), encoding, errors="strict", newline="")
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    try:
        for _ in range(skip):
            next(reader, None)
        heading = [name.strip() for name in next(reader, [])]
        _must_have(heading, columns)
        for row in at_most(reader):
            if not any(field.strip() for field in row):
                continue
            record = f"line {reader.line_num}"
            if len(row) != len(heading):
                raise FileUnreadable(f"{record}: it has {len(row)} fields, and the heading has {len(heading)}")
            yield (
                record,
                {name: printable(field, record, name).strip() for name, field in zip(heading, row, strict=True)},
            )
    except csv.Error as fault:
        raise FileUnreadable(f"line {reader.line_num}: {fault}") from None
    except UnicodeError as fault:
        raise EncodingWrong(f"after line {reader.line_num}: a byte that {encoding} does not know") from fault


def _must_have(heading: list[str], columns: Collection[str]) -> None:
    faults = [f"the file has no column {shown(name)}" for name in columns if name not in heading]
    faults += [f"the file has two columns {shown(name)}" for name in columns if heading.count(name) > 1]
    if faults:
        raise MappingInvalid(faults)
