"""OFX: what a bank offers its customers to download, with and without end tags."""

from datetime import date

import pytest

from services.ledger.bank_files.ofx import read_ofx
from services.ledger.bank_files.refusals import (
    CurrencyUnknown,
    EncodingWrong,
    FieldInvalid,
    FileUnreadable,
    FormatUnknown,
)
from services.ledger.domain.bank import BankFileRefused, Statement
from tests.ledger.bank_files.bank_answers import ACCOUNT, OFX_1, OFX_2, Booked, a_source, camt053


def statement(data: bytes) -> Statement:
    (only,) = read_ofx(a_source(data))
    return only


@pytest.mark.parametrize("data", [OFX_1, OFX_2])
def test_a_download_has_its_lines_and_its_balance(data: bytes) -> None:
    told = statement(data)
    out, paid_in = told.lines

    assert (told.account, told.opening_pence, told.closing_pence) == (ACCOUNT, None, 164_750)
    assert (out.booked_on, out.amount_pence, out.bank_reference) == (date(2026, 5, 4), -1_250, "F-1")
    assert (out.text, out.counterparty, out.kind) == ("Day centre", "Brookside & Co", "DEBIT")
    assert (paid_in.amount_pence, paid_in.text) == (66_000, "Café Council")


def test_both_versions_of_a_download_are_the_same_lines() -> None:
    assert statement(OFX_1) == statement(OFX_2)


def test_a_bank_that_ends_only_some_tags_is_understood() -> None:
    assert statement(OFX_2.replace(b"</TRNAMT>", b"").replace(b"</FITID>", b"")) == statement(OFX_2)


def test_a_credit_card_has_an_account_too() -> None:
    card = (
        OFX_1.replace(b"BANKMSGSRSV1", b"CREDITCARDMSGSRSV1")
        .replace(b"STMTTRNRS", b"CCSTMTTRNRS")
        .replace(b"STMTRS", b"CCSTMTRS")
        .replace(
            b"<BANKACCTFROM><BANKID>200915<ACCTID>41011166<ACCTTYPE>CHECKING</BANKACCTFROM>",
            b"<CCACCTFROM><ACCTID>C-77</CCACCTFROM>",
        )
    )

    assert statement(card).account == "C-77"


def test_a_continental_comma_is_read_as_a_point() -> None:
    assert statement(OFX_1.replace(b"-12.50", b"-12,50")).lines[0].amount_pence == -1_250


@pytest.mark.parametrize(
    ("old", "new", "record", "field"),
    [
        (b"20260505", b"20260230", "transaction 2", "DTPOSTED"),
        (b"20260505", b"", "transaction 2", "DTPOSTED"),
        (b"660.00", b"660.001", "transaction 2", "TRNAMT"),
        (b"660.00", b"", "transaction 2", "TRNAMT"),
        (b"660.00", b"1,660.00", "transaction 2", "TRNAMT"),
        (b"<BANKID>200915<ACCTID>41011166", b"", "transaction 1", "ACCTID"),
        (b"F-2", b"F\x00-2", "transaction 2", "FITID"),
        (b"1647.50", b"much", "the balance", "BALAMT"),
    ],
)
def test_a_line_that_cannot_be_is_refused_with_its_place(old: bytes, new: bytes, record: str, field: str) -> None:
    with pytest.raises(FieldInvalid) as refused:
        statement(OFX_1.replace(old, new))

    assert (refused.value.record, refused.value.field) == (record, field)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<CURDEF>GBP", b"<CURDEF>USD"),
        (b"<CURDEF>GBP", b""),
        (b"<FITID>F-2", b"<CURRENCY><CURRATE>1.2<CURSYM>EUR</CURRENCY><FITID>F-2"),
    ],
)
def test_another_currency_is_refused(old: bytes, new: bytes) -> None:
    with pytest.raises(CurrencyUnknown):
        statement(OFX_1.replace(old, new))


def test_what_was_spent_abroad_and_booked_in_sterling_is_taken() -> None:
    abroad = OFX_1.replace(b"<FITID>F-2", b"<ORIGCURRENCY><CURRATE>1.2<CURSYM>EUR</ORIGCURRENCY><FITID>F-2")

    assert statement(abroad) == statement(OFX_1)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"</STMTTRN>\n</BANKTRANLIST>", b"</BANKTRANLIST>"),
        (b"</OFX>", b""),
        (b"</OFX>", b"</OFX><OFX></OFX>"),
        (b"<MEMO>Day centre", b"<!ENTITY x 'y'><MEMO>&x;"),
        (b"<MEMO>Day centre", b"<MEMO>" + b"x" * 200_000),
    ],
)
def test_a_file_that_is_not_formed_as_ofx_is_refused(old: bytes, new: bytes) -> None:
    with pytest.raises(FileUnreadable):
        statement(OFX_1.replace(old, new))


@pytest.mark.parametrize(
    "data",
    [
        OFX_1.replace(b"CHARSET:1252", b"CHARSET:NONE"),
        OFX_1.replace(b"1252", b"437"),
        OFX_2.replace("é".encode(), b"\xe9"),
    ],
)
def test_bytes_that_the_header_s_encoding_does_not_know_are_refused(data: bytes) -> None:
    with pytest.raises(EncodingWrong):
        statement(data)


@pytest.mark.parametrize("data", [b"", b"<html>", camt053([Booked()]), b"x" * 5000 + OFX_1])
def test_what_is_no_ofx_file_is_refused(data: bytes) -> None:
    with pytest.raises(FormatUnknown):
        statement(data)


def test_a_file_without_a_statement_is_refused() -> None:
    with pytest.raises(BankFileRefused, match="no statement"):
        statement(b"OFXHEADER:100\n<OFX></OFX>")
