"""What the journal and its proof look like on a page: every stream by itself, debits and credits side by side."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.console import wording


@dataclass(frozen=True)
class Line:
    """A leg of an entry, or an account's balance; one of the two sums is none."""

    account: str
    debit_pence: int
    credit_pence: int


class Sums:
    """What the lines of a stream add up to."""

    def __init__(self, lines: Iterable[Line]) -> None:
        gathered = tuple(lines)
        self.debit_pence = sum(line.debit_pence for line in gathered)
        self.credit_pence = sum(line.credit_pence for line in gathered)

    @property
    def balances(self) -> bool:
        """Whether debits and credits are the same to the penny."""
        return self.debit_pence == self.credit_pence


@dataclass(frozen=True)
class Entry:
    """One stream's part of an entry of the journal."""

    sequence: int
    value_date: str
    recorded_at: str
    reason: str
    lines: tuple[Line, ...]


class StreamJournal(Sums):
    """A stream's entries in a person's budget."""

    def __init__(self, stream: str, entries: Sequence[Entry]) -> None:
        super().__init__(line for entry in entries for line in entry.lines)
        self.stream = stream
        self.entries = entries


class StreamBalance(Sums):
    """A stream's accounts in the council's whole journal."""

    def __init__(self, stream: str, lines: Sequence[Line]) -> None:
        super().__init__(lines)
        self.stream = stream
        self.lines = lines


@dataclass(frozen=True)
class Proof:
    """The council's journal, worked out again."""

    holds: bool
    entries: int
    broken_at: int | None
    difference: str
    trial_balance: tuple[StreamBalance, ...]
    balances: bool


def journals(entries: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> tuple[StreamJournal, ...]:
    """A budget's entries, each leg under its stream.

    Args:
        entries: as the ledger gives them.
        names: of streams, by code, as their decisions tell them.
    """
    parts = [(stream, _entry(entry, legs)) for entry in entries for stream, legs in _by_stream(entry["legs"]).items()]
    gathered: dict[str, list[Entry]] = {}
    for stream, entry in parts:
        gathered.setdefault(stream, []).append(entry)
    named = {**wording.STREAMS, **names}
    return tuple(StreamJournal(wording.named(named, stream), gathered[stream]) for stream in _in_order(gathered))


def proof_view(proof: Mapping[str, Any]) -> Proof:
    """The proof of the council's journal."""
    gathered = _by_stream(proof["trial_balance"])
    return Proof(
        holds=proof["holds"],
        entries=proof["entries"],
        broken_at=proof["broken_at"],
        difference=proof["difference"] or "",
        trial_balance=tuple(_balance(stream, gathered[stream]) for stream in _in_order(gathered)),
        balances=not any(proof["debits_less_credits_pence"].values()),
    )


def _by_stream(rows: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    gathered: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        gathered.setdefault(row["stream"], []).append(row)
    return gathered


def _in_order(streams: Iterable[str]) -> list[str]:
    """Streams in the order in which we name them everywhere, ones that we do not know last."""
    known = list(wording.STREAMS)
    return sorted(streams, key=lambda stream: known.index(stream) if stream in known else len(known))


def _entry(entry: Mapping[str, Any], legs: Sequence[Mapping[str, Any]]) -> Entry:
    takes_back = f"Takes back entry {entry['reverses']}: " if entry["reverses"] else ""
    return Entry(
        sequence=entry["sequence"],
        value_date=entry["value_date"],
        recorded_at=entry["recorded_at"],
        reason=takes_back + wording.told(entry["reason"]),
        lines=tuple(_line(wording.ACCOUNTS, leg["account"], leg["amount_pence"]) for leg in legs),
    )


def _balance(stream: str, rows: Sequence[Mapping[str, Any]]) -> StreamBalance:
    lines = [_line(wording.COUNCIL_ACCOUNTS, row["account"], row["balance_pence"]) for row in rows]
    return StreamBalance(wording.named(wording.STREAMS, stream), lines)


def _line(names: Mapping[str, str], account: str, pence: int) -> Line:
    return Line(wording.named(names, account), debit_pence=max(pence, 0), credit_pence=max(-pence, 0))
