"""How a bank's or card company's CSV file is to be read: said by the council once, checked before any file is."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from services.ledger.bank_files.refusals import MappingInvalid

Column = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]

#: A date that every part of a format shows in.
_TRIAL = datetime(2026, 11, 23, 17, 48, 59)  # noqa: DTZ001 (only its digits matter)


class Sign(StrEnum):
    """What a plus means in the column of amounts: banks show money in, card companies what was spent."""

    MONEY_IN = "money_in"
    MONEY_OUT = "money_out"


class Order(StrEnum):
    """Which way the lines run; only needed to check running balances."""

    OLDEST_FIRST = "oldest_first"
    NEWEST_FIRST = "newest_first"


class CsvMapping(BaseModel):
    """A mapping from the columns of a CSV file to what a statement line is.

    Either `amount`, or `paid_in` and `paid_out`. Columns are named as the file's heading names them.

    Args:
        skip: lines before the heading.
        account: a column with the account or card, where one file has several; else the caller says which it is.
        text: columns that together say what the line is.
        reference: a column with the bank's own id of the line, by which a changed line is known as changed.
        currency: a column that must say GBP; without one the file is taken to be in sterling.
        status: a column that says whether a line is booked, and `booked` what it then says.
        balance: a column with the balance after each line, by which the lines are checked.
        date_format: in the signs of Python's `strptime`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    date: Column
    amount: Column | None = None
    plus_means: Sign = Sign.MONEY_IN
    paid_in: Column | None = None
    paid_out: Column | None = None
    text: tuple[Column, ...] = Field(min_length=1, max_length=6)
    counterparty: Column | None = None
    account: Column | None = None
    reference: Column | None = None
    currency: Column | None = None
    kind: Column | None = None
    merchant_category: Column | None = None
    status: Column | None = None
    booked: tuple[str, ...] = ()
    balance: Column | None = None
    order: Order = Order.OLDEST_FIRST
    date_format: str = "%d/%m/%Y"
    decimal: Annotated[str, StringConstraints(pattern=r"^[.,]$")] = "."
    thousands: Annotated[str, StringConstraints(pattern=r"^[., ']?$")] = ","
    delimiter: Annotated[str, StringConstraints(pattern=r"^[,;|\t]$")] = ","
    encoding: Literal["utf-8-sig", "utf-8", "utf-16", "cp1252", "iso-8859-1"] = "utf-8-sig"
    skip: int = Field(default=0, ge=0, le=50)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.amount is None) == (self.paid_in is None and self.paid_out is None):
            raise ValueError("name either a column of amounts, or columns of money paid in and paid out")
        if self.amount is None and not (self.paid_in and self.paid_out):
            raise ValueError("name both a column of money paid in and one of money paid out")
        if self.decimal == self.thousands:
            raise ValueError("decimals and thousands cannot be marked alike")
        if bool(self.status) != bool(self.booked):
            raise ValueError("name the column of the status together with what it says of a booked line")
        if not _tells_a_day(self.date_format):
            raise ValueError("the date format must tell day, month and year")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that the file must have."""
        named = (
            self.date,
            self.amount,
            self.paid_in,
            self.paid_out,
            *self.text,
            self.counterparty,
            self.account,
            self.reference,
            self.currency,
            self.kind,
            self.merchant_category,
            self.status,
            self.balance,
        )
        return tuple(dict.fromkeys(name for name in named if name is not None))


def _tells_a_day(written: str) -> bool:
    try:
        return datetime.strptime(_TRIAL.strftime(written), written).date() == _TRIAL.date()  # noqa: DTZ007
    except ValueError:
        return False


def mapping_of(told: Mapping[str, Any]) -> CsvMapping:
    """A checked mapping.

    Raises:
        MappingInvalid: with every fault at once.
    """
    try:
        return CsvMapping.model_validate(told)
    except ValidationError as faults:
        raise MappingInvalid([_told(fault["loc"], fault["msg"]) for fault in faults.errors()]) from None


def _told(place: Sequence[int | str], message: str) -> str:
    return f"{'/'.join(map(str, place)) or 'mapping'}: {message.removeprefix('Value error, ')}"


#: The feed of a prepaid card company, in the columns that we ask of it: loads and refunds are money in.
PREPAID_CARD = CsvMapping(
    date="posted_on",
    amount="amount",
    text=("merchant", "description"),
    counterparty="merchant",
    account="card_id",
    reference="transaction_id",
    currency="currency",
    kind="type",
    merchant_category="merchant_category",
    status="status",
    booked=("settled",),
    date_format="%Y-%m-%d",
    thousands="",
)
