"""What finance systems take: journal lines for a general ledger as CSV, and the mapping that codes them."""

import csv
import io
from collections.abc import Iterable, Sequence

from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.returns.council import CodedLine, CodeRule, LedgerCode
from services.ledger.statements.csv_text import csv_text, in_pounds

#: Columns of the mapping, in any order.
MAPPING_COLUMNS = ("stream", "account", "nominal_code", "cost_centre")
#: Rows of a mapping at most: every account for more streams than there are.
MAPPING_ROWS_MAX = 2_000


class MappingRefused(Exception):
    """A mapping cannot be read; the message names the row."""


def read_mapping(text: str) -> list[CodeRule]:
    """Read a mapping from CSV: ``stream,account,nominal_code,cost_centre``; ``*`` stands for any stream.

    Raises:
        MappingRefused: a column is missing, an account is none of ours, or a code is empty.
    """
    reader = csv.DictReader(io.StringIO(text), strict=True)
    if reader.fieldnames is None or set(reader.fieldnames) != set(MAPPING_COLUMNS):
        raise MappingRefused(f"the columns are {', '.join(MAPPING_COLUMNS)}")
    rules = list[CodeRule]()
    try:
        for row in reader:
            rules.append(_rule(row, reader.line_num))
            if len(rules) > MAPPING_ROWS_MAX:
                raise MappingRefused(f"more than {MAPPING_ROWS_MAX} rows")
    except csv.Error as error:
        raise MappingRefused(f"row {reader.line_num} is not CSV: {error}") from error
    if not rules:
        raise MappingRefused("the mapping has no rows")
    return rules


def _rule(row: dict[str | None, str | None], number: int) -> CodeRule:
    values = [(row.get(name) or "").strip() for name in MAPPING_COLUMNS]
    if None in row or not all(values):
        raise MappingRefused(f"row {number} needs {len(MAPPING_COLUMNS)} values")
    stream, account, nominal, cost_centre = values
    if account not in set(Account):
        raise MappingRefused(f"row {number}: there is no account {account}")
    return CodeRule(stream, Account(account), LedgerCode(nominal, cost_centre))


def general_ledger_csv(lines: Iterable[CodedLine], description: str) -> str:
    """Journal lines as finance systems take them: debits and credits in pounds, each line one side or both."""
    header = ("period", "nominal_code", "cost_centre", "debit", "credit", "description", "stream", "account", "entries")
    return csv_text(header, (_row(line, description) for line in lines))


def _row(line: CodedLine, description: str) -> Sequence[object]:
    total = line.total
    return (
        f"{total.month:%Y-%m}",
        line.code.nominal,
        line.code.cost_centre,
        in_pounds(total.debit_pence),
        in_pounds(total.credit_pence),
        description,
        total.stream,
        total.account.value,
        total.entries,
    )
