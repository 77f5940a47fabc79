"""The hash chain of a council's journal: one changed byte shows, and where."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from services.ledger.domain.journal import Entry, totals_by_stream

#: What the first entry of a council is chained to.
FIRST_LINK = bytes(32)


@dataclass(frozen=True)
class ChainedEntry:
    """An entry in its place in a council's chain, as it is stored."""

    sequence: int
    entry: Entry
    link: bytes


@dataclass(frozen=True)
class Proof:
    """What a check of a council's journal found.

    Args:
        entries: how many entries are whole, from the first on.
        pence_by_stream: debits less credits of each stream; nothing but zeros when all is well.
        broken_at: sequence of the first entry that is not as it was written; None when all is well.
        difference: what is wrong with it.
    """

    entries: int
    pence_by_stream: dict[str, int]
    broken_at: int | None = None
    difference: str | None = None

    @property
    def holds(self) -> bool:
        """Whether every entry is whole and every stream adds up to nothing."""
        return self.broken_at is None and not any(self.pence_by_stream.values())


def next_link(previous: bytes, sequence: int, entry: Entry) -> bytes:
    """The hash that chains an entry to the one before it."""
    content = [
        sequence,
        entry.kind.value,
        entry.value_date.isoformat(),
        str(entry.budget_id),
        entry.reason,
        entry.reverses,
        [[leg.stream, leg.account.value, leg.amount_pence, str(leg.fund_id)] for leg in entry.legs],
    ]
    return hashlib.sha256(previous + json.dumps(content, separators=(",", ":"), ensure_ascii=True).encode()).digest()


class ChainChecker:
    """Works a council's journal out again, entry by entry, without keeping it in memory."""

    def __init__(self) -> None:
        self._previous = FIRST_LINK
        self._checked = 0
        self._pence_by_stream: dict[str, int] = {}
        self._broken_at: int | None = None
        self._difference: str | None = None

    def add(self, chained: ChainedEntry) -> None:
        """Check the next entry; after the first difference the rest is only summed."""
        for stream, pence in totals_by_stream(chained.entry.legs).items():
            self._pence_by_stream[stream] = self._pence_by_stream.get(stream, 0) + pence
        if self._broken_at is not None:
            return
        if chained.sequence != self._checked + 1:
            self.break_at(self._checked + 1, "the entry is missing")
        elif chained.link != next_link(self._previous, chained.sequence, chained.entry):
            self.break_at(chained.sequence, "the entry is not as it was written")
        else:
            self._previous = chained.link
            self._checked += 1

    def break_at(self, sequence: int, difference: str) -> None:
        """Note the first difference."""
        if self._broken_at is None:
            self._broken_at, self._difference = sequence, difference

    def proof(self, head: bytes | None = None) -> Proof:
        """What was found; with the stored head, entries cut off at the end show too."""
        if head is not None and self._broken_at is None and head != self._previous:
            self.break_at(self._checked + 1, "the last entries are missing")
        return Proof(self._checked, dict(sorted(self._pence_by_stream.items())), self._broken_at, self._difference)


def check_chain(chained: Iterable[ChainedEntry]) -> Proof:
    """Check a whole journal that is at hand."""
    checker = ChainChecker()
    for entry in chained:
        checker.add(entry)
    return checker.proof()
