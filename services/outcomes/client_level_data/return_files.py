"""Writes a return as CSV, and reads one that another system wrote."""

import csv
from collections.abc import Iterable
from pathlib import Path

from services.outcomes.domain.client_level_data.rows import Row
from services.outcomes.domain.client_level_data.specification import Specification


class ReturnRefused(Exception):
    """A file that is no return: its columns are not those of the release."""


def write_return(specification: Specification, rows: Iterable[Row], file: Path) -> int:
    """Write rows under the names of their fields; returns how many."""
    count = 0
    with file.open("w", newline="", encoding="utf-8") as target:
        writer = csv.DictWriter(target, [one.name for one in specification.fields])
        writer.writeheader()
        for row in rows:
            writer.writerow(row)
            count += 1
    return count


def read_return(specification: Specification, file: Path) -> list[Row]:
    """Read a return's rows.

    Raises:
        ReturnRefused: a column is missing, unknown or stands twice, or a row has not one value for each.
    """
    # Excel writes a mark at the beginning that is no part of the first column's name.
    with file.open(newline="", encoding="utf-8-sig") as source:
        reader = csv.DictReader(source)
        columns = list(reader.fieldnames or ())
        names = [one.name for one in specification.fields]
        missing, unknown = set(names) - set(columns), set(columns) - set(names)
        if missing or unknown or len(columns) != len(names):
            told = [f"missing: {', '.join(sorted(missing))}"] * bool(missing)
            told += [f"unknown: {', '.join(sorted(unknown))}"] * bool(unknown)
            raise ReturnRefused(f"{file.name}: {'; '.join(told) or 'a column stands twice'}")
        rows = list(reader)
    for number, row in enumerate(rows, 1):
        if None in row or None in row.values():
            raise ReturnRefused(f"{file.name}: row {number} has not {len(names)} values")
    return [dict(row) for row in rows]
