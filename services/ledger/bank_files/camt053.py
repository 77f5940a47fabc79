"""ISO 20022 camt.053: bank statements."""

import re
from datetime import date
from typing import BinaryIO

from services.ledger.bank_files.bounded import MOST_BYTES, MOST_LINES
from services.ledger.bank_files.field_values import day_of, must_be_sterling, one_line, pence_of, shown
from services.ledger.bank_files.iso20022_reading import Part, records
from services.ledger.bank_files.refusals import FieldInvalid, FileTooLarge, FileUnreadable
from services.ledger.domain.bank import LinePart, Statement, StatementLine
from services.ledger.domain.bank_lines import LineIdentities, told_reference

#: 02 is what most banks send, 08 what they move to; what is read is the same in those between and since.
VERSIONS = frozenset({"02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14"})

_BOOKED = {"BOOK"}
_NOT_BOOKED = {"PDNG", "INFO", "FUTR"}
_OPENING = {"OPBD", "PRCD"}
_CLOSING = "CLBD"
_WANTED = frozenset({"Stmt/Acct", "Stmt/Bal", "Stmt/Ntry", "BkToCstmrStmt/Stmt"})
_BRITISH_IBAN = re.compile(r"GB[0-9]{2}[A-Z]{4}([0-9]{14})")
_LENGTH_OF_A_DAY = len("2026-05-01")


def read_camt053(source: BinaryIO, most_bytes: int = MOST_BYTES) -> tuple[Statement, ...]:
    """Read the statements of a file, whole or not at all.

    Raises:
        BankFileRefused: what is wrong, and where; among others `StatementDoesNotAddUp`.
    """
    identities = LineIdentities()
    reading, statements, lines = _Reading(identities), list[Statement](), 0
    for path, part in records(source, "camt.053.001", VERSIONS, _WANTED, most_bytes):
        if path == "BkToCstmrStmt/Stmt":
            statements.append(reading.statement())
            lines += len(statements[-1].lines)
            reading = _Reading(identities)
        else:
            reading.take(path, part)
        if lines + len(reading.lines) > MOST_LINES:
            raise FileTooLarge(f"the file has more than {MOST_LINES} lines")
    if not statements:
        raise FileUnreadable("the file has no statement")
    return tuple(statements)


class _Reading:
    """One statement while it is read."""

    def __init__(self, identities: LineIdentities) -> None:
        self.lines: list[StatementLine] = []
        self._identities = identities
        self._account = ""
        self._balances: dict[str, int] = {}
        self._entries = 0
        self._unbooked = 0

    def take(self, path: str, part: Part) -> None:
        match path:
            case "Stmt/Acct":
                self._account = _account(part)
            case "Stmt/Bal":
                self._balance(part)
            case "Stmt/Ntry":
                self._entry(part)

    def statement(self) -> Statement:
        if not self._account:
            raise FieldInvalid("a statement", "Acct", "it does not say of which account it is")
        return Statement(
            self._account,
            tuple(self.lines),
            self._balances.get("opening"),
            self._balances.get("closing"),
            self._unbooked,
        )

    def _balance(self, part: Part) -> None:
        kind = part.said("Tp/CdOrPrtry/Cd")
        if kind in _OPENING:
            # Where a bank tells both, the opening balance of the day counts before the closing one of the day before.
            pence = _signed(part, "a balance")
            self._balances["opening"] = pence if kind == "OPBD" else self._balances.get("opening", pence)
        elif kind == _CLOSING:
            self._balances["closing"] = _signed(part, "a balance")

    def _entry(self, part: Part) -> None:
        self._entries += 1
        record = f"entry {self._entries}"
        status = part.said("Sts/Cd") or part.said("Sts")
        if status in _NOT_BOOKED:
            self._unbooked += 1
            return
        if status not in _BOOKED:
            raise FieldInvalid(record, "Sts", f"{shown(status)} is no status that is known here")
        if not self._account:
            raise FieldInvalid(record, "Acct", "the statement has lines before it says of which account it is")
        self.lines.append(_line(part, record, self._account, self._identities))


def _line(entry: Part, record: str, account: str, identities: LineIdentities) -> StatementLine:
    pence = _signed(entry, record)
    details = entry.every("NtryDtls/TxDtls")
    only = details[0] if len(details) == 1 else None
    text = one_line(" ".join(_told(only) if only is not None else ()) or entry.said("AddtlNtryInf"))
    own = entry.said("AcctSvcrRef") or (only.said("Refs/AcctSvcrRef") if only is not None else "")
    reference = told_reference(own)
    booked_on = _day(entry, "BookgDt", record)
    if booked_on is None:
        raise FieldInvalid(record, "BookgDt", "it does not say when it was booked")
    return StatementLine(
        line_id=identities.of_statement(account, booked_on, pence, text, reference),
        account=account,
        booked_on=booked_on,
        amount_pence=pence,
        text=text,
        value_on=_day(entry, "ValDt", record),
        counterparty=_other_party(only, pence) if only is not None else "",
        bank_reference=reference,
        end_to_end_id=told_reference(only.said("Refs/EndToEndId")) if only is not None else "",
        kind=_kind(entry),
        return_reason=only.said("RtrInf/Rsn/Cd") if only is not None else "",
        parts=tuple(_part(detail, pence, record) for detail in details) if only is None else (),
    )


def _part(detail: Part, line_pence: int, record: str) -> LinePart:
    """One payment of a line that stands for several; version 02 tells its amount elsewhere than later ones."""
    amount = detail.first("Amt") or detail.first("AmtDtls/TxAmt/Amt")
    pence = 0 if amount is None else _amount(amount, record, "TxDtls/Amt")
    inward = detail.said("CdtDbtInd") or ("CRDT" if line_pence > 0 else "DBIT")
    return LinePart(
        told_reference(detail.said("Refs/EndToEndId")),
        pence if inward == "CRDT" else -pence,
        _other_party(detail, line_pence),
        one_line(" ".join(_told(detail))),
        detail.said("RtrInf/Rsn/Cd"),
    )


def _told(detail: Part) -> list[str]:
    """What payer and bank wrote about a payment."""
    structured = detail.all_said("RmtInf/Strd/CdtrRefInf/Ref")
    return detail.all_said("RmtInf/Ustrd") + structured or detail.all_said("AddtlTxInf")


def _other_party(detail: Part, pence: int) -> str:
    """Who paid, of money that came in; who was paid, of money that went out."""
    who = "Dbtr" if pence > 0 else "Cdtr"
    return one_line(detail.said(f"RltdPties/{who}/Pty/Nm") or detail.said(f"RltdPties/{who}/Nm"))


def _kind(entry: Part) -> str:
    domain = [entry.said(f"BkTxCd/Domn/{path}") for path in ("Cd", "Fmly/Cd", "Fmly/SubFmlyCd")]
    return "/".join(part for part in domain if part) or entry.said("BkTxCd/Prtry/Cd")


def _account(part: Part) -> str:
    """The account: fourteen digits for a British one, however the bank writes it."""
    iban = part.said("Id/IBAN").replace(" ", "")
    british = _BRITISH_IBAN.fullmatch(iban)
    if british:
        return british[1]
    number = part.said("Id/Othr/Id")
    sort_code = part.said("Svcr/FinInstnId/ClrSysMmbId/MmbId")
    return iban or (sort_code + number if len(number) == 8 else number)  # noqa: PLR2004 (an account number's digits)


def _signed(part: Part, record: str) -> int:
    amount = part.first("Amt")
    if amount is None:
        raise FieldInvalid(record, "Amt", "it has no amount")
    pence = _amount(amount, record, "Amt")
    match part.said("CdtDbtInd"):
        case "CRDT":
            return pence
        case "DBIT":
            return -pence
        case other:
            raise FieldInvalid(record, "CdtDbtInd", f"{shown(other)} is neither CRDT nor DBIT")


def _amount(amount: Part, record: str, field: str) -> int:
    must_be_sterling(amount.currency, record, field)
    text = amount.text
    if text[:1] in {"-", "+"}:
        raise FieldInvalid(record, field, f"{shown(text)} has a sign, which ISO 20022 writes as CRDT or DBIT")
    return pence_of(text, record, field)


def _day(entry: Part, name: str, record: str) -> date | None:
    told = entry.said(f"{name}/Dt") or entry.said(f"{name}/DtTm")
    return day_of(told[:_LENGTH_OF_A_DAY], record, name) if told else None
