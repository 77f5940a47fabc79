"""Providers' invoices, as CSV and as JSON lines, in the columns that we ask of them."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, BinaryIO

from services.ledger.bank_files.bounded import MOST_BYTES, at_most, bounded
from services.ledger.bank_files.delimited import rows
from services.ledger.bank_files.field_values import day_of, must_be_sterling, one_line, pence_of, printable, shown
from services.ledger.bank_files.refusals import EncodingWrong, FieldInvalid, FileUnreadable
from services.ledger.domain.bank import InvoiceLine
from services.ledger.domain.bank_lines import LineIdentities

_NEEDED = ("provider", "invoice", "person_ref", "item", "from", "to", "sum")
_MAY_BE = ("line", "hours", "currency")
_LONGEST_JSON_LINE = 64 * 1024
_HOURS_IN_A_YEAR = 8784


def read_invoices_csv(source: BinaryIO, most_bytes: int = MOST_BYTES) -> tuple[InvoiceLine, ...]:
    """Read CSV with the columns provider, invoice, person_ref, item, from, to, sum; line, hours, currency may be.

    Raises:
        BankFileRefused: what is wrong, and where.
    """
    return _lines(rows(source, _NEEDED, most_bytes=most_bytes))


def read_invoices_jsonl(source: BinaryIO, most_bytes: int = MOST_BYTES) -> tuple[InvoiceLine, ...]:
    """Read JSON lines, an object a line with the names of the CSV file; sums and hours as numbers or text.

    Raises:
        BankFileRefused: what is wrong, and where.
    """
    return _lines(_objects(source, most_bytes))


def _objects(source: BinaryIO, most_bytes: int) -> Iterator[tuple[str, dict[str, str]]]:
    stream = bounded(source, most_bytes)
    for number, line in enumerate(at_most(iter(lambda: stream.readline(_LONGEST_JSON_LINE), b"")), 1):
        record = f"line {number}"
        if not line.strip():
            continue
        try:
            told = json.loads(line, parse_float=str, parse_int=str, parse_constant=_no_number, object_pairs_hook=_once)
        except UnicodeDecodeError:
            raise EncodingWrong(f"{record}: it is not UTF-8") from None
        except (ValueError, RecursionError):
            raise FileUnreadable(f"{record}: it is no JSON object on one line") from None
        if not isinstance(told, dict):
            raise FileUnreadable(f"{record}: it is no JSON object")
        missing = [name for name in _NEEDED if name not in told]
        if missing:
            raise FieldInvalid(record, missing[0], "it is missing")
        yield record, {name: _text(told.get(name), record, name) for name in (*_NEEDED, *_MAY_BE)}


def _no_number(name: str) -> Any:
    raise ValueError(name)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a name is there twice")
    return dict(pairs)


def _text(value: Any, record: str, name: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise FieldInvalid(record, name, "it is neither text nor a number")
    return printable(value, record, name).strip()


def _lines(records: Iterator[tuple[str, dict[str, str]]]) -> tuple[InvoiceLine, ...]:
    identities = LineIdentities()
    lines = tuple(_line(record, row, identities) for record, row in records)
    if not lines:
        raise FileUnreadable("the file has no line of an invoice")
    return lines


def _line(record: str, row: dict[str, str], identities: LineIdentities) -> InvoiceLine:
    for name in ("provider", "invoice", "person_ref", "item"):
        if not row[name]:
            raise FieldInvalid(record, name, "it is empty")
    starts_on, ends_on = day_of(row["from"], record, "from"), day_of(row["to"], record, "to")
    if ends_on < starts_on:
        raise FieldInvalid(record, "to", "it is before the first day")
    must_be_sterling(row.get("currency") or "GBP", record, "currency")
    pence = pence_of(row["sum"], record, "sum")
    hours = _hours(row.get("hours", ""), record)
    content = [row["person_ref"], row["item"], str(starts_on), str(ends_on), str(hours), str(pence)]
    return InvoiceLine(
        line_id=identities.of_invoice(row["provider"], row["invoice"], row.get("line", ""), content),
        provider=one_line(row["provider"]),
        invoice=row["invoice"],
        person_ref=row["person_ref"],
        item=one_line(row["item"]),
        starts_on=starts_on,
        ends_on=ends_on,
        hours=hours,
        amount_pence=pence,
    )


def _hours(text: str, record: str) -> Decimal | None:
    """Hours to a hundredth, or none; a credit note may take some back."""
    if not text:
        return None
    hundredths = pence_of(text, record, "hours")
    if abs(hundredths) > _HOURS_IN_A_YEAR * 100:
        raise FieldInvalid(record, "hours", f"{shown(text)} hours are more than a year has")
    return Decimal(hundredths).scaleb(-2)
