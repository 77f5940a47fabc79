"""Bacs Standard 18: what the council's bureau is given to sign and send."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ledger.bank_files.bank_text import TextCannotBeSent, for_bacs
from services.ledger.bank_files.standard18 import write_standard18
from services.ledger.domain.bank import PaymentFile, PaymentImpossible, TextChange
from tests.ledger.bank_files.payment_files import FRIDAY, MONDAY, a_file, a_payment, any_files, written

GOLDEN = Path(__file__).parent / "golden"


def lines_of(file: PaymentFile) -> list[str]:
    data, _ = written(file, write_standard18)
    assert data.endswith(b"\r\n")
    return data.decode("ascii").removesuffix("\r\n").split("\r\n")


def test_a_run_of_one_day_has_one_contra_after_its_credits() -> None:
    file = a_file(a_payment(1, 66_000), a_payment(2, 1, name="Zoë O'Brien-Łukasz", reference="Braid 0002 / June"))
    golden = (GOLDEN / "standard18_one_day.txt").read_bytes().replace(b"\n", b"\r\n")

    assert written(file, write_standard18)[0] == golden


def test_a_run_of_two_days_has_a_contra_for_each() -> None:
    file = a_file(a_payment(1, 30_000, on=MONDAY), a_payment(2, 20_000), a_payment(3, 10_000, on=MONDAY))
    golden = (GOLDEN / "standard18_two_days.txt").read_bytes().replace(b"\n", b"\r\n")

    assert written(file, write_standard18)[0] == golden


@settings(deadline=None)
@given(any_files())
def test_every_run_adds_up_and_can_be_read_back_by_position(file: PaymentFile) -> None:
    """Positions as the banks' guides give them, counted from 1."""
    lines = lines_of(file)
    records = lines[4:-3]
    width = 106 if len({payment.execute_on for payment in file.payments}) > 1 else 100
    credit = [line for line in records if line[15:17] == "99"]
    contra = [line for line in records if line[15:17] == "17"]

    assert [line[:4] for line in (*lines[:4], *lines[-3:])] == ["VOL1", "HDR1", "HDR2", "UHL1", "EOF1", "EOF2", "UTL1"]
    assert {len(line) for line in (*lines[:4], *lines[-3:])} == {80}
    assert {len(line) for line in records} == {width}
    assert sorted((line[0:6], line[6:14], int(line[35:46])) for line in credit) == sorted(
        (payment.payee.sort_code, payment.payee.account_number, payment.amount_pence) for payment in file.payments
    )
    assert {line[17:31] for line in records} == {file.payer.sort_code + file.payer.account_number}
    assert sum(int(line[35:46]) for line in credit) == sum(int(line[35:46]) for line in contra) == file.total_pence
    assert (int(lines[-1][4:17]), int(lines[-1][17:30])) == (file.total_pence, file.total_pence)
    assert (int(lines[-1][30:37]), int(lines[-1][37:44])) == (len(contra), len(credit))
    assert set("".join(lines)) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.&/- ")


@settings(deadline=None)
@given(any_files(most=3))
def test_the_same_run_is_the_same_file_for_ever(file: PaymentFile) -> None:
    first, told = written(file, write_standard18)
    again, told_again = written(file, write_standard18)

    assert (first, told) == (again, told_again)
    assert (told.size_bytes, told.total_pence, told.payments) == (len(first), file.total_pence, len(file.payments))


def test_two_files_of_one_day_have_different_serial_numbers() -> None:
    one, other = (lines_of(a_file(message_id=message_id)) for message_id in ("RUN-1", "RUN-2"))

    assert one[0][4:10] != other[0][4:10]
    assert one[0][4:10] == one[1][21:27]


def test_a_name_is_told_in_plain_capitals_and_what_was_changed_is_said() -> None:
    data, told = written(a_file(a_payment(name="Zoë O'Brien")), write_standard18)

    assert b"ZOE O BRIEN       " in data
    assert told.changes == (TextChange(a_payment().payment_id, "name", "Zoë O'Brien", "ZOE O BRIEN"),)


def test_capitals_alone_are_no_change_worth_telling() -> None:
    _, told = written(a_file(a_payment(name="Ann Example")), write_standard18)

    assert told.changes == ()


@pytest.mark.parametrize(
    ("given_name", "sent"),
    [
        ("Łukasz Żółć", "LUKASZ ZOLC"),
        ("Søren Ærø", "SOREN AERO"),
        ("D’Arcy & Sons", "D ARCY & SONS"),
        ("a\tb\nc", "A B C"),
    ],
)
def test_names_of_every_kind_are_told_in_bacs_letters(given_name: str, sent: str) -> None:
    assert for_bacs(given_name) == sent


def test_a_name_of_which_nothing_is_left_is_refused() -> None:
    with pytest.raises(TextCannotBeSent, match="name"):
        written(a_file(a_payment(name="***")), write_standard18)


def test_a_reference_that_would_pass_for_a_contra_is_refused() -> None:
    with pytest.raises(PaymentImpossible, match="CONTRA"):
        written(a_file(a_payment(reference="contra 17")), write_standard18)


@pytest.mark.parametrize("number", ["", "12345", "1234567", "12345a", "１２３４５６"])
def test_a_service_user_number_has_six_digits(number: str) -> None:
    with pytest.raises(PaymentImpossible, match="six digits"):
        written(replace(a_file(), service_user_number=number), write_standard18)


def test_nothing_is_processed_on_a_weekend() -> None:
    with pytest.raises(PaymentImpossible, match="2026-05-30"):
        written(a_file(a_payment(on=date(2026, 5, 30))), write_standard18)


def test_one_credit_is_at_most_twenty_million_pounds() -> None:
    assert written(a_file(a_payment(pence=20_000_000_00)), write_standard18)[1].payments == 1
    with pytest.raises(PaymentImpossible, match="20,000,000"):
        written(a_file(a_payment(pence=20_000_000_01)), write_standard18)


@settings(deadline=None)
@given(st.integers(50, 60))
def test_a_day_comes_to_no_more_than_one_contra_holds(payments: int) -> None:
    file = a_file(*(a_payment(number, 20_000_000_00) for number in range(payments)))

    if payments * 20_000_000_00 > 99_999_999_999:
        with pytest.raises(PaymentImpossible, match="contra"):
            written(file, write_standard18)
    else:
        assert written(file, write_standard18)[1].payments == payments


def test_the_file_says_when_it_was_made_and_when_the_last_payment_is_past() -> None:
    first = lines_of(a_file(a_payment(1), a_payment(2, on=MONDAY)))[1]

    assert (first[41:47], first[47:53]) == (" 26147", " 26153")
    assert FRIDAY.strftime(" %y%j") == " 26149"
