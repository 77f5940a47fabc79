"""Bacs Standard 18: the fixed-width file that a council's bureau signs and sends over Bacstel-IP.

Source: the layout as banks publish it for their customers (message implementation guides of HSBC, 2012, and Bank of
Ireland). Positions in comments count from 1, as there. Labels have 80 characters; records have 100 where the file is
for a single processing day and 106 where it is for several. Lines end with carriage return and line feed.
"""

import hashlib
import string
from collections.abc import Iterator
from datetime import date, timedelta
from typing import BinaryIO

from services.ledger.bank_files.bank_text import BankTexts, for_bacs
from services.ledger.bank_files.digesting import DigestingWriter
from services.ledger.domain.bank import OutgoingPayment, PaymentFile, PaymentImpossible, WrittenFile

_SATURDAY = 5
_SERVICE_USER_DIGITS = 6
#: Bacs refuses a single credit above twenty million pounds; eleven digits bound what one contra can balance.
_MOST_OF_A_PAYMENT_PENCE = 20_000_000_00
_MOST_OF_A_DAY_PENCE = 99_999_999_999

_CREDIT, _CONTRA = "99", "17"


def write_standard18(file: PaymentFile, out: BinaryIO) -> WrittenFile:
    """Write a payment file as Bacs Standard 18. Pure: the same file, the same bytes.

    Raises:
        PaymentImpossible: no service user number, a weekend, or sums that Bacs does not take.
        TextCannotBeSent: a payee's name or reference has no letter that Bacs takes.
    """
    _check(file)
    texts = BankTexts(for_bacs, str.upper)
    writer = DigestingWriter(out)
    labels = _Labels(file)
    for line in (*labels.before(), *_records(file, texts), *labels.after()):
        writer.write(line.encode("ascii") + b"\r\n")
    return WrittenFile(
        file.message_id,
        len(file.payments),
        file.total_pence,
        writer.size_bytes,
        writer.sha256,
        tuple(texts.changes),
    )


def _check(file: PaymentFile) -> None:
    number = file.service_user_number
    if not (len(number) == _SERVICE_USER_DIGITS and number.isascii() and number.isdigit()):
        raise PaymentImpossible("Bacs needs a service user number of six digits")
    for payment in file.payments:
        if payment.amount_pence > _MOST_OF_A_PAYMENT_PENCE:
            raise PaymentImpossible(f"payment {payment.payment_id}: Bacs pays at most 20,000,000 pounds at once")
    for day, payments in file.by_day().items():
        if day.weekday() >= _SATURDAY:
            raise PaymentImpossible(f"{day} is no working day, and Bacs does not process payments on it")
        if sum(payment.amount_pence for payment in payments) > _MOST_OF_A_DAY_PENCE:
            raise PaymentImpossible(f"the payments of {day} come to more than one contra record can hold")


def _records(file: PaymentFile, texts: BankTexts) -> Iterator[str]:
    """The payments of each day and the contra that balances them, which takes the sum from the council's account."""
    days = file.by_day()
    several = len(days) > 1
    payer = file.payer
    own = f"{payer.sort_code}{payer.account_number}"
    own_name = f"{for_bacs(payer.name)[:18]:<18}"
    for day, payments in days.items():
        on = _julian(day) if several else ""
        for payment in payments:
            yield _credit(payment, own, own_name, on, texts)
        total = sum(payment.amount_pence for payment in payments)
        yield f"{own}0{_CONTRA}{own}0000{total:011d}{own_name}{'CONTRA':<18}{own_name}{on}"


def _credit(payment: OutgoingPayment, own: str, own_name: str, on: str, texts: BankTexts) -> str:
    payee = payment.payee
    name = texts.sent_and_needed(payment.payment_id, "name", payee.name, 18)
    reference = texts.sent_and_needed(payment.payment_id, "reference", payment.reference, 18)
    if reference.startswith("CONTRA"):
        raise PaymentImpossible(f"payment {payment.payment_id}: Bacs keeps references that begin with CONTRA")
    return (
        f"{payee.sort_code}{payee.account_number}0{_CREDIT}{own}0000{payment.amount_pence:011d}"
        f"{own_name}{reference:<18}{name:<18}{on}"
    )


class _Labels:
    """The labels around the records."""

    def __init__(self, file: PaymentFile) -> None:
        self._file = file
        self._days = list(file.by_day())
        self._several = len(self._days) > 1

    def before(self) -> tuple[str, ...]:
        """VOL1, HDR1, HDR2 and UHL1."""
        user = self._file.service_user_number
        volume = f"VOL1{self._serial()}{'':31}{user:>6}{'':32}1"
        # 29-37 work code; 38-40 file number.
        work = "4 MULTI  " if self._several else "1 DAILY  "
        user_header = f"UHL1{_julian(self._days[0])}999999    00000000{work}001{'':40}"
        return volume, f"HDR1{self._first_label()}", f"HDR2{self._second_label()}", user_header

    def after(self) -> tuple[str, ...]:
        """EOF1, EOF2 and UTL1: contras are the debits, payments the credits."""
        total = self._file.total_pence
        debits, credits_ = len(self._days), len(self._file.payments)
        trailer = f"UTL1{total:013d}{total:013d}{debits:07d}{credits_:07d}{'':36}"
        return f"EOF1{self._first_label()}", f"EOF2{self._second_label()}", trailer

    def _first_label(self) -> str:
        user = self._file.service_user_number
        made = _julian(self._file.created_at.date())
        expires = _julian(self._days[-1] + timedelta(days=1))
        # 5-21 file identifier; 22-27 set; 28-35 section and sequence; 42-53 made and expires; 55-60 no blocks.
        return f"A{user}S  1{user}{self._serial()}00010001{'':6}{made}{expires} 000000{'':20}"

    def _second_label(self) -> str:
        # 6-10 block length, which means nothing over Bacstel-IP; 11-15 record length.
        return f"F02000{106 if self._several else 100:05d}{'':35}00{'':28}"

    def _serial(self) -> str:
        """Six letters and digits that follow from the message id: unique for each file of a day."""
        signs = string.digits + string.ascii_uppercase
        rest = int.from_bytes(hashlib.sha256(self._file.message_id.encode()).digest(), "big") % (36**6 - 1) + 1
        serial = ""
        for _ in range(6):
            rest, sign = divmod(rest, 36)
            serial = signs[sign] + serial
        return serial


def _julian(day: date) -> str:
    """A date as Bacs writes it: space, year of the century, day of the year."""
    return f" {day:%y%j}"
