"""The journal in hledger's format, so that a second program can add it up."""

import re

from services.ledger.domain.journal import Leg
from services.ledger.domain.statements.recorded import RecordedEntry


def journal_head() -> str:
    """What the text begins with."""
    return "; Debits above zero, credits below.\ncommodity GBP 1000.00\n\n"


def transaction(one: RecordedEntry) -> str:
    """An entry, dated by its value date and tagged with its day of recording."""
    tags = f"entry:{one.entry_id}, kind:{one.posted_as}, recorded:{one.recorded_at.date().isoformat()}"
    head = f"{one.value_date.isoformat()} * ({one.sequence}) {_description(one.reason)}  ; {tags}"
    return "\n".join([head, *(_posting(leg) for leg in one.legs), "", ""])


def _posting(leg: Leg) -> str:
    name = ":".join([leg.stream, leg.account, *([str(leg.fund_id)] if leg.fund_id else [])])
    sign = "-" if leg.amount_pence < 0 else ""
    return f"    {name}  GBP {sign}{abs(leg.amount_pence) // 100}.{abs(leg.amount_pence) % 100:02}"


def _description(reason: str) -> str:
    """A reason on one line, without the sign that begins a comment."""
    return re.sub(r"[;|\s]+", " ", reason).strip() or "-"
