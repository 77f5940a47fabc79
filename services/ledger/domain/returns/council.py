"""What the council itself is told: commitments by age, and journal lines for its general ledger."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.ledger.domain.chart_of_accounts import Account

#: Most days of each bucket but the last, which has no end.
BUCKETS: tuple[tuple[str, int], ...] = (("0-30", 30), ("31-60", 60), ("61-90", 90))
OLDEST = "over 90"


@dataclass(frozen=True)
class OpenCommitment:
    """Money of one fund that is held for an item on a day.

    Args:
        committed_on: the value date of the commitment.
        ends_on: last day of the fund: what is held past it is flagged.
        needed_on: last day for which it is held, where that is known.
    """

    commitment_id: UUID
    fund_id: UUID
    stream: str
    use: str
    pence: int
    committed_on: date
    ends_on: date
    needed_on: date | None = None

    def bucket(self, on: date) -> str:
        """How old it is."""
        days = (on - self.committed_on).days
        return next((name for name, most in BUCKETS if days <= most), OLDEST)

    def is_past_the_end(self, on: date) -> bool:
        """Whether its fund has ended, or will before the money is needed."""
        return self.ends_on < (self.needed_on or on)


def by_age(commitments: Iterable[OpenCommitment], on: date) -> dict[str, dict[str, int]]:
    """Pence by stream and bucket; every bucket is named, and the buckets of a stream add up to what it holds."""
    table: dict[str, dict[str, int]] = {}
    for one in commitments:
        row = table.setdefault(one.stream, dict.fromkeys([*(name for name, _ in BUCKETS), OLDEST], 0))
        row[one.bucket(on)] += one.pence
    return dict(sorted(table.items()))


@dataclass(frozen=True, order=True)
class LedgerCode:
    """Where a council's general ledger wants a line."""

    nominal: str
    cost_centre: str


@dataclass(frozen=True)
class CodeRule:
    """A row of the mapping; a stream of its own goes before one for any stream.

    Args:
        stream: code of the stream; ``*`` for any.
        account: of the chart of accounts.
    """

    stream: str
    account: Account
    code: LedgerCode


class MappingIncomplete(Exception):
    """Money would be left out of the export: an account has no code in the mapping."""


class MappingAmbiguous(Exception):
    """The mapping has two codes for one account of one stream."""


def mapping_of(rules: Sequence[CodeRule]) -> Mapping[tuple[str, Account], LedgerCode]:
    """Read a mapping.

    Raises:
        MappingAmbiguous: a row is there twice.
    """
    read: dict[tuple[str, Account], LedgerCode] = {}
    for rule in rules:
        if (rule.stream, rule.account) in read:
            raise MappingAmbiguous(f"{rule.stream} {rule.account} is mapped twice")
        read[(rule.stream, rule.account)] = rule.code
    return read


@dataclass(frozen=True)
class LedgerTotal:
    """What was posted to one account of one stream in a month: debits and credits, both above zero or nothing."""

    month: date
    stream: str
    account: Account
    debit_pence: int
    credit_pence: int
    entries: int


@dataclass(frozen=True)
class CodedLine:
    """A line for the general ledger."""

    code: LedgerCode
    total: LedgerTotal


def coded(totals: Iterable[LedgerTotal], mapping: Mapping[tuple[str, Account], LedgerCode]) -> list[CodedLine]:
    """Give every line its code; the lines' debits equal their credits, since every entry's do.

    Raises:
        MappingIncomplete: accounts have no code; all are named.
    """
    lines, missing = list[CodedLine](), set[str]()
    for total in totals:
        code = mapping.get((total.stream, total.account)) or mapping.get(("*", total.account))
        if code is None:
            missing.add(f"{total.stream} {total.account}")
        else:
            lines.append(CodedLine(code, total))
    if missing:
        raise MappingIncomplete(f"no code for {', '.join(sorted(missing))}")
    debits, credits = sum(one.total.debit_pence for one in lines), sum(one.total.credit_pence for one in lines)
    assert debits == credits, f"the export does not balance: {debits} and {credits}"
    return sorted(lines, key=lambda one: (one.total.month, one.code, one.total.stream, one.total.account))
