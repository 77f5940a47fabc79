"""Which invoice is which: a supplier's number names one invoice, however it came in and whoever wrote it down."""

from dataclasses import dataclass
from typing import Self

from services.ledger.domain.spending.money_out import words_of_name


@dataclass(frozen=True)
class InvoiceName:
    """What tells an invoice from every other of a budget.

    Args:
        supplier: the words of the supplier's name that tell it from others.
        number: its letters and figures; providers and councils set blanks and strokes as they like.
    """

    supplier: tuple[str, ...]
    number: str

    @classmethod
    def of(cls, supplier: str, number: str) -> Self:
        """The name of an invoice as somebody wrote it down."""
        return cls(words_of_name(supplier) or (supplier.casefold(),), plain_number(number))


def plain_number(number: str) -> str:
    """An invoice's number without what is set differently by everybody."""
    return "".join(letter for letter in number.casefold() if letter.isalnum()) or number.strip()
