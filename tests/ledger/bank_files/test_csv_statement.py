"""Statements as CSV, read by a council's own mapping; and the feed of a card company."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ledger.bank_files.csv_mapping import PREPAID_CARD, CsvMapping, mapping_of
from services.ledger.bank_files.csv_statement import read_csv
from services.ledger.bank_files.refusals import (
    CurrencyUnknown,
    EncodingWrong,
    FieldInvalid,
    FileUnreadable,
    MappingInvalid,
)
from services.ledger.domain.bank import Statement, StatementDoesNotAddUp
from tests.ledger.bank_files.bank_answers import ACCOUNT, CARDS, CSV, a_source, pounds

BANK: dict[str, Any] = {
    "date": "Date",
    "paid_in": "Paid in",
    "paid_out": "Paid out",
    "text": ["Description"],
    "kind": "Type",
    "balance": "Balance",
}
PLAIN = CsvMapping(date="date", amount="amount", text=("text",), date_format="%Y-%m-%d", thousands="")


def statement(data: bytes, mapping: CsvMapping | None = None) -> Statement:
    (only,) = read_csv(a_source(data), mapping or mapping_of(BANK), ACCOUNT)
    return only


def test_a_bank_s_columns_become_lines_that_add_up() -> None:
    told = statement(CSV)

    assert (told.account, told.opening_pence, told.closing_pence) == (ACCOUNT, 100_000, 264_150)
    assert [line.amount_pence for line in told.lines] == [-1_250, 166_000, -300, -300]
    assert (told.lines[0].booked_on, told.lines[0].text, told.lines[0].kind) == (
        date(2026, 5, 4),
        "Brookside Day Centre",
        "CARD",
    )


def test_two_equal_lines_of_a_day_are_two_lines() -> None:
    shop = statement(CSV).lines[2:]

    assert shop[0].text == shop[1].text
    assert shop[0].line_id != shop[1].line_id


def test_the_newest_line_may_come_first() -> None:
    heading, *lines = CSV.splitlines(keepends=True)
    told = statement(heading + b"".join(reversed(lines)), mapping_of({**BANK, "order": "newest_first"}))

    assert (told.opening_pence, told.closing_pence) == (100_000, 264_150)
    assert {line.line_id for line in told.lines} == {line.line_id for line in statement(CSV).lines}


def test_balances_that_do_not_follow_from_the_lines_are_refused_with_the_line() -> None:
    with pytest.raises(StatementDoesNotAddUp, match="line 4"):
        statement(CSV.replace(b"2,644.50", b"2,644.51"))


def test_a_minus_before_what_was_paid_out_means_the_same() -> None:
    assert statement(CSV.replace(b",12.50,", b",-12.50,")) == statement(CSV)


def test_a_card_company_counts_what_was_spent() -> None:
    spent = b"date,amount,text\n2026-05-04,12.50,Shop\n2026-05-05,-3.00,Refund\n"
    told = statement(spent, PLAIN.model_copy(update={"plus_means": "money_out"}))

    assert [line.amount_pence for line in told.lines] == [-1_250, 300]


def test_a_continental_file_is_read_as_it_is_written() -> None:
    mapping = mapping_of(
        {
            "date": "Datum",
            "amount": "Betrag",
            "text": ["Text"],
            "date_format": "%d.%m.%Y",
            "decimal": ",",
            "thousands": ".",
            "delimiter": ";",
            "encoding": "cp1252",
            "skip": 2,
        }
    )
    told = statement("Konto\n\nDatum;Betrag;Text\n04.05.2026;-1.250,5;Café\n".encode("cp1252"), mapping)

    assert (told.lines[0].amount_pence, told.lines[0].text) == (-125_050, "Café")


@pytest.mark.parametrize(
    ("written", "pence"),
    [
        ("£1,660.00", 166_000),
        ("-£3", -300),
        ("£-3", -300),
        ("\N{MINUS SIGN}3.5", -350),
        ("+0.05", 5),
        (" 7 ", 700),
        ("1,234,567.89", 123_456_789),
    ],
)
def test_amounts_are_read_as_banks_write_them(written: str, pence: int) -> None:
    data = f'date,amount,text\n2026-05-04,"{written}",Shop\n'.encode()

    assert statement(data, PLAIN.model_copy(update={"thousands": ","})).lines[0].amount_pence == pence


@pytest.mark.parametrize(
    "written",
    [
        "",
        "12.345",
        "12.",
        ".5",
        "1e3",
        "NaN",
        "inf",
        "--5",
        "1,66.00",
        "1660,00",
        "12 50",
        "٣",
        "0x10",
        "9" * 30,
        "90071992547409.93",
        "£",
    ],
)
def test_what_is_no_amount_is_refused_with_line_and_column(written: str) -> None:
    with pytest.raises(FieldInvalid) as refused:
        statement(
            f'date,amount,text\n2026-05-04,"{written}",Shop\n'.encode(), PLAIN.model_copy(update={"thousands": ","})
        )

    assert (refused.value.record, refused.value.field) == ("line 2", "amount")


@pytest.mark.parametrize(
    "written", ["2026-02-30", "2026-13-01", "04/05/2026", "", "2026-05-04T10:00", "0202-05-04", "٢٠٢٦-05-04"]
)
def test_what_is_no_date_is_refused_with_line_and_column(written: str) -> None:
    with pytest.raises(FieldInvalid) as refused:
        statement(
            f"date,amount,text\n2026-05-04,1,a\n{written},1,b\n".encode(),
            PLAIN.model_copy(update={"date_format": "%Y-%m-%d"}),
        )

    assert (refused.value.record, refused.value.field) == ("line 3", "date")


@pytest.mark.parametrize("line", [b"04/05/2026,CARD,Shop,1.00,1.00,986.50", b"04/05/2026,CARD,Shop,,,987.50"])
def test_a_line_has_money_in_or_out_and_not_both_or_neither(line: bytes) -> None:
    with pytest.raises(FieldInvalid, match="one of the two"):
        statement(CSV + line + b"\n")


def test_a_column_of_zeros_beside_the_amount_is_no_second_amount() -> None:
    assert statement(CSV.replace(b"12.50,,", b"12.50,0.00,")) == statement(CSV)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(-(10**7), 10**7),
            st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=20),
        ),
        max_size=30,
    )
)
def test_any_file_comes_back_to_the_penny_and_with_the_same_ids_each_time(lines: list[tuple[int, str]]) -> None:
    rows = "".join(
        f'2026-05-04,{"-" if pence < 0 else ""}{pounds(pence)},"{text.replace(chr(34), chr(34) * 2)}"\n'
        for pence, text in lines
    )
    data = ("date,amount,text\n" + rows).encode()
    told, again = statement(data, PLAIN), statement(data, PLAIN)

    assert [line.amount_pence for line in told.lines] == [pence for pence, _ in lines]
    assert len({line.line_id for line in told.lines}) == len(lines)
    assert told == again


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"text": []}, "text"),
        ({"amount": "Amount"}, "column"),
        ({"paid_in": None}, "paid in"),
        ({"paid_in": None, "paid_out": None}, "column"),
        ({"decimal": ","}, "alike"),
        ({"decimal": ";"}, "decimal"),
        ({"status": "Status"}, "status"),
        ({"date_format": "%d/%m"}, "date format"),
        ({"date_format": "\x00"}, "date format"),
        ({"encoding": "rot13"}, "encoding"),
        ({"skip": -1}, "skip"),
        ({"colour": "red"}, "colour"),
        ({"date": ""}, "date"),
    ],
)
def test_a_mapping_that_contradicts_itself_is_refused_before_any_file(change: dict[str, Any], part: str) -> None:
    with pytest.raises(MappingInvalid, match=part):
        mapping_of({**BANK, **change})


def test_every_fault_of_a_mapping_is_told_at_once() -> None:
    with pytest.raises(MappingInvalid) as refused:
        mapping_of({"amount": "Amount", "skip": "many", "colour": "red"})

    assert len(refused.value.faults) == 4


def test_a_file_without_the_mapping_s_columns_is_refused_with_their_names() -> None:
    with pytest.raises(MappingInvalid, match=r"no column 'Paid in'; .*two columns 'Date'"):
        statement(CSV.replace(b"Paid in", b"Date"))


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (CSV + b"06/05/2026,CARD,Shop\n", "line 6"),
        (CSV + b"06/05/2026,CARD,a,b,1.00,,2640.50\n", "line 6"),
        (CSV + b'06/05/2026,CARD,"Sho', "line 6"),
        (CSV + b'06/05/2026,CARD,"Shop"x,1.00,,2640.50\n', "line 6"),
    ],
)
def test_a_row_that_breaks_off_or_is_not_formed_is_refused(data: bytes, line: str) -> None:
    with pytest.raises(FileUnreadable, match=line):
        statement(data)


@pytest.mark.parametrize("data", [CSV.replace(b"Corner", b"Caf\xe9"), CSV.decode().encode("utf-16")])
def test_another_encoding_than_the_mapping_s_is_refused(data: bytes) -> None:
    with pytest.raises((EncodingWrong, MappingInvalid)):
        statement(data)


def test_characters_that_cannot_be_stored_are_refused() -> None:
    with pytest.raises(FieldInvalid, match="cannot be shown"):
        statement(CSV.replace(b"Corner", b"Cor\x00ner"))


def test_empty_rows_and_a_byte_order_mark_do_no_harm() -> None:
    assert statement(b"\xef\xbb\xbf" + CSV.replace(b"\n", b"\r\n") + b",,,,,\r\n\r\n") == statement(CSV)


def test_nobody_says_whose_file_it_is() -> None:
    with pytest.raises(FileUnreadable, match="account"):
        read_csv(a_source(CSV), mapping_of(BANK))


def test_a_card_feed_has_a_statement_for_each_card_and_only_what_is_settled() -> None:
    one, other = read_csv(a_source(CARDS), PREPAID_CARD)

    assert [(line.amount_pence, line.kind) for line in one.lines] == [
        (66_000, "load"),
        (-2_000, "purchase"),
        (1_250, "refund"),
    ]
    assert (one.account, one.unbooked, other.account) == ("C-77", 1, "C-78")
    assert (other.lines[0].merchant_category, other.lines[0].counterparty) == ("7995", "High Street Bets")
    assert (one.lines[0].text, one.lines[1].text) == ("Load from Example Council", "Brookside Day Centre")


def test_a_card_payment_in_another_currency_is_refused_with_its_line() -> None:
    with pytest.raises(CurrencyUnknown, match="line 3, currency"):
        read_csv(a_source(CARDS.replace(b"-20.00,GBP", b"-20.00,EUR")), PREPAID_CARD)


def test_a_line_of_nobody_s_card_is_refused() -> None:
    with pytest.raises(FieldInvalid, match="line 4, card_id"):
        read_csv(a_source(CARDS.replace(b"C-78", b"")), PREPAID_CARD)
