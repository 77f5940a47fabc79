"""Amounts, dates and currencies as files write them, to pence and dates."""

import re
from datetime import date, datetime

from services.ledger.bank_files.refusals import CurrencyUnknown, FieldInvalid
from services.ledger.domain.bank import MOST_PENCE

_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
#: The sign before the pound sign or after it; banks write a hyphen or a true minus sign.
_SIGNED = re.compile(r"£? *([-+\N{MINUS SIGN}]?) *£? *(.*)", re.DOTALL)
_PLAIN_AMOUNT = re.compile(r"([0-9]+)(?:\.([0-9]{1,2}))?")
_NOT_PRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_LONGEST_SHOWN = 40
_LONGEST_AMOUNT = 24
#: Before the oldest account that is still looked at, and after anything that can have been booked.
_FIRST_YEAR, _LAST_YEAR = 2000, 2099


def shown(value: str) -> str:
    """A value as a message may show it: short, and with nothing that would break a line."""
    return repr(value if len(value) <= _LONGEST_SHOWN else value[:_LONGEST_SHOWN] + "...")


def pence_of(text: str, record: str, field: str, *, decimal: str = ".", thousands: str = "") -> int:
    """Pounds and pence in text, with or without a sign, to whole pence.

    Raises:
        FieldInvalid: no amount, more than two decimals, or more than the ledger holds.
    """
    signed = _SIGNED.match(text.strip())
    minus, figure = signed.groups() if signed else ("", text)
    if thousands and thousands in figure:
        whole, point, rest = figure.partition(decimal)
        groups = whole.split(thousands)
        if not (1 <= len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])):  # noqa: PLR2004
            raise FieldInvalid(record, field, f"{shown(text)} has its thousands marked in the wrong place")
        figure = "".join(groups) + point + rest
    if decimal != ".":
        figure = figure.replace(".", "?").replace(decimal, ".")
    found = _PLAIN_AMOUNT.fullmatch(figure) if len(figure) <= _LONGEST_AMOUNT else None
    if found is None:
        raise FieldInvalid(record, field, f"{shown(text)} is not an amount in pounds and at most two decimals")
    pence = int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))
    if pence > MOST_PENCE:
        raise FieldInvalid(record, field, f"{shown(text)} is more than the ledger holds")
    return pence if minus in {"", "+"} else -pence


def day_of(text: str, record: str, field: str, written: str = "") -> date:
    """A date in ISO form, or as a given format writes it.

    Args:
        written: the format, in the signs of ``strptime``; ISO where empty.

    Raises:
        FieldInvalid: no date, such as 30 February.
    """
    text = text.strip()
    try:
        if written and text.isascii():
            day = datetime.strptime(text, written).date()  # noqa: DTZ007 (a bank's day has no zone)
        elif not written and _ISO_DAY.fullmatch(text):
            day = date.fromisoformat(text)
        else:
            raise ValueError
    except ValueError:
        raise FieldInvalid(record, field, f"{shown(text)} is not a date of the kind expected") from None
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise FieldInvalid(record, field, f"{shown(text)} is not a date on which anything was booked")
    return day


def must_be_sterling(currency: str, record: str, field: str) -> None:
    """Refuse any other currency.

    Raises:
        CurrencyUnknown: not GBP.
    """
    if currency.strip() != "GBP":
        raise CurrencyUnknown(record, field, f"{shown(currency)} is not GBP, and budgets are in sterling")


def printable(text: str, record: str, field: str) -> str:
    """A text that can be shown and stored.

    Raises:
        FieldInvalid: control characters or half characters, which no bank writes and no database keeps.
    """
    if _NOT_PRINTABLE.search(text):
        raise FieldInvalid(record, field, "it has characters that cannot be shown")
    return text


def one_line(text: str) -> str:
    """A text without line breaks and double spaces, as lines are compared by it."""
    return " ".join(text.split())
