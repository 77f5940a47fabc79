"""ISO 20022 pain.001: held to the published schema, and read back by a library that had no part in writing it."""

from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import xmlschema
from hypothesis import given, settings

from services.ledger.bank_files.bank_text import TextCannotBeSent
from services.ledger.bank_files.pain001 import write_pain001
from services.ledger.domain.bank import PaymentFile, TextChange
from tests.ledger.bank_files.payment_files import FRIDAY, MONDAY, a_file, a_payment, any_files, written

GOLDEN = Path(__file__).parent / "golden"


@cache
def schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(str(files("sepaxml") / "schemas" / "pain.001.001.09.xsd"))


def read_back(data: bytes) -> dict[str, Any]:
    """The message as the schema's library reads it; invalid ones raise."""
    found: Any = schema().to_dict(data.decode(), decimal_type=str)
    return dict(found["CstmrCdtTrfInitn"])


def test_a_run_is_the_message_that_it_always_was() -> None:
    file = a_file(
        a_payment(1, 66_000, remittance="Four weeks from 1 June"),
        a_payment(2, 1, name="Zoë O'Brien & Sons", reference="Braid 0002", on=MONDAY),
    )

    assert written(file, write_pain001)[0] == (GOLDEN / "pain001.xml").read_bytes()


@settings(max_examples=40, deadline=None)
@given(any_files(most=6))
def test_every_run_is_valid_and_reads_back_as_it_was(file: PaymentFile) -> None:
    data, _ = written(file, write_pain001)
    message = read_back(data)
    batches = message["PmtInf"]
    paid = [payment for batch in batches for payment in batch["CdtTrfTxInf"]]

    assert int(message["GrpHdr"]["NbOfTxs"]) == len(paid) == len(file.payments)
    assert Decimal(message["GrpHdr"]["CtrlSum"]) * 100 == file.total_pence
    assert sum(Decimal(batch["CtrlSum"]) * 100 for batch in batches) == file.total_pence
    assert [batch["PmtInfId"] for batch in batches] == [file.batch_id(day) for day in file.by_day()]
    assert {what(payment) for payment in paid} == {
        (
            payment.end_to_end_id,
            str(payment.tracking_id),
            payment.amount_pence,
            payment.payee.sort_code,
            payment.payee.account_number,
        )
        for payment in file.payments
    }


def what(payment: dict[str, Any]) -> tuple[str, str, int, str, str]:
    return (
        payment["PmtId"]["EndToEndId"],
        payment["PmtId"]["UETR"],
        int(Decimal(payment["Amt"]["InstdAmt"]["$"]) * 100),
        payment["CdtrAgt"]["FinInstnId"]["ClrSysMmbId"]["MmbId"],
        payment["CdtrAcct"]["Id"]["Othr"]["Id"],
    )


@settings(deadline=None)
@given(any_files(most=3))
def test_the_same_run_is_the_same_message_for_ever(file: PaymentFile) -> None:
    assert written(file, write_pain001) == written(file, write_pain001)


def test_names_keep_their_apostrophe_and_lose_what_banks_do_not_take() -> None:
    data, told = written(a_file(a_payment(name="Zoë O'Brien & <Sons>")), write_pain001)
    message = read_back(data)

    assert message["PmtInf"][0]["CdtTrfTxInf"][0]["Cdtr"]["Nm"] == "Zoe O'Brien + Sons"
    assert told.changes == (TextChange(a_payment().payment_id, "name", "Zoë O'Brien & <Sons>", "Zoe O'Brien + Sons"),)


def test_what_the_payee_reads_is_at_most_140_characters() -> None:
    data, told = written(a_file(a_payment(reference="R" * 20, remittance="W" * 200)), write_pain001)

    assert read_back(data)["PmtInf"][0]["CdtTrfTxInf"][0]["RmtInf"]["Ustrd"] == ["R" * 20 + " " + "W" * 119]
    assert [change.field for change in told.changes] == ["remittance"]


def test_payments_go_in_a_batch_for_each_day() -> None:
    message = read_back(written(a_file(a_payment(1, on=MONDAY), a_payment(2), a_payment(3)), write_pain001)[0])

    assert [(batch["ReqdExctnDt"]["Dt"], batch["NbOfTxs"]) for batch in message["PmtInf"]] == [
        (FRIDAY.isoformat(), "2"),
        (MONDAY.isoformat(), "1"),
    ]


def test_a_reference_of_which_nothing_is_left_is_refused() -> None:
    with pytest.raises(TextCannotBeSent, match="reference"):
        written(a_file(a_payment(reference="###")), write_pain001)
