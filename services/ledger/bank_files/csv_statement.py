"""Statements of banks and card companies as CSV, read by a mapping."""

from typing import BinaryIO

from services.ledger.bank_files.bounded import MOST_BYTES
from services.ledger.bank_files.csv_mapping import CsvMapping, Order, Sign
from services.ledger.bank_files.delimited import rows
from services.ledger.bank_files.field_values import day_of, must_be_sterling, one_line, pence_of
from services.ledger.bank_files.refusals import FieldInvalid, FileUnreadable
from services.ledger.domain.bank import Statement, StatementDoesNotAddUp, StatementLine
from services.ledger.domain.bank_lines import LineIdentities, told_reference


def read_csv(
    source: BinaryIO, mapping: CsvMapping, account: str = "", most_bytes: int = MOST_BYTES
) -> tuple[Statement, ...]:
    """Read a file, whole or not at all: a statement for each account, in the order in which they appear.

    Args:
        account: whose file it is, where no column says so.

    Raises:
        BankFileRefused: what is wrong, and where.
    """
    if not (mapping.account or account):
        raise FileUnreadable("neither the file nor the caller says of which account it is")
    gathered: dict[str, _Gathered] = {} if mapping.account else {account: _Gathered(account)}
    identities = LineIdentities()
    for record, row in rows(
        source,
        mapping.columns,
        encoding=mapping.encoding,
        delimiter=mapping.delimiter,
        skip=mapping.skip,
        most_bytes=most_bytes,
    ):
        whose = row[mapping.account] if mapping.account else account
        if not whose:
            raise FieldInvalid(record, mapping.account or "account", "it does not say of which account it is")
        gathered.setdefault(whose, _Gathered(whose)).take(record, row, mapping, identities)
    return tuple(each.statement(mapping.order) for each in gathered.values())


class _Gathered:
    """The lines of one account, and the balances beside them."""

    def __init__(self, account: str) -> None:
        self._account = account
        self._lines: list[StatementLine] = []
        self._balances: list[tuple[str, int]] = []
        self._unbooked = 0

    def take(self, record: str, row: dict[str, str], mapping: CsvMapping, identities: LineIdentities) -> None:
        if mapping.status and row[mapping.status] not in mapping.booked:
            self._unbooked += 1
            return
        if mapping.currency:
            must_be_sterling(row[mapping.currency], record, mapping.currency)
        booked_on = day_of(row[mapping.date], record, mapping.date, mapping.date_format)
        pence = _amount(row, record, mapping)
        text = one_line(" ".join(dict.fromkeys(row[name] for name in mapping.text if row[name])))
        reference = told_reference(_of(row, mapping.reference))
        self._lines.append(
            StatementLine(
                line_id=identities.of_statement(self._account, booked_on, pence, text, reference),
                account=self._account,
                booked_on=booked_on,
                amount_pence=pence,
                text=text,
                counterparty=one_line(_of(row, mapping.counterparty)),
                bank_reference=reference,
                kind=_of(row, mapping.kind),
                merchant_category=_of(row, mapping.merchant_category),
            )
        )
        if mapping.balance:
            self._balances.append((record, _pence(row, record, mapping.balance, mapping)))

    def statement(self, order: Order) -> Statement:
        step = 1 if order is Order.OLDEST_FIRST else -1
        balances, lines = self._balances[::step], self._lines[::step]
        for (_, before), (record, after), line in zip(balances, balances[1:], lines[1:], strict=False):
            if before + line.amount_pence != after:
                raise StatementDoesNotAddUp(
                    f"{record}: {before} pence and {line.amount_pence} do not come to a balance of {after}"
                )
        if not balances:
            return Statement(self._account, tuple(self._lines), unbooked=self._unbooked)
        opening = balances[0][1] - lines[0].amount_pence
        return Statement(self._account, tuple(self._lines), opening, balances[-1][1], self._unbooked)


def _amount(row: dict[str, str], record: str, mapping: CsvMapping) -> int:
    if mapping.amount:
        pence = _pence(row, record, mapping.amount, mapping)
        return pence if mapping.plus_means is Sign.MONEY_IN else -pence
    given = [name for name in (mapping.paid_in, mapping.paid_out) if name and row[name]]
    moved = [(name, pence) for name in given if (pence := _pence(row, record, name, mapping))]
    if len(moved) > 1 or not given:
        raise FieldInvalid(record, f"{mapping.paid_in} and {mapping.paid_out}", "one of the two has the amount")
    name, pence = moved[0] if moved else (given[0], 0)
    # Some banks write what was paid out with a minus as well.
    return pence if name == mapping.paid_in else -abs(pence)


def _pence(row: dict[str, str], record: str, column: str, mapping: CsvMapping) -> int:
    return pence_of(row[column], record, column, decimal=mapping.decimal, thousands=mapping.thousands)


def _of(row: dict[str, str], column: str | None) -> str:
    return row[column] if column else ""
