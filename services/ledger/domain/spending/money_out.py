"""Spends: money that went out of the person's account, or was invoiced for them."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from uuid import UUID

from services.ledger.domain.bank import InvoiceLine, StatementLine


class Source(StrEnum):
    """Where we learnt of a spend."""

    BANK_STATEMENT = "bank_statement"
    CARD_FEED = "card_feed"
    PROVIDER_INVOICE = "provider_invoice"


@dataclass(frozen=True)
class Spend:
    """Money out, or money that came back.

    Args:
        spend_id: the id of the line that tells of it.
        source: where we learnt of it.
        value_date: the day it happened.
        pence: above zero for money out, below for money that came back.
        payee: who was paid, as the line names them.
        reference: what else the line says.
        document: the invoice whose parts belong together; empty where the line stands alone.
    """

    spend_id: UUID
    source: Source
    value_date: date
    pence: int
    payee: str
    reference: str = ""
    document: str = ""

    @property
    def is_refund(self) -> bool:
        """Whether money came back."""
        return self.pence < 0


def spend_of_line(line: StatementLine, source: Source) -> Spend:
    """A line of a bank or card account as a spend: money in on a statement is money that came back."""
    return Spend(
        line.line_id,
        source,
        line.value_on or line.booked_on,
        -line.amount_pence,
        line.counterparty or line.text,
        line.text if line.counterparty else line.end_to_end_id,
    )


def spend_of_invoice(line: InvoiceLine) -> Spend:
    """A line of a provider's invoice as a spend, on the last day of what it bills."""
    return Spend(
        line.line_id,
        Source.PROVIDER_INVOICE,
        line.ends_on,
        line.amount_pence,
        line.provider,
        line.item,
        f"{line.provider} {line.invoice}",
    )


#: Words that say what sort of body a payee is, or how it was paid, and not who it is.
_NOT_A_NAME = frozenset(
    {"ltd", "limited", "plc", "llp", "cic", "co", "company", "uk", "the", "to", "and", "on", "ref"}
    | {"card", "payment", "visa", "mastercard", "contactless", "direct", "debit", "standing", "order"}
    | {"faster", "transfer", "bacs"}
)


@lru_cache(maxsize=4_096)
def words_of_name(payee: str) -> tuple[str, ...]:
    """The words that tell one payee from another, in order: no accents, signs, sorts of company or ways of paying."""
    plain = unicodedata.normalize("NFKD", payee).encode("ascii", "ignore").decode().casefold()
    words = re.findall(r"[a-z0-9]+", plain.replace("'", "").replace("&", " "))
    return tuple(word for word in words if word not in _NOT_A_NAME)
