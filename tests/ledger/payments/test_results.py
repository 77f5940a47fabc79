"""What the bank's word about a payment leads to."""

import itertools

import pytest

from services.ledger.domain.payments.results import (
    FOR_A_PERSON,
    BankWord,
    Consequence,
    ItemState,
    SentPayment,
    consequence,
)

ENDS_IN = {
    Consequence.SETTLE: ItemState.SETTLED,
    Consequence.REJECT: ItemState.REJECTED,
    Consequence.RETURN: ItemState.RETURNED,
}


def a_payment(state: ItemState = ItemState.GOING) -> SentPayment:
    return SentPayment(state, is_in_a_file=True, sent_pence=80_000)


@pytest.mark.parametrize(
    ("word", "follows"),
    [
        (BankWord.PAID, Consequence.SETTLE),
        (BankWord.REJECTED, Consequence.REJECT),
        (BankWord.PENDING, Consequence.NOT_YET),
    ],
)
def test_the_first_word_about_a_payment_is_followed(word: BankWord, follows: Consequence) -> None:
    assert consequence(a_payment(), word, 80_000) is follows


def test_a_payment_that_comes_back_after_it_was_paid_is_returned() -> None:
    assert consequence(a_payment(ItemState.SETTLED), BankWord.REJECTED) is Consequence.RETURN


@pytest.mark.parametrize(("state", "word"), list(itertools.product(ItemState, BankWord)))
def test_the_same_word_said_again_changes_nothing(state: ItemState, word: BankWord) -> None:
    after = ENDS_IN.get(consequence(a_payment(state), word), state)

    again = consequence(a_payment(after), word)

    assert again not in ENDS_IN


@pytest.mark.parametrize(
    ("payment", "pence", "told"),
    [
        (None, 80_000, Consequence.UNKNOWN_PAYMENT),
        (SentPayment(ItemState.GOING, is_in_a_file=False, sent_pence=80_000), 80_000, Consequence.NOT_IN_THE_FILE),
        (a_payment(ItemState.HELD), 80_000, Consequence.NOT_IN_THE_FILE),
        (a_payment(ItemState.WITHDRAWN), 80_000, Consequence.NOT_IN_THE_FILE),
        (a_payment(), 79_999, Consequence.OTHER_AMOUNT),
        (a_payment(ItemState.REJECTED), 80_000, Consequence.CONTRADICTS),
    ],
    ids=["unknown", "no file", "held", "withdrawn", "other amount", "paid after rejected"],
)
def test_what_does_not_fit_is_told_and_not_followed(payment: SentPayment | None, pence: int, told: Consequence) -> None:
    assert consequence(payment, BankWord.PAID, pence) is told
    assert told in FOR_A_PERSON
