"""Reading ISO 20022 messages of any size: record by record, following nothing that the file points to."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, BinaryIO

from lxml import etree

from services.ledger.bank_files.bounded import MOST_BYTES, bounded
from services.ledger.bank_files.refusals import FileTooLarge, FileUnreadable, FormatUnknown

#: How deep the parts of a message are, from the root on.
_BLOCK, _RECORD = 3, 4
#: The deepest that any version goes is half of this.
_DEEPEST = 40
#: Twenty thousand payments booked as one line, with all that a bank tells of each.
MOST_ELEMENTS_OF_A_RECORD = 500_000
#: What a file of the largest size has at most, if its elements have something in them.
MOST_ELEMENTS = 8_000_000

_CHUNK_BYTES = 64 * 1024
_MESSAGE = re.compile(r"\{urn:iso:std:iso:20022:tech:xsd:([a-z]{4}\.[0-9]{3}\.[0-9]{3})\.([0-9]{2})\}Document")


class Part:
    """An element of a message: its text, its currency where it is an amount, and the parts in it by plain name."""

    __slots__ = ("_parts", "currency", "text")

    def __init__(self, currency: str = "") -> None:
        self.text = ""
        self.currency = currency
        self._parts: dict[str, list[Part]] | None = None

    def add(self, name: str, part: "Part") -> None:
        """Put a part in this one."""
        if self._parts is None:
            self._parts = {}
        self._parts.setdefault(name, []).append(part)

    def every(self, path: str) -> "list[Part]":
        """Every part at a path of plain names."""
        found = [self]
        for name in path.split("/"):
            found = [part for each in found if each._parts for part in each._parts.get(name, ())]
        return found

    def first(self, path: str) -> "Part | None":
        """The first part at a path of plain names."""
        found = self
        for name in path.split("/"):
            several = found._parts.get(name) if found._parts else None
            if several is None:
                return None
            found = several[0]
        return found

    def said(self, path: str) -> str:
        """The text of the first part at a path, or nothing."""
        found = self.first(path)
        return found.text if found else ""

    def all_said(self, path: str) -> list[str]:
        """The texts at a path, but for empty ones."""
        return [part.text for part in self.every(path) if part.text]


def records(
    source: BinaryIO, message: str, versions: Collection[str], wanted: Collection[str], most_bytes: int = MOST_BYTES
) -> Iterator[tuple[str, Part]]:
    """The wanted parts of a message in order, each with its path, and gone from memory before the next is read.

    A message is ``Document/Message/Block/Record``: records come whole, such as ``Stmt/Ntry``; a block comes when it
    ends, empty, such as ``BkToCstmrStmt/Stmt``.

    Args:
        message: such as ``camt.053.001``.
        versions: the last two digits that are understood.
        wanted: paths of records and blocks, by their last two names.

    Raises:
        FormatUnknown: another message, another version, or no ISO 20022 message at all.
        FileUnreadable: not well formed, broken off, or with a document type.
        FileTooLarge: more bytes or elements than allowed, or one record as large as a file.
    """
    gathering = _Gathering(message, versions, wanted)
    parser = etree.XMLParser(
        target=gathering, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True
    )
    stream = bounded(source, most_bytes)
    try:
        while chunk := stream.read(_CHUNK_BYTES):
            parser.feed(chunk)
            yield from gathering.gathered()
        parser.close()
        yield from gathering.gathered()
    except etree.XMLSyntaxError as fault:
        raise FileUnreadable(f"line {fault.lineno}: the file is not well formed, or breaks off") from None


class _Gathering:
    """What the parser tells, gathered to the parts that are wanted; nothing else is kept."""

    def __init__(self, message: str, versions: Collection[str], wanted: Collection[str]) -> None:
        self._message, self._versions, self._wanted = message, versions, wanted
        self._names: list[str] = []
        self._open: list[Part] = []
        self._texts: list[str] = []
        self._ready: list[tuple[str, Part]] = []
        self._met = self._of_record = 0

    def gathered(self) -> list[tuple[str, Part]]:
        """The parts that have ended since this was asked last."""
        ready, self._ready = self._ready, []
        return ready

    def doctype(self, *_told: Any) -> None:
        """Refuse a document type: no ISO 20022 message has one, and it is how a file would define entities."""
        raise FileUnreadable("the file has a document type, which an ISO 20022 message has not")

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        names = self._names
        if not names:
            self._must_be_wanted(tag)
        names.append(tag[tag.find("}") + 1 :])
        depth = len(names)
        self._met += 1
        self._of_record = self._of_record + 1 if depth > _RECORD else 0
        if self._met > MOST_ELEMENTS or self._of_record > MOST_ELEMENTS_OF_A_RECORD:
            raise FileTooLarge("the file, or one record of it, has more elements than any statement")
        if depth > _DEEPEST:
            raise FileUnreadable("the file has elements in elements, deeper than any message")
        if self._open or (depth == _RECORD and f"{names[-2]}/{names[-1]}" in self._wanted):
            self._open.append(Part(attributes.get("Ccy", "") if attributes else ""))
            self._texts.clear()

    def data(self, text: str) -> None:
        if self._open:
            self._texts.append(text)

    def end(self, _tag: str) -> None:
        name = self._names.pop()
        depth = len(self._names) + 1
        if self._open:
            part = self._open.pop()
            part.text = "".join(self._texts).strip()
            self._texts.clear()
            if self._open:
                self._open[-1].add(name, part)
            else:
                self._ready.append((f"{self._names[-1]}/{name}", part))
        elif depth == _BLOCK and (path := f"{self._names[-1]}/{name}") in self._wanted:
            self._ready.append((path, Part()))

    def close(self) -> None:
        """The parser asks for it at the end."""

    def _must_be_wanted(self, root: str) -> None:
        found = _MESSAGE.fullmatch(root)
        if found is None or found[1] != self._message:
            raise FormatUnknown(f"the file is no {self._message} message")
        if found[2] not in self._versions:
            raise FormatUnknown(
                f"{self._message}: version {found[2]} is not one of {', '.join(sorted(self._versions))}"
            )
