"""Texts in the letters that banks take."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from anyascii import anyascii

from services.ledger.domain.bank import TextChange

#: Bacs Standard 18: capital letters, digits, full stop, ampersand, slash, hyphen and space; what else comes is a space.
_NOT_BACS = re.compile(r"[^A-Z0-9.&/\- ]")
#: The Latin set of the ISO 20022 rules of use, which every bank takes; it has an apostrophe and no ampersand.
_NOT_LATIN = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")


class TextCannotBeSent(ValueError):
    """Nothing is left of a text that the bank must have."""


def for_bacs(text: str) -> str:
    """A text as Bacs takes it; every letter that can be told in plain ones is."""
    return " ".join(_NOT_BACS.sub(" ", anyascii(text).upper()).split())


def for_iso20022(text: str) -> str:
    """A text as every bank takes it in an ISO 20022 message; ``&`` becomes ``+``, as the European rules of use say."""
    return " ".join(_NOT_LATIN.sub(" ", anyascii(text).replace("&", "+")).split())


@dataclass
class BankTexts:
    """Puts the texts of one file into the bank's letters and keeps account of what was changed.

    Args:
        letters: the set that the format takes.
        as_meant: what of a text is no change worth telling, such as capitals.
    """

    letters: Callable[[str], str]
    as_meant: Callable[[str], str] = str
    changes: list[TextChange] = field(default_factory=list)

    def sent(self, payment_id: UUID, name: str, given: str, longest: int) -> str:
        """A text as it is sent, cut to its longest."""
        sent = self.letters(given)[:longest].rstrip()
        if sent != self.as_meant(given):
            self.changes.append(TextChange(payment_id, name, given, sent))
        return sent

    def sent_and_needed(self, payment_id: UUID, name: str, given: str, longest: int) -> str:
        """A text as it is sent, without which the payment cannot be.

        Raises:
            TextCannotBeSent: nothing is left of it.
        """
        sent = self.sent(payment_id, name, given, longest)
        if not sent:
            raise TextCannotBeSent(f"payment {payment_id}: the {name} has no letter that the bank takes")
        return sent
