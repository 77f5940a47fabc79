"""pain.002: what the bank says became of a payment file."""

import pytest

from services.ledger.bank_files.pain002 import read_pain002
from services.ledger.bank_files.refusals import FieldInvalid, FileUnreadable, FormatUnknown
from services.ledger.domain.bank import BankVerdict, PaymentOutcome, StatusReport
from tests.ledger.bank_files.bank_answers import a_source, camt053, pain002
from tests.ledger.bank_files.payment_files import MONDAY, a_file, a_payment

CLOSED = BankVerdict(PaymentOutcome.REJECTED, "RJCT", "AC04")


def report(data: bytes) -> StatusReport:
    return read_pain002(a_source(data))


@pytest.mark.parametrize("version", ["03", "12", "14"])
def test_one_of_three_payments_is_rejected_because_the_account_is_closed(version: str) -> None:
    """Row L22: two settled, one back to be paid again once the account is changed."""
    told = report(
        pain002([("P1", "ACSC", ""), ("P2", "RJCT", "AC04"), ("P3", "ACSC", "")], whole="PART", version=version)
    )

    assert (told.message_id, told.about) == ("P2-1", "RUN-1")
    assert told.whole == BankVerdict(PaymentOutcome.IN_PART, "PART")
    assert {payment: verdict.outcome for payment, verdict in told.payments.items()} == {
        "P1": PaymentOutcome.SETTLED,
        "P2": PaymentOutcome.REJECTED,
        "P3": PaymentOutcome.SETTLED,
    }
    assert told.payments["P2"] == CLOSED
    assert told.payments["P2"].reason == "The account is closed."


def test_the_bank_s_own_words_come_before_ours() -> None:
    told = report(pain002([("P1", "RJCT", "AC04")], told="Closed on 1 May"))

    assert told.payments["P1"].reason == "Closed on 1 May"


def test_a_reason_that_is_not_known_here_is_told_as_it_is() -> None:
    assert report(pain002([("P1", "RJCT", "XY99")])).payments["P1"].reason == "XY99"


def test_an_account_holder_s_death_is_told_in_words() -> None:
    assert report(pain002([("P1", "RJCT", "MD07")])).payments["P1"].reason == "The account holder has died."


def test_what_is_said_of_the_whole_file_holds_for_each_payment() -> None:
    told = report(pain002(whole="RJCT"))

    assert told.verdict("P1", "RUN-1-1") == BankVerdict(PaymentOutcome.REJECTED, "RJCT")


def test_what_is_said_of_a_payment_comes_before_its_batch_and_the_batch_before_the_file() -> None:
    told = report(pain002([("P1", "RJCT", "AC04")], batch=("RUN-1-1", "ACSP"), whole="ACTC"))

    assert told.verdict("P1", "RUN-1-1") == CLOSED
    assert told.verdict("P2", "RUN-1-1") == BankVerdict(PaymentOutcome.ACCEPTED, "ACSP")
    assert told.verdict("P3", "RUN-1-2") == BankVerdict(PaymentOutcome.ACCEPTED, "ACTC")


def test_nothing_is_said_of_a_payment_that_the_report_does_not_mention() -> None:
    assert report(pain002([("P1", "ACSC", "")])).verdict("P2", "RUN-1-1") is None


def test_the_answer_names_payments_as_our_own_file_does() -> None:
    file = a_file(a_payment(7), a_payment(8, on=MONDAY), message_id="RUN-1")
    told = report(pain002([(file.payments[0].end_to_end_id, "ACSC", "")], batch=(file.batch_id(MONDAY), "PDNG")))

    assert told.about == file.message_id
    assert told.verdict(file.payments[0].end_to_end_id, "")
    assert told.verdict(file.payments[1].end_to_end_id, file.batch_id(MONDAY)) == BankVerdict(
        PaymentOutcome.PENDING, "PDNG"
    )


@pytest.mark.parametrize(
    ("data", "record", "field"),
    [
        (pain002([("P1", "WHAT", "")]), "payment 1", "TxSts"),
        (pain002([("P1", "ACSC", ""), ("", "ACSC", "")]), "payment 2", "OrgnlEndToEndId"),
        (pain002([("P1", "ACSC", ""), ("P1", "RJCT", "AC04")]), "payment 2", "TxSts"),
        (pain002(batch=("", "ACSP")), "batch 1", "OrgnlPmtInfId"),
        (pain002(whole="NONE"), "the whole file", "GrpSts"),
    ],
)
def test_a_report_that_makes_no_sense_is_refused_with_its_place(data: bytes, record: str, field: str) -> None:
    with pytest.raises(FieldInvalid) as refused:
        report(data)

    assert (refused.value.record, refused.value.field) == (record, field)


def test_the_same_verdict_twice_is_one() -> None:
    assert report(pain002([("P1", "ACSC", ""), ("P1", "ACSC", "")])).payments["P1"].outcome is PaymentOutcome.SETTLED


def test_a_report_about_no_file_is_refused() -> None:
    with pytest.raises(FileUnreadable, match="which payment file"):
        report(pain002(about=""))


@pytest.mark.parametrize("data", [pain002(version="99"), camt053([]), b"<html/>"])
def test_another_message_or_version_is_refused(data: bytes) -> None:
    with pytest.raises(FormatUnknown):
        report(data)
