"""Files as they arrive over the API: which reader takes which, and where the lines go."""

import base64
import io
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from braid.kit.unit_of_work import UnitOfWork
from services.ledger.bank_files.camt053 import read_camt053
from services.ledger.bank_files.csv_mapping import mapping_of
from services.ledger.bank_files.csv_statement import read_csv
from services.ledger.bank_files.ofx import read_ofx
from services.ledger.bank_files.provider_invoices import read_invoices_csv, read_invoices_jsonl
from services.ledger.bank_files.refusals import FileUnreadable, MappingInvalid
from services.ledger.domain.bank import InvoiceLine, Statement
from services.ledger.domain.spending.money_out import Source
from services.ledger.spending.taking_in import TakenIn, take_in_invoices, take_in_statements


class FileFormat(StrEnum):
    """What a file is."""

    CAMT_053 = "camt.053"
    OFX = "ofx"
    CSV = "csv"
    INVOICES_CSV = "invoices.csv"
    INVOICES_JSONL = "invoices.jsonl"


@dataclass(frozen=True)
class ReadFile:
    """The content of a file: statements or invoice lines, never both."""

    statements: tuple[Statement, ...] = ()
    invoice_lines: tuple[InvoiceLine, ...] = ()


def read_file(file_format: FileFormat, content: str, mapping: Mapping[str, Any] | None, account: str = "") -> ReadFile:
    """Read a file, whole or not at all.

    Args:
        content: in base64.
        mapping: of a CSV file.
        account: whose a CSV file is, where no column says so.

    Raises:
        BankFileRefused: the file or the mapping is not what it says.
    """
    try:
        source = io.BytesIO(base64.b64decode(content, validate=True))
    except ValueError as error:
        raise FileUnreadable("the content is not base64") from error
    if file_format is FileFormat.CAMT_053:
        return ReadFile(statements=read_camt053(source))
    if file_format is FileFormat.OFX:
        return ReadFile(statements=read_ofx(source))
    if file_format is FileFormat.INVOICES_CSV:
        return ReadFile(invoice_lines=read_invoices_csv(source))
    if file_format is FileFormat.INVOICES_JSONL:
        return ReadFile(invoice_lines=read_invoices_jsonl(source))
    if mapping is None:
        raise MappingInvalid(["a CSV file needs a mapping"])
    return ReadFile(statements=read_csv(source, mapping_of(mapping), account))


async def take_in(
    work: UnitOfWork,
    budget_id: UUID,
    person_id: UUID,
    file: ReadFile,
    *,
    is_card: bool,
    person_ref: str,
    by: str,
) -> TakenIn:
    """Take in what a file has; see `services.ledger.spending.taking_in` for what is refused."""
    today = work.now.date()
    if file.invoice_lines:
        return await take_in_invoices(work, budget_id, person_id, file.invoice_lines, person_ref, by=by, today=today)
    source = Source.CARD_FEED if is_card else Source.BANK_STATEMENT
    return await take_in_statements(work, budget_id, person_id, file.statements, source, by=by, today=today)
