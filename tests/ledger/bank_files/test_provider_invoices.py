"""Providers' invoices: the same lines as CSV and as JSON lines."""

from datetime import date
from decimal import Decimal

import pytest

from services.ledger.bank_files.provider_invoices import read_invoices_csv, read_invoices_jsonl
from services.ledger.bank_files.refusals import (
    CurrencyUnknown,
    EncodingWrong,
    FieldInvalid,
    FileUnreadable,
    MappingInvalid,
)
from tests.ledger.bank_files.bank_answers import INVOICES_CSV, INVOICES_JSONL, a_source


def test_an_invoice_says_what_was_done_for_whom() -> None:
    first, second, credit = read_invoices_csv(a_source(INVOICES_CSV))

    assert (first.provider, first.invoice, first.person_ref, first.item) == (
        "Oak Care Ltd",
        "INV-1",
        "P-1001",
        "care.personal",
    )
    assert (first.starts_on, first.ends_on) == (date(2026, 5, 4), date(2026, 5, 10))
    assert (first.hours, first.amount_pence) == (Decimal("14.50"), 29_000)
    assert (second.hours, second.amount_pence) == (None, 4_510)
    assert (credit.hours, credit.amount_pence) == (Decimal("-2"), -4_000)


def test_both_forms_are_the_same_lines_with_the_same_ids() -> None:
    assert read_invoices_csv(a_source(INVOICES_CSV)) == read_invoices_jsonl(a_source(INVOICES_JSONL))


def test_a_numbered_line_keeps_its_id_when_its_sum_changes() -> None:
    before = read_invoices_csv(a_source(INVOICES_CSV))[0]
    after = read_invoices_csv(a_source(INVOICES_CSV.replace(b"290.00", b"300.00")))[0]

    assert (before.line_id, after.amount_pence) == (after.line_id, 30_000)


def test_equal_lines_without_a_number_are_two_lines_each_time() -> None:
    heading, first, *_ = INVOICES_CSV.replace(b"INV-1,1,", b"INV-1,,").splitlines(keepends=True)
    lines = read_invoices_csv(a_source(heading + first + first))

    assert lines[0].line_id != lines[1].line_id
    assert lines == read_invoices_csv(a_source(heading + first + first))


@pytest.mark.parametrize(
    ("old", "new", "record", "field"),
    [
        (b"290.00", b"290.001", "line 2", "sum"),
        (b"290.00", b"", "line 2", "sum"),
        (b"14.50", b"14.505", "line 2", "hours"),
        (b"14.50", b"9000", "line 2", "hours"),
        (b"2026-05-04,2026-05-10,14.50", b"2026-02-30,2026-05-10,14.50", "line 2", "from"),
        (b"2026-05-04,2026-05-10,14.50", b"2026-05-11,2026-05-10,14.50", "line 2", "to"),
        (b"P-1002", b"", "line 3", "person_ref"),
        (b"INV-1,2", b",2", "line 3", "invoice"),
    ],
)
def test_a_line_that_cannot_be_is_refused_with_its_place(old: bytes, new: bytes, record: str, field: str) -> None:
    with pytest.raises(FieldInvalid) as refused:
        read_invoices_csv(a_source(INVOICES_CSV.replace(old, new)))

    assert (refused.value.record, refused.value.field) == (record, field)


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (b'{"provider": "Oak"}', "invoice"),
        (INVOICES_JSONL.splitlines()[0].replace(b"290.00", b"true"), "sum"),
        (INVOICES_JSONL.splitlines()[0].replace(b"290.00", b"[1]"), "sum"),
        (INVOICES_JSONL.splitlines()[0].replace(b"290.00", b"2.9e2"), "sum"),
        (INVOICES_JSONL.splitlines()[0].replace(b"Oak Care", b"Oak\\u0000Care"), "provider"),
        (INVOICES_JSONL.splitlines()[0].replace(b"Oak Care", b"Oak\\ud800Care"), "provider"),
    ],
)
def test_an_object_with_a_wrong_value_is_refused_with_its_name(line: bytes, field: str) -> None:
    with pytest.raises(FieldInvalid) as refused:
        read_invoices_jsonl(a_source(INVOICES_JSONL + line))

    assert (refused.value.record, refused.value.field) == ("line 5", field)


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"[]",
        b"null",
        b'{"sum": NaN}',
        b'{"sum": 1, "sum": 2}',
        b"[" * 20_000,
        INVOICES_JSONL.splitlines()[0].replace(b"Oak", b"O" * 70_000),
    ],
)
def test_a_line_that_is_no_object_is_refused(line: bytes) -> None:
    with pytest.raises(FileUnreadable, match="line 5"):
        read_invoices_jsonl(a_source(INVOICES_JSONL + line))


def test_other_bytes_than_utf_8_are_refused() -> None:
    with pytest.raises(EncodingWrong, match="line 1"):
        read_invoices_jsonl(a_source(INVOICES_JSONL.replace(b"Oak", b"\xe9")))


def test_another_currency_is_refused() -> None:
    told = (
        INVOICES_CSV.replace(b",sum\n", b",sum,currency\n")
        .replace(b"290.00", b"290.00,EUR")
        .replace(b"45.10", b"45.10,GBP")
    )

    with pytest.raises(CurrencyUnknown, match="line 2"):
        read_invoices_csv(a_source(told.replace(b"-40.00", b"-40.00,")))


def test_a_file_without_a_needed_column_is_refused() -> None:
    with pytest.raises(MappingInvalid, match="'person_ref'"):
        read_invoices_csv(a_source(INVOICES_CSV.replace(b"person_ref", b"person")))
