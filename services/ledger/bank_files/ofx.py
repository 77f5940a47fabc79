"""Open Financial Exchange: what banks offer customers to download, as SGML (1.x) and as XML (2.x).

One reader for both: in 1.x a value has no end tag, in 2.x it may have one, and some banks mix them. No library was fit:
`ofxtools` is under the GPL, `ofxparse` has not been kept since 2021 and reads a file of any size whole. The tags read
are those of OFX 1.0.2 to 2.2, sections 3, 11.4 and 11.5.
"""

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO
from xml.sax.saxutils import unescape  # five fixed names; nothing is parsed

from services.ledger.bank_files.bounded import MOST_BYTES, MOST_LINES, bounded
from services.ledger.bank_files.field_values import day_of, must_be_sterling, one_line, pence_of, printable, shown
from services.ledger.bank_files.refusals import (
    EncodingWrong,
    FieldInvalid,
    FileTooLarge,
    FileUnreadable,
    FormatUnknown,
)
from services.ledger.domain.bank import Statement, StatementLine
from services.ledger.domain.bank_lines import LineIdentities, told_reference

_HEADER_BYTES = 1024
_CHUNK_CHARACTERS = 64 * 1024
_LONGEST_VALUE = 64 * 1024

_TAG = re.compile(r"<(/?)([A-Za-z0-9_.]+)\s*>([^<]*)")
_ENTITIES = {"&nbsp;": " ", "&quot;": '"', "&apos;": "'"}

_ENCODINGS = {
    "UTF-8": "utf-8",
    "UNICODE": "utf-8",
    "NONE": "utf-8",
    "1252": "cp1252",
    "WINDOWS-1252": "cp1252",
    "8859-1": "latin-1",
    "ISO-8859-1": "latin-1",
}

#: Tags that hold others, as far as a statement has them; every other tag holds a value or nothing that is read.
_AGGREGATES = frozenset(
    re.findall(
        r"\w+",
        """
        OFX SIGNONMSGSRSV1 SONRS STATUS FI BANKMSGSRSV1 STMTTRNRS STMTRS BANKACCTFROM BANKACCTTO CCACCTTO
        CREDITCARDMSGSRSV1 CCSTMTTRNRS CCSTMTRS CCACCTFROM BANKTRANLIST STMTTRN PAYEE CURRENCY ORIGCURRENCY IMAGEDATA
        LEDGERBAL AVAILBAL BALLIST BAL BANKTRANLISTP STMTTRNP
        """,
    )
)
_STATEMENTS = {"STMTRS", "CCSTMTRS"}
_ACCOUNTS = {"BANKACCTFROM", "CCACCTFROM"}


def read_ofx(source: BinaryIO, most_bytes: int = MOST_BYTES) -> tuple[Statement, ...]:
    """Read the statements of a file, whole or not at all. OFX tells no opening balance, so the sum cannot be checked.

    Raises:
        BankFileRefused: what is wrong, and where.
    """
    reading = _Reading()
    for closing, name, value in _tags(_text(bounded(source, most_bytes))):
        if closing:
            reading.end(name)
        elif name in _AGGREGATES:
            reading.begin(name)
        else:
            reading.value(name, value)
    return reading.finished()


def _text(source: BinaryIO) -> Iterator[str]:
    """The file's text from ``<OFX>`` on, in the encoding that its header names."""
    head = source.read(_HEADER_BYTES)
    start = head.upper().find(b"<OFX>")
    if start < 0:
        raise FormatUnknown("the file does not begin as an OFX file does")
    decoder = codecs.getincrementaldecoder(_encoding(head[:start]))(errors="strict")
    chunk, read_on = head[start:], True
    while read_on:
        following = source.read(_CHUNK_CHARACTERS)
        read_on = bool(following)
        try:
            yield decoder.decode(chunk, final=not read_on)
        except UnicodeDecodeError as fault:
            raise EncodingWrong(
                f"a byte {fault.object[fault.start]:#04x} is none that {fault.encoding} knows"
            ) from None
        chunk = following


def _encoding(header: bytes) -> str:
    """Version 2 says ``encoding`` as XML does; version 1 says ``ENCODING`` and, for plain bytes, ``CHARSET``."""
    said = dict(re.findall(rb"(ENCODING|CHARSET)\s*[:=]\s*[\"']?([A-Z0-9-]+)", header.upper()))
    encoding = said.get(b"ENCODING", b"UTF-8").decode()
    if encoding == "USASCII":
        encoding = said.get(b"CHARSET", b"NONE").decode()
    if encoding not in _ENCODINGS:
        raise EncodingWrong(f"the character set {shown(encoding)} is not known here")
    return _ENCODINGS[encoding]


def _tags(chunks: Iterator[str]) -> Iterator[tuple[bool, str, str]]:
    """Every tag with the text behind it: whether it ends, its name, the text."""
    rest = ""
    for chunk in chunks:
        rest += chunk
        cut = rest.rfind("<")
        yield from _tags_of(rest[: max(cut, 0)])
        rest = rest[max(cut, 0) :]
        if len(rest) > _LONGEST_VALUE + _CHUNK_CHARACTERS:
            raise FileUnreadable("the file has a value that is too long for any")
    yield from _tags_of(rest)


def _tags_of(text: str) -> Iterator[tuple[bool, str, str]]:
    place = 0
    while place < len(text):
        found = _TAG.match(text, place)
        if found is None:
            raise FileUnreadable(f"{shown(text[place:])} is no tag of an OFX file")
        place = found.end()
        value = found[3].strip()
        if "&" in value:
            value = unescape(value, _ENTITIES)
        yield found[1] == "/", found[2].upper(), value


class _Reading:
    """A file while it is read: which tags are open, and the statement and line that are being gathered."""

    def __init__(self) -> None:
        self._open: list[str] = []
        self._begun = False
        self._identities = LineIdentities()
        self._statements: list[Statement] = []
        self._lines = 0
        self._statement = _GatheredStatement()
        self._line: dict[str, str] = {}

    def begin(self, name: str) -> None:
        if self._begun and not self._open:
            raise FileUnreadable("the file goes on after its end")
        self._begun = True
        self._open.append(name)
        if name in _STATEMENTS:
            self._statement = _GatheredStatement()
        elif name == "STMTTRN":
            self._line = {}

    def end(self, name: str) -> None:
        if name not in _AGGREGATES:
            return
        if not self._open or self._open.pop() != name:
            raise FileUnreadable(f"</{name}> ends what was not begun, or what is not over")
        if name == "STMTTRN":
            self._lines += 1
            if self._lines > MOST_LINES:
                raise FileTooLarge(f"the file has more than {MOST_LINES} lines")
            self._statement.add(self._line, self._identities)
        elif name in _STATEMENTS:
            self._statements.append(self._statement.statement())

    def value(self, name: str, value: str) -> None:
        inside = self._open[-1] if self._open else ""
        value = printable(value, f"transaction {self._lines + 1}", name)
        if inside == "STMTTRN" or (inside == "PAYEE" and name == "NAME"):
            self._line.setdefault(name, value)
        elif inside == "CURRENCY" and name == "CURSYM":
            self._line[name] = value
        elif inside in _ACCOUNTS or inside in _STATEMENTS or inside == "LEDGERBAL":
            self._statement.told[f"{inside if inside == 'LEDGERBAL' else 'STMTRS'}/{name}"] = value

    def finished(self) -> tuple[Statement, ...]:
        if self._open or not self._begun:
            raise FileUnreadable(f"the file breaks off inside {self._open[-1] if self._open else 'its header'}")
        if not self._statements:
            raise FileUnreadable("the file has no statement")
        return tuple(self._statements)


class _GatheredStatement:
    def __init__(self) -> None:
        self.told: dict[str, str] = {}
        self._lines: list[StatementLine] = []

    @property
    def account(self) -> str:
        return self.told.get("STMTRS/BANKID", "") + self.told.get("STMTRS/ACCTID", "")

    def add(self, told: dict[str, str], identities: LineIdentities) -> None:
        record = f"transaction {len(self._lines) + 1}"
        must_be_sterling(self.told.get("STMTRS/CURDEF", ""), record, "CURDEF")
        must_be_sterling(told.get("CURSYM", "GBP"), record, "CURRENCY")
        if not self.account:
            raise FieldInvalid(record, "ACCTID", "it comes before the file says of which account it is")
        booked_on = day_of(_iso_day(told.get("DTPOSTED", "")), record, "DTPOSTED")
        pence = pence_of(told.get("TRNAMT", "").replace(",", "."), record, "TRNAMT")
        name, memo = one_line(told.get("NAME", "")), one_line(told.get("MEMO", ""))
        reference = told_reference(told.get("FITID", ""))
        text = memo or name
        self._lines.append(
            StatementLine(
                line_id=identities.of_statement(self.account, booked_on, pence, text, reference),
                account=self.account,
                booked_on=booked_on,
                amount_pence=pence,
                text=text,
                value_on=day_of(_iso_day(told["DTAVAIL"]), record, "DTAVAIL") if told.get("DTAVAIL") else None,
                counterparty=name if memo else "",
                bank_reference=reference,
                kind=told.get("TRNTYPE", ""),
                merchant_category=told.get("SIC", ""),
            )
        )

    def statement(self) -> Statement:
        if not self.account:
            raise FieldInvalid("a statement", "ACCTID", "it does not say of which account it is")
        balance = self.told.get("LEDGERBAL/BALAMT")
        closing = None if balance is None else pence_of(balance.replace(",", "."), "the balance", "BALAMT")
        return Statement(self.account, tuple(self._lines), None, closing)


def _iso_day(told: str) -> str:
    """OFX writes a date as eight digits, with or without a time and a zone behind them."""
    return f"{told[:4]}-{told[4:6]}-{told[6:8]}"
