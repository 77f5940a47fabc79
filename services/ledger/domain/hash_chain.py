"""The hash chain of a council's journal, worked out without the database: one changed byte shows, and where.

Entries are recorded in blocks, one for each call of the posting function. A block's link is the SHA-256 of the link
before it, what the block is, the digests of its entries, and what the accounts are that it is the first to post to. The
bytes are those in which PostgreSQL sends values to its clients (big-endian, each value with its length, a NULL told
apart from an empty text), which is what ``migrations/sql/0002_hashing.sql`` hashes.
"""

import hashlib
import re
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from services.ledger.domain.chart_of_accounts import AccountName
from services.ledger.domain.journal import Entry

#: What the first block of a council is chained to.
FIRST_LINK = bytes(32)
#: Bytes of an entry's digest: half a SHA-256, twice the strength of what anybody can search.
DIGEST_BYTES = 16

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_HASH = re.compile("[0-9a-f]{64}")
#: Of a number that PostgreSQL can hold.
_SEQUENCE_DIGITS_MOST = 18
#: PostgreSQL's numbers of the types that are hashed.
_INTEGER, _BIGINT, _TEXT, _DATE, _MOMENT, _UUID = 23, 20, 25, 1082, 1184, 2950


class HeadMisread(Exception):
    """What is given as the end of a chain is none."""


@dataclass(frozen=True)
class Head:
    """The end of a council's chain at some time; kept outside the database, it shows when the chain was cut behind it.

    Args:
        sequence: the last entry.
        link: the hash of the block that ends with it.
    """

    sequence: int
    link: bytes

    def __str__(self) -> str:
        return f"{self.sequence}:{self.link.hex()}"

    @classmethod
    def read(cls, told: str) -> "Head":
        """An end as it was told.

        Raises:
            HeadMisread: it is no number and hash.
        """
        sequence, _, link = told.strip().partition(":")
        if not sequence.isascii() or not sequence.isdecimal() or len(sequence) > _SEQUENCE_DIGITS_MOST:
            raise HeadMisread(f"{told[:100]!r} does not begin with the number of an entry")
        if not _HASH.fullmatch(link):
            raise HeadMisread(f"{told[:100]!r} does not end with a hash")
        return cls(int(sequence), bytes.fromhex(link))


@dataclass(frozen=True)
class Proof:
    """What a check of a council's journal found.

    Args:
        entries: how many entries are whole, from the first on.
        pence_by_stream: debits less credits of each stream; nothing but zeros when all is well.
        broken_at: sequence of the first entry that is not as it was written; None when all is well.
        broken_on: value date of that entry; None where the entry is gone.
        difference: what is wrong with it.
        head: the end of the chain; None before the first entry.
    """

    entries: int
    pence_by_stream: Mapping[str, int]
    broken_at: int | None = None
    broken_on: date | None = None
    difference: str | None = None
    head: Head | None = None

    @property
    def holds(self) -> bool:
        """Whether every entry is whole and every stream adds up to nothing."""
        return self.broken_at is None and not any(self.pence_by_stream.values())


@dataclass(frozen=True)
class Block:
    """What a block says of itself, besides its entries."""

    council: str
    first_sequence: int
    last_sequence: int
    recorded_at: datetime


def entry_digest(
    entry: Entry, numbers: Mapping[AccountName, int], *, expires_on: date | None = None, item_id: UUID | None = None
) -> bytes:
    """The digest of what an entry says, but for where it stands.

    Args:
        entry: the entry.
        numbers: the ids of its accounts.
        expires_on, item_id: of the commitment that it places.
    """
    said = _row(
        (_UUID, entry.entry_id),
        (_TEXT, entry.kind.value),
        (_DATE, entry.value_date),
        (_UUID, entry.budget_id),
        (_TEXT, entry.use),
        (_UUID, entry.subject_id),
        (_UUID, entry.reverses),
        (_TEXT, entry.reason),
    )
    legs = sorted((numbers[leg.name], leg.amount_pence) for leg in entry.legs)
    placed = _row((_DATE, expires_on), (_UUID, item_id)) if expires_on or item_id else b""
    return hashlib.sha256(said + b"".join(struct.pack(">iq", *leg) for leg in legs) + placed).digest()[:DIGEST_BYTES]


def account_bytes(number: int, name: AccountName, budget_id: UUID | None) -> bytes:
    """What an account is, for the link of the block that is the first to post to it."""
    return _row(
        (_INTEGER, number),
        (_TEXT, name.stream),
        (_TEXT, name.account.value),
        (_UUID, name.fund_id),
        (_UUID, budget_id),
    )


def block_link(previous: bytes, block: Block, digests: Sequence[bytes], opened: Iterable[bytes] = ()) -> bytes:
    """The link of a block.

    Args:
        previous: the link of the block before it.
        block: what it says of itself.
        digests: of its entries, in order.
        opened: what the accounts are that it is the first to post to, in the order of their numbers.
    """
    said = _row(
        (_TEXT, block.council),
        (_BIGINT, block.first_sequence),
        (_BIGINT, block.last_sequence),
        (_MOMENT, block.recorded_at),
    )
    return hashlib.sha256(previous + said + b"".join(digests) + b"".join(opened)).digest()


def _row(*values: tuple[int, object]) -> bytes:
    """A row as PostgreSQL's ``record_send`` writes it."""
    return struct.pack(">i", len(values)) + b"".join(_value(kind, value) for kind, value in values)


def _value(kind: int, value: object) -> bytes:
    if value is None:
        return struct.pack(">Ii", kind, -1)
    sent = _sent(value)
    return struct.pack(">Ii", kind, len(sent)) + sent if kind not in _WIDTHS else _number(kind, value)


_WIDTHS = {_INTEGER: ">Iii", _BIGINT: ">Iiq"}


def _number(kind: int, value: object) -> bytes:
    assert isinstance(value, int)
    return struct.pack(_WIDTHS[kind], kind, 4 if kind == _INTEGER else 8, value)


def _sent(value: object) -> bytes:
    match value:
        case UUID():
            return value.bytes
        case str():
            return value.encode()
        case datetime():
            return struct.pack(">q", (value - _EPOCH) // timedelta(microseconds=1))
        case date():
            return struct.pack(">i", (value - _EPOCH.date()).days)
        case _:
            return b""
