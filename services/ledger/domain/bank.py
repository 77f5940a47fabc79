"""What goes to the bank and what comes back: payments, their results, statement lines and providers' invoices.

Sums are whole pence. On a statement money in is above zero and money out is below. Nothing here knows a file format.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from uuid import UUID

#: The largest sum that a person or a program may name, here as everywhere in the ledger.
MOST_PENCE = 2**53

_SORT_CODE = re.compile(r"[0-9]{6}")
_ACCOUNT_NUMBER = re.compile(r"[0-9]{8}")
#: Length of ISO 20022's Max35Text, and what the rules of use allow in it.
_MESSAGE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9.\-]{0,29}")


class BankFileRefused(Exception):
    """A file from the bank, a card company or a provider is not taken in; nothing of it has been used."""


class StatementDoesNotAddUp(BankFileRefused):
    """The lines of a statement do not lead from its opening to its closing balance."""


class AccountDetailsImpossible(ValueError):
    """No account in the United Kingdom can have this sort code or number."""


class PaymentImpossible(ValueError):
    """A payment, or a file of payments, that no bank could carry out."""


@dataclass(frozen=True, slots=True)
class BankAccount:
    """An account in the United Kingdom: six digits, eight digits, and the name in which it is held.

    Raises:
        AccountDetailsImpossible: other than six and eight digits.
    """

    sort_code: str
    account_number: str
    name: str

    def __post_init__(self) -> None:
        if not _SORT_CODE.fullmatch(self.sort_code):
            raise AccountDetailsImpossible("a sort code has six digits")
        if not _ACCOUNT_NUMBER.fullmatch(self.account_number):
            raise AccountDetailsImpossible("an account number has eight digits")


@dataclass(frozen=True, slots=True)
class OutgoingPayment:
    """One payment of a run.

    Args:
        payment_id: ours; the bank carries it through as the end-to-end id, and reports by it.
        amount_pence: above zero.
        reference: what the payee sees on a statement, 18 characters by Bacs.
        execute_on: the Bacs processing day, which is the working day before the money arrives; the requested
            execution date of ISO 20022. The caller knows the bank's calendar.
        remittance: more for the payee, where the bank can carry it; 140 characters.

    Raises:
        PaymentImpossible: nothing to pay, or more than can be.
    """

    payment_id: UUID
    payee: BankAccount
    amount_pence: int
    reference: str
    execute_on: date
    remittance: str = ""

    def __post_init__(self) -> None:
        if not 0 < self.amount_pence <= MOST_PENCE:
            raise PaymentImpossible(f"payment {self.payment_id}: {self.amount_pence} pence cannot be paid")

    @property
    def end_to_end_id(self) -> str:
        """The id that the bank gives back: 32 characters of the 35 that it allows."""
        return self.payment_id.hex

    @property
    def tracking_id(self) -> UUID:
        """The unique end-to-end transaction reference: the same for the same payment, in the form of a random UUID.

        ISO 20022 demands version 4; drawn by chance it would differ each time the file is made.
        """
        return UUID(bytes=hashlib.sha256(b"uetr/" + self.payment_id.bytes).digest()[:16], version=4)


@dataclass(frozen=True)
class PaymentFile:
    """The content of one payment file: the same content makes the same bytes, whenever and however often it is written.

    Args:
        message_id: ours, unique for each file and kept when the file is written again; up to 30 letters, digits, dots
            and hyphens.
        created_at: when the run was closed, with its zone; the file's date is the date of that zone.
        payer: the council's own account.
        service_user_number: six digits that Bacs gave the council; other formats do not need it.

    Raises:
        PaymentImpossible: no payments, one payment twice, no zone, or a message id that banks do not take.
    """

    message_id: str
    created_at: datetime
    payer: BankAccount
    payments: tuple[OutgoingPayment, ...]
    service_user_number: str = ""

    def __post_init__(self) -> None:
        if not _MESSAGE_ID.fullmatch(self.message_id):
            raise PaymentImpossible("a message id has 1 to 30 letters, digits, dots and hyphens")
        if self.created_at.utcoffset() is None:
            raise PaymentImpossible("the time of a payment file needs its zone")
        if not self.payments:
            raise PaymentImpossible("a payment file needs payments")
        if len({payment.payment_id for payment in self.payments}) != len(self.payments):
            raise PaymentImpossible("a payment is in the file twice")

    @property
    def total_pence(self) -> int:
        """What the council pays in all."""
        return sum(payment.amount_pence for payment in self.payments)

    def by_day(self) -> dict[date, list[OutgoingPayment]]:
        """Payments by day, days in order, and within a day as they were given."""
        days: dict[date, list[OutgoingPayment]] = {day: [] for day in self._batch_ids}
        for payment in self.payments:
            days[payment.execute_on].append(payment)
        return days

    def batch_id(self, day: date) -> str:
        """The id of the payments of one day, by which a bank may accept or reject them together."""
        return self._batch_ids[day]

    @cached_property
    def _batch_ids(self) -> dict[date, str]:
        days = sorted({payment.execute_on for payment in self.payments})
        return {day: f"{self.message_id}-{number}" for number, day in enumerate(days, 1)}


@dataclass(frozen=True, slots=True)
class TextChange:
    """A text that the bank does not take as it is, and what was sent in its place."""

    payment_id: UUID
    field: str
    given: str
    sent: str


@dataclass(frozen=True)
class WrittenFile:
    """What was written, to be kept with the run: a second writing must give the same digest."""

    message_id: str
    payments: int
    total_pence: int
    size_bytes: int
    sha256: str
    changes: tuple[TextChange, ...] = ()


class PaymentOutcome(StrEnum):
    """How far the bank has got with a payment."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    IN_PART = "in_part"
    SETTLED = "settled"
    REJECTED = "rejected"


#: What the bank's reason codes mean (ISO 20022 external code set, status reasons), where somebody here must act.
REASONS: Mapping[str, str] = {
    "AC01": "The account number or sort code is not right.",
    "AC04": "The account is closed.",
    "AC06": "The account is blocked.",
    "AG01": "This kind of payment may not be made to or from the account.",
    "AM04": "There is not enough money in the paying account.",
    "AM05": "The bank has had this payment before.",
    "BE01": "The name does not fit the account.",
    "DT01": "The date is not one on which the bank pays.",
    "FF01": "The bank could not read the file.",
    "MD07": "The account holder has died.",
    "MS03": "The bank gives no reason.",
    "NARR": "The bank gives its reason in words.",
}


@dataclass(frozen=True, slots=True)
class BankVerdict:
    """What the bank says about a payment, a day's batch or a whole file.

    Args:
        code: the bank's own status code, such as ``ACSC``.
        reason_code: why it was rejected, such as ``AC04``.
        told: the bank's own words.
    """

    outcome: PaymentOutcome
    code: str
    reason_code: str = ""
    told: str = ""

    @property
    def reason(self) -> str:
        """Why, in plain words; the bank's own where there are some."""
        return self.told or REASONS.get(self.reason_code, self.reason_code)


@dataclass(frozen=True)
class StatusReport:
    """The bank's answer to a payment file.

    Args:
        message_id: the answer's own id.
        about: message id of the payment file that it answers.
        whole: about the whole file, where something is said.
        batches: by batch id.
        payments: by end-to-end id.
    """

    message_id: str
    about: str
    whole: BankVerdict | None
    batches: Mapping[str, BankVerdict]
    payments: Mapping[str, BankVerdict]

    def verdict(self, end_to_end_id: str, batch_id: str) -> BankVerdict | None:
        """The nearest that the bank says about a payment: by itself, with its batch, or with the whole file."""
        return self.payments.get(end_to_end_id) or self.batches.get(batch_id) or self.whole


@dataclass(frozen=True, slots=True)
class LinePart:
    """One payment of several that the bank booked as one line."""

    end_to_end_id: str
    amount_pence: int
    counterparty: str
    text: str
    return_reason: str = ""


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A booked line of a bank or card account.

    Args:
        line_id: stable: the same line of the same account, imported again from any file, has the same id.
        account: as the file names it; fourteen digits for an account in the United Kingdom.
        amount_pence: above zero for money in.
        bank_reference: the bank's own id of the line, empty where it gives none.
        end_to_end_id: the payer's id, where the bank passes it on.
        kind: the bank's code for what sort of line it is.
        merchant_category: the four digits of a card payment's merchant category.
        return_reason: why a payment came back, as a code.
        parts: the payments of a line that stands for several.
    """

    line_id: UUID
    account: str
    booked_on: date
    amount_pence: int
    text: str
    value_on: date | None = None
    counterparty: str = ""
    bank_reference: str = ""
    end_to_end_id: str = ""
    kind: str = ""
    merchant_category: str = ""
    return_reason: str = ""
    parts: tuple[LinePart, ...] = ()


@dataclass(frozen=True)
class Statement:
    """The booked lines of one account from one file.

    Args:
        opening_pence, closing_pence: None where the file does not say.
        unbooked: lines that the bank had not booked yet, and that are left out.

    Raises:
        StatementDoesNotAddUp: both balances are told, and the lines do not lead from one to the other.
    """

    account: str
    lines: tuple[StatementLine, ...]
    opening_pence: int | None = None
    closing_pence: int | None = None
    unbooked: int = 0

    def __post_init__(self) -> None:
        if self.opening_pence is None or self.closing_pence is None:
            return
        moved = sum(line.amount_pence for line in self.lines)
        if self.opening_pence + moved != self.closing_pence:
            raise StatementDoesNotAddUp(
                f"the statement opens with {self.opening_pence} pence, its {len(self.lines)} lines come to {moved}, "
                f"and it closes with {self.closing_pence}"
            )


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One line of a provider's invoice: what was done for one person.

    Args:
        line_id: stable: the same line of the same provider, imported again, has the same id.
        person_ref: how the provider names the person, as agreed with the council.
        hours: to a hundredth of an hour; None where the item is not by the hour.
        amount_pence: below zero in a credit note.
    """

    line_id: UUID
    provider: str
    invoice: str
    person_ref: str
    item: str
    starts_on: date
    ends_on: date
    hours: Decimal | None
    amount_pence: int
