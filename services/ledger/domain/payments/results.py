"""What the bank says about a payment, and what follows: late, in part, twice, or about something that we never sent."""

from dataclasses import dataclass
from enum import StrEnum


class ItemState(StrEnum):
    """How far a payment has got.

    ``going`` through the run; ``held`` back by a check before it was approved, ``withdrawn`` after that; ``settled``;
    ``rejected`` by the bank; ``returned`` by the bank after it was settled.
    """

    GOING = "going"
    HELD = "held"
    WITHDRAWN = "withdrawn"
    SETTLED = "settled"
    REJECTED = "rejected"
    RETURNED = "returned"


class BankWord(StrEnum):
    """What the bank says about one payment."""

    PAID = "paid"
    REJECTED = "rejected"
    PENDING = "pending"


class Consequence(StrEnum):
    """What follows from it. All but the first three change nothing, and are told."""

    SETTLE = "settle"
    REJECT = "reject"
    RETURN = "return"
    KNOWN_ALREADY = "known_already"
    NOT_YET = "not_yet"
    UNKNOWN_PAYMENT = "unknown_payment"
    NOT_IN_THE_FILE = "not_in_the_file"
    OTHER_AMOUNT = "other_amount"
    CONTRADICTS = "contradicts"


#: What needs somebody to look at it.
FOR_A_PERSON = frozenset(
    {
        Consequence.UNKNOWN_PAYMENT,
        Consequence.NOT_IN_THE_FILE,
        Consequence.OTHER_AMOUNT,
        Consequence.CONTRADICTS,
    }
)


@dataclass(frozen=True, slots=True)
class BankReason:
    """Why the bank did not pay, by its code and in words."""

    code: str
    words: str


@dataclass(frozen=True)
class SentPayment:
    """A payment of a run, as far as its result needs it.

    Args:
        state: how far it has got.
        is_in_a_file: whether its run's file was made.
        sent_pence: what the file says.
    """

    state: ItemState
    is_in_a_file: bool
    sent_pence: int


_AFTER: dict[tuple[ItemState, BankWord], Consequence] = {
    (ItemState.GOING, BankWord.PAID): Consequence.SETTLE,
    (ItemState.GOING, BankWord.REJECTED): Consequence.REJECT,
    (ItemState.GOING, BankWord.PENDING): Consequence.NOT_YET,
    (ItemState.SETTLED, BankWord.PAID): Consequence.KNOWN_ALREADY,
    (ItemState.SETTLED, BankWord.REJECTED): Consequence.RETURN,
    (ItemState.SETTLED, BankWord.PENDING): Consequence.KNOWN_ALREADY,
    (ItemState.REJECTED, BankWord.REJECTED): Consequence.KNOWN_ALREADY,
    (ItemState.REJECTED, BankWord.PAID): Consequence.CONTRADICTS,
    (ItemState.REJECTED, BankWord.PENDING): Consequence.KNOWN_ALREADY,
    (ItemState.RETURNED, BankWord.REJECTED): Consequence.KNOWN_ALREADY,
    # It was paid, and came back: the first answer, told once more.
    (ItemState.RETURNED, BankWord.PAID): Consequence.KNOWN_ALREADY,
    (ItemState.RETURNED, BankWord.PENDING): Consequence.KNOWN_ALREADY,
}


def consequence(payment: SentPayment | None, word: BankWord, pence: int | None = None) -> Consequence:
    """What follows when the bank says something about a payment.

    Args:
        payment: the payment by its end-to-end id; none where no payment has it.
        word: what the bank says.
        pence: the sum that the bank names, where it does.
    """
    if payment is None:
        return Consequence.UNKNOWN_PAYMENT
    if not payment.is_in_a_file or payment.state in (ItemState.HELD, ItemState.WITHDRAWN):
        return Consequence.NOT_IN_THE_FILE
    if pence is not None and pence != payment.sent_pence:
        return Consequence.OTHER_AMOUNT
    return _AFTER[payment.state, word]
