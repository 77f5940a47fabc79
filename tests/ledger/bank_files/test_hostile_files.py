"""Files that somebody spoiled, cut off or made to do harm: refused by name, and nothing of them used."""

import contextlib
import io
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.ledger.bank_files import iso20022_reading
from services.ledger.bank_files.bounded import MOST_BYTES, at_most, bounded
from services.ledger.bank_files.camt053 import read_camt053
from services.ledger.bank_files.csv_mapping import PREPAID_CARD, mapping_of
from services.ledger.bank_files.csv_statement import read_csv
from services.ledger.bank_files.ofx import read_ofx
from services.ledger.bank_files.pain002 import read_pain002
from services.ledger.bank_files.provider_invoices import read_invoices_csv, read_invoices_jsonl
from services.ledger.bank_files.refusals import FileTooLarge, FileUnreadable
from services.ledger.domain.bank import BankFileRefused
from tests.ledger.bank_files.bank_answers import (
    ACCOUNT,
    CARDS,
    CSV,
    INVOICES_CSV,
    INVOICES_JSONL,
    OFX_1,
    OFX_2,
    Booked,
    a_source,
    camt053,
    pain002,
)

CAMT = camt053([Booked(-1_250, reference="R-1"), Booked(66_000, text="Four weeks")])
PAIN = pain002([("P1", "ACSC", ""), ("P2", "RJCT", "AC04")], whole="PART", told="closed")
BANK = mapping_of(
    {"date": "Date", "paid_in": "Paid in", "paid_out": "Paid out", "text": ["Description"], "balance": "Balance"}
)


@dataclass(frozen=True)
class Kind:
    """A kind of file: how it is read, one that is well, and whether it shows when one is cut off."""

    read: Callable[..., Any]
    well: bytes
    cut_shows: bool


def read_bank_csv(source: BinaryIO, most_bytes: int = MOST_BYTES) -> Any:
    return read_csv(source, BANK, ACCOUNT, most_bytes)


def read_cards(source: BinaryIO, most_bytes: int = MOST_BYTES) -> Any:
    return read_csv(source, PREPAID_CARD, most_bytes=most_bytes)


KINDS = {
    "camt053": Kind(read_camt053, CAMT, True),
    "pain002": Kind(read_pain002, PAIN, True),
    "ofx 1": Kind(read_ofx, OFX_1, True),
    "ofx 2": Kind(read_ofx, OFX_2, True),
    "csv": Kind(read_bank_csv, CSV, False),
    "cards": Kind(read_cards, CARDS, False),
    "invoices csv": Kind(read_invoices_csv, INVOICES_CSV, False),
    "invoices jsonl": Kind(read_invoices_jsonl, INVOICES_JSONL, False),
}
EVERY_KIND = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


@EVERY_KIND
def test_a_file_cut_off_anywhere_is_refused_or_is_whole_up_to_a_line(kind: Kind) -> None:
    """A CSV file has no end of its own; there only balances show what is missing."""
    for end in range(len(kind.well.rstrip())):
        try:
            kind.read(a_source(kind.well[:end]))
        except BankFileRefused:
            continue
        assert not kind.cut_shows, f"the file cut off after {end} bytes was taken in"


@EVERY_KIND
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_spoiled_file_is_refused_by_name_or_taken(kind: Kind, data: st.DataObject) -> None:
    """Bytes put in, taken out or changed in a good file: whatever comes of it, no other error gets out."""
    spoiled = bytearray(kind.well)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(spoiled)))
        spoiled[place : place + data.draw(st.integers(0, 6))] = data.draw(st.binary(max_size=6))
    with contextlib.suppress(BankFileRefused):
        kind.read(a_source(bytes(spoiled)))


@EVERY_KIND
@settings(max_examples=100, deadline=None)
@given(noise=st.binary(max_size=400))
def test_noise_is_refused(kind: Kind, noise: bytes) -> None:
    with pytest.raises(BankFileRefused):
        kind.read(a_source(noise or b"\xff"))


@EVERY_KIND
@settings(max_examples=60, deadline=None)
@given(noise=st.text(max_size=200))
def test_a_good_file_with_noise_in_place_of_a_value_is_refused_by_name_or_taken(kind: Kind, noise: str) -> None:
    for value in (b"2026-05-04", b"04/05/2026", b"20260504", b"12.50", b"GBP", b"Brookside"):
        with contextlib.suppress(BankFileRefused):
            kind.read(a_source(kind.well.replace(value, noise.encode("utf-8", "surrogatepass"))))


BOMB = "<!DOCTYPE x [<!ENTITY a0 'ha'>" + "".join(
    f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12)
)  # ten to the eleventh


@pytest.mark.parametrize(
    "doctype",
    [
        f"{BOMB}]>",
        '<!DOCTYPE x [<!ENTITY a11 SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">',
        "<!DOCTYPE x>",
    ],
)
@pytest.mark.parametrize("kind", [KINDS["camt053"], KINDS["pain002"]], ids=["camt053", "pain002"])
@pytest.mark.timeout(20)
def test_a_message_that_defines_or_fetches_entities_is_refused_before_anything_is_read(
    kind: Kind, doctype: str
) -> None:
    head, body = kind.well.decode().split("\n", 1)
    uses = body.replace("Brookside", "&a11;").replace("closed", "&a11;") if "a11" in doctype else body

    with pytest.raises(FileUnreadable):
        kind.read(a_source(f"{head}\n{doctype}{uses}".encode()))


@pytest.mark.timeout(20)
def test_a_bomb_that_is_no_message_at_all_is_refused_too() -> None:
    with pytest.raises(BankFileRefused):
        read_camt053(a_source(f"{BOMB}]><x y='&a11;'>&a11;</x>".encode()))


def test_elements_without_end_in_depth_are_refused() -> None:
    deep = CAMT.replace(b"Brookside Day Centre", b"<a>" * 5_000 + b"</a>" * 5_000)

    with pytest.raises(FileUnreadable):
        read_camt053(a_source(deep))


@EVERY_KIND
def test_a_file_larger_than_allowed_is_refused(kind: Kind) -> None:
    kind.read(a_source(kind.well), most_bytes=len(kind.well))
    with pytest.raises(FileTooLarge, match=str(len(kind.well) - 1)):
        kind.read(a_source(kind.well), most_bytes=len(kind.well) - 1)


class Endless(io.RawIOBase):
    """A good beginning, then one character for ever: a reader that does not count never comes back."""

    def __init__(self, beginning: bytes, then: bytes) -> None:
        super().__init__()
        self._beginning, self._then = io.BytesIO(beginning), then

    def read(self, size: int = -1) -> bytes:
        return self._beginning.read(size) or self._then * size


@EVERY_KIND
@pytest.mark.parametrize("then", [b" ", b"x", b"\n", b"<", b'"', b"\x00"])
@pytest.mark.timeout(60)
def test_a_file_without_end_is_refused(kind: Kind, then: bytes) -> None:
    with pytest.raises(BankFileRefused):
        kind.read(Endless(kind.well, then), most_bytes=3_000_000)


def test_lines_are_counted() -> None:
    assert list(at_most("abc", 3)) == ["a", "b", "c"]
    with pytest.raises(FileTooLarge, match="more than 2 lines"):
        list(at_most("abc", 2))


@pytest.mark.parametrize("limit", ["MOST_ELEMENTS", "MOST_ELEMENTS_OF_A_RECORD"])
def test_a_message_of_crumbs_is_refused_before_they_take_up_the_day(
    limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(iso20022_reading, limit, 1_000)
    crowded = CAMT.replace(b"<RmtInf>", b"<x/>" * 1_001 + b"<RmtInf>", 1)

    assert read_camt053(a_source(CAMT))
    with pytest.raises(FileTooLarge, match="elements"):
        read_camt053(a_source(crowded))


def test_the_caller_s_file_stays_open() -> None:
    source = a_source(CSV)
    bounded(source).close()
    read_bank_csv(source)

    assert not source.closed


@pytest.mark.parametrize(("what", "megabytes"), [("entries", 30), ("crumbs", 4)])
def test_memory_does_not_grow_with_the_size_of_a_statement(what: str, megabytes: int) -> None:
    """A process of its own, because memory is told for a whole process."""
    told = subprocess.run(
        [sys.executable, "-m", "tests.ledger.bank_files.large_statement", what, str(megabytes)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    before_mb, after_mb, left_out = map(int, told.stdout.split())

    assert left_out > (50_000 if what == "entries" else -1)
    assert after_mb - before_mb < megabytes / 2 + 2
