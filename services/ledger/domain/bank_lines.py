"""Which line of a statement or invoice is which: the same file twice, and a file that tells an old line anew."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID, uuid5

from services.ledger.domain.bank import StatementLine

_STATEMENTS = UUID("b4c1b1a6-59a1-5a0e-8a55-0d9f5f1c7a02")
_INVOICES = UUID("0f4c7a3a-0f0e-5b52-9a55-6a1d2c9e4b03")

#: What banks write where they have no reference; such a word tells no line from another.
_NO_REFERENCE = {"", "NONREF", "NOTPROVIDED", "NOT PROVIDED", "NONE", "N/A", "0"}


def told_reference(given: str) -> str:
    """A bank's reference, or nothing where it stands for none."""
    return "" if given.strip().upper() in _NO_REFERENCE else given.strip()


class LineIdentities:
    """Gives each line of one file its id.

    The bank's own reference where it has one, else the account, day, amount and text. What is alike is told apart by
    its number among its like, so two equal coffees on one day are two lines, in this file and in the next.
    """

    def __init__(self) -> None:
        self._met: Counter[str] = Counter()

    def of_statement(self, account: str, booked_on: date, amount_pence: int, text: str, reference: str) -> UUID:
        """The id of a statement's next line."""
        marks: Sequence[str | int] = (account, reference)
        if not reference:
            marks = (account, booked_on.isoformat(), amount_pence, text)
        return self._next(_STATEMENTS, marks)

    def of_invoice(self, provider: str, invoice: str, reference: str, content: Iterable[str]) -> UUID:
        """The id of an invoice's next line; the content tells lines apart where the provider does not number them."""
        marks = [provider, invoice, reference] if reference else [provider, invoice, *content]
        return self._next(_INVOICES, marks)

    def _next(self, namespace: UUID, marks: Sequence[str | int]) -> UUID:
        written = json.dumps(marks, separators=(",", ":"))
        self._met[written] += 1
        return uuid5(namespace, f"{self._met[written]}/{written}")


@dataclass(frozen=True)
class ChangedLine:
    """A line that a later file tells otherwise: for a person to look at, never taken over in silence.

    The later telling has the id of the earlier, so the same change found again is the same query.
    """

    before: StatementLine
    after: StatementLine


@dataclass(frozen=True)
class Comparison:
    """What a file brings beside what is known.

    Args:
        new: lines never seen.
        changed: lines seen before with another day, amount or text.
        unchanged: how many are as they were.
        gone: lines seen before, on the days of the file, that it no longer has.
    """

    new: tuple[StatementLine, ...]
    changed: tuple[ChangedLine, ...]
    unchanged: int
    gone: tuple[StatementLine, ...]


def compare_lines(lines: Sequence[StatementLine], seen: Mapping[UUID, StatementLine]) -> Comparison:
    """Compare the lines of a file with those of the same account that are known.

    A line with a bank reference is the same line whatever else changes. Without one, a new line that takes the place of
    a line gone from the same day, and shares its amount or its text, is that line changed.

    Args:
        seen: known lines by id: those on the days of the file, and those with the ids of its lines.
    """
    met = {line.line_id for line in lines}
    days = sorted({line.booked_on for line in lines})
    gone = _Gone(line for line in seen.values() if days and line.line_id not in met)
    new: list[StatementLine] = []
    changed: list[ChangedLine] = []
    for line in lines:
        before = seen.get(line.line_id) or gone.place_taken_by(line)
        if before is None:
            new.append(line)
        elif _content(before) != _content(line):
            changed.append(ChangedLine(before, replace(line, line_id=before.line_id)))
    left = tuple(line for line in gone.left() if days[0] <= line.booked_on <= days[-1])
    return Comparison(tuple(new), tuple(changed), len(lines) - len(new) - len(changed), left)


def _content(line: StatementLine) -> tuple[date, int, str, str]:
    return line.booked_on, line.amount_pence, line.text, line.counterparty


class _Gone:
    """Known lines that a file does not have; by day, because a file may lack as many as it has."""

    def __init__(self, lines: Iterable[StatementLine]) -> None:
        self._lines = {line.line_id: line for line in lines}
        self._of_day: dict[tuple[str, date], list[StatementLine]] = {}
        for line in self._lines.values():
            if not line.bank_reference:
                self._of_day.setdefault((line.account, line.booked_on), []).append(line)

    def place_taken_by(self, line: StatementLine) -> StatementLine | None:
        """The line whose place an unknown one takes; it is gone no more."""
        if line.bank_reference:
            return None
        of_day = self._of_day.get((line.account, line.booked_on), [])
        for number, before in enumerate(of_day):
            if before.amount_pence == line.amount_pence or before.text == line.text:
                del of_day[number]
                return self._lines.pop(before.line_id)
        return None

    def left(self) -> Iterable[StatementLine]:
        """Those whose place nothing has taken."""
        return self._lines.values()
