"""What may go into a payment file at all, whatever its format."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ledger.domain.bank import MOST_PENCE, PaymentImpossible
from tests.ledger.bank_files.payment_files import FRIDAY, MONDAY, a_file, a_payment


def test_one_payment_cannot_be_in_a_file_twice() -> None:
    with pytest.raises(PaymentImpossible, match="twice"):
        a_file(a_payment(1), a_payment(1, 5))


@pytest.mark.parametrize("pence", [0, -1, MOST_PENCE + 1])
def test_nothing_and_less_than_nothing_cannot_be_paid(pence: int) -> None:
    with pytest.raises(PaymentImpossible, match="cannot be paid"):
        a_payment(pence=pence)


def test_a_file_without_payments_is_none() -> None:
    with pytest.raises(PaymentImpossible, match="needs payments"):
        replace(a_file(), payments=())


@pytest.mark.parametrize("message_id", ["", "a b", "-1", "é", "x" * 31])
def test_a_message_id_is_one_that_banks_take(message_id: str) -> None:
    with pytest.raises(PaymentImpossible, match="message id"):
        a_file(message_id=message_id)


def test_a_time_without_its_zone_is_no_time() -> None:
    with pytest.raises(PaymentImpossible, match="zone"):
        replace(a_file(), created_at=datetime(2026, 5, 27, 15, 30, tzinfo=UTC).replace(tzinfo=None))


@settings(deadline=None)
@given(st.uuids())
def test_a_payment_is_tracked_by_an_id_that_follows_from_it(payment_id: UUID) -> None:
    payment = replace(a_payment(), payment_id=payment_id)

    assert payment.tracking_id == replace(payment, amount_pence=1).tracking_id
    assert (payment.tracking_id.version, len(payment.end_to_end_id)) == (4, 32)
    assert payment.tracking_id != replace(payment, payment_id=UUID(int=payment_id.int ^ 1)).tracking_id


def test_days_come_in_order_and_payments_as_they_were_given() -> None:
    file = a_file(a_payment(3, on=MONDAY), a_payment(2), a_payment(1))

    assert [(day, [payment.payment_id.int for payment in paid]) for day, paid in file.by_day().items()] == [
        (FRIDAY, [2, 1]),
        (MONDAY, [3]),
    ]
    assert [file.batch_id(day)[-2:] for day in (FRIDAY, MONDAY)] == ["-1", "-2"]
