"""camt.053: bank statements, in the version that most banks send and in that to which they move."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ledger.bank_files.camt053 import read_camt053
from services.ledger.bank_files.refusals import CurrencyUnknown, FieldInvalid, FileUnreadable, FormatUnknown
from services.ledger.domain.bank import LinePart, Statement, StatementDoesNotAddUp
from tests.ledger.bank_files.bank_answers import ACCOUNT, Booked, a_source, camt053, pain002


def statement(data: bytes) -> Statement:
    (only,) = read_camt053(a_source(data))
    return only


@pytest.mark.parametrize("version", ["02", "08"])
def test_a_statement_has_its_balances_and_lines(version: str) -> None:
    told = statement(
        camt053([Booked(-1_250, reference="R-1"), Booked(66_000, text="Four weeks", name="Council")], version=version)
    )
    out, paid_in = told.lines

    assert (told.account, told.opening_pence, told.closing_pence) == (ACCOUNT, 100_000, 164_750)
    assert (out.booked_on, out.value_on, out.amount_pence) == (date(2026, 5, 4), date(2026, 5, 4), -1_250)
    assert (out.text, out.counterparty, out.bank_reference) == ("Brookside Day Centre", "Brookside", "R-1")
    assert (out.end_to_end_id, out.kind, out.account) == ("E2E", "PMNT/ICDT/ESCT", ACCOUNT)
    assert (paid_in.amount_pence, paid_in.counterparty, paid_in.bank_reference) == (66_000, "Council", "")


def test_a_statement_reads_alike_in_each_version_and_however_the_account_is_named() -> None:
    lines = [Booked(-1_250), Booked(500, reference="R-1")]

    assert (
        statement(camt053(lines, version="02"))
        == statement(camt053(lines, version="08"))
        == statement(camt053(lines, version="08", iban=True))
    )


@settings(deadline=None)
@given(
    st.integers(-(10**9), 10**9),
    st.lists(
        st.builds(Booked, st.integers(-(10**7), 10**7).filter(bool), text=st.sampled_from(["Shop", "Bus", "PA"])),
        max_size=30,
    ),
)
def test_what_was_booked_comes_back_to_the_penny(opening: int, lines: list[Booked]) -> None:
    told = statement(camt053(lines, opening=opening))

    assert [line.amount_pence for line in told.lines] == [line.pence for line in lines]
    assert told.opening_pence == opening
    assert len({line.line_id for line in told.lines}) == len(lines)


def test_lines_that_do_not_lead_to_the_closing_balance_are_refused() -> None:
    with pytest.raises(StatementDoesNotAddUp, match=r"opens with 100000 .* come to -1250, and it closes with 98749"):
        statement(camt053([Booked(-1_250)], closing=98_749))


def test_what_is_not_booked_yet_is_counted_and_left_out() -> None:
    told = statement(camt053([Booked(-1_250), Booked(-900, status="PDNG"), Booked(-1, status="INFO")]))

    assert ([line.amount_pence for line in told.lines], told.unbooked) == ([-1_250], 2)


def test_a_payment_that_came_back_says_why() -> None:
    came_back = "<TxDtls><Refs><EndToEndId>P7</EndToEndId></Refs><RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf></TxDtls>"
    (line,) = statement(camt053([Booked(66_000, more=came_back)])).lines

    assert (line.amount_pence, line.end_to_end_id, line.return_reason) == (66_000, "P7", "AC04")


@pytest.mark.parametrize(
    ("version", "amount"),
    [
        ("02", '<AmtDtls><TxAmt><Amt Ccy="GBP">{}</Amt></TxAmt></AmtDtls>'),
        ("08", '<Amt Ccy="GBP">{}</Amt><CdtDbtInd>DBIT</CdtDbtInd>'),
    ],
)
def test_a_run_booked_as_one_line_keeps_its_payments(version: str, amount: str) -> None:
    details = "".join(
        f"<TxDtls><Refs><EndToEndId>{name}</EndToEndId></Refs>{amount.format(sum_)}"
        f"<RmtInf><Ustrd>to {name}</Ustrd></RmtInf></TxDtls>"
        for name, sum_ in (("P1", "660.00"), ("P2", "0.5"))
    )
    (line,) = statement(camt053([Booked(-66_050, more=details)], version=version)).lines

    assert line.parts == (LinePart("P1", -66_000, "", "to P1"), LinePart("P2", -50, "", "to P2"))
    assert (line.amount_pence, line.end_to_end_id) == (-66_050, "")


def changed(old: str, new: str) -> bytes:
    text = camt053([Booked(-1_250), Booked(-1_000)]).decode()
    assert text.count(old) > 0
    head, _, tail = text.rpartition(old)
    return (head + new + tail).encode()


@pytest.mark.parametrize(
    ("data", "record", "field"),
    [
        (changed("<BookgDt><Dt>2026-05-04", "<BookgDt><Dt>2026-02-30"), "entry 2", "BookgDt"),
        (changed("<BookgDt><Dt>2026-05-04", "<BookgDt><Dt>0026-05-04"), "entry 2", "BookgDt"),
        (changed("<BookgDt><Dt>2026-05-04</Dt></BookgDt>", ""), "entry 2", "BookgDt"),
        (
            changed(">10.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>", ">10.001</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>"),
            "entry 2",
            "Amt",
        ),
        (
            changed(">10.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>", ">-10.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>"),
            "entry 2",
            "Amt",
        ),
        (
            changed(">10.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>", ">1e3</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>"),
            "entry 2",
            "Amt",
        ),
        (changed("<CdtDbtInd>DBIT</CdtDbtInd><Sts>", "<CdtDbtInd>BOTH</CdtDbtInd><Sts>"), "entry 2", "CdtDbtInd"),
        (changed("<Cd>BOOK</Cd>", "<Cd>DONE</Cd>"), "entry 2", "Sts"),
        (changed("<Id>41011166</Id>", "<Id/>"), "entry 1", "Acct"),
    ],
)
def test_a_line_that_cannot_be_is_refused_with_its_place(data: bytes, record: str, field: str) -> None:
    with pytest.raises(FieldInvalid) as refused:
        statement(data)

    assert (refused.value.record, refused.value.field) == (record, field)


def test_an_amount_in_euros_is_refused() -> None:
    with pytest.raises(CurrencyUnknown, match="EUR"):
        statement(
            camt053([Booked()]).replace(
                b'Ccy="GBP">12.50</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>',
                b'Ccy="EUR">12.50</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>',
            )
        )


def test_several_accounts_in_one_file_are_several_statements() -> None:
    text = camt053([Booked(-1_250)]).decode()
    block = text[text.index("<Stmt>") : text.index("</BkToCstmrStmt>")]
    both = text.replace(block, block + block.replace("41011166", "41011167"))
    one, other = read_camt053(a_source(both.encode()))

    assert (one.account, other.account) == (ACCOUNT, "20091541011167")
    assert one.lines[0].line_id != other.lines[0].line_id


@pytest.mark.parametrize(
    "data", [camt053([], version="01"), pain002(), b"<Document/>", b'<Document xmlns="urn:other"/>']
)
def test_another_message_or_version_is_refused(data: bytes) -> None:
    with pytest.raises(FormatUnknown):
        statement(data)


def test_a_message_without_a_statement_is_refused() -> None:
    text = camt053([]).decode()
    block = text[text.index("<Stmt>") : text.index("</BkToCstmrStmt>")]

    with pytest.raises(FileUnreadable, match="no statement"):
        read_camt053(a_source(text.replace(block, "").encode()))
