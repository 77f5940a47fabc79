"""One invoice, one effect: whichever way it comes in first counts it, and the other joins it or is refused.

An invoice comes in to be paid by a run, or in a file of what the council has paid. The way that it came in first owns
it. A file that tells of one that a run pays changes nothing where the sums are the same: the run posts it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import select

from braid.kit.unit_of_work import UnitOfWork
from services.ledger.domain.bank import InvoiceLine
from services.ledger.domain.in_words import pounds
from services.ledger.domain.invoices import InvoiceName
from services.ledger.domain.payments.due_kinds import DueKind
from services.ledger.domain.spending.money_out import Source
from services.ledger.payments.tables import PayeeAccountRow

_DUE = text(
    "SELECT d.payee_id, d.mark, d.gross_pence, a.name FROM payment_due AS d"
    " INNER JOIN payee_account AS a USING (payee_id)"
    " WHERE d.budget_id = :budget_id AND d.due_kind = :kind AND d.state <> 'withdrawn'"
)
_SPENT = text(
    "SELECT DISTINCT line ->> 'provider' AS provider, line ->> 'invoice' AS number FROM spend"
    " WHERE budget_id = :budget_id AND source = :source AND document <> ''"
)


class InvoiceCountedAlready(Exception):
    """The invoice came in another way before, and has its effect from there."""


async def refuse_if_counted(work: UnitOfWork, budget_id: UUID, payee_id: UUID, number: str) -> None:
    """Refuse to make an invoice due that is counted already: taken in as paid, or due to a payee of the same name.

    Args:
        work: the unit of work, which holds the person.
        budget_id: the budget that would pay.
        payee_id: the supplier; that the invoice is due to it already is no reason, for a repeat is nothing new.
        number: of the invoice.

    Raises:
        InvoiceCountedAlready: it is.
    """
    accounts = await work.session.scalars(select(PayeeAccountRow.name).where(PayeeAccountRow.payee_id == payee_id))
    names = {InvoiceName.of(account, number) for account in accounts}
    spent = await work.session.execute(_SPENT, {"budget_id": budget_id, "source": Source.PROVIDER_INVOICE})
    if any(InvoiceName.of(row.provider, row.number) in names for row in spent):
        raise InvoiceCountedAlready(f"Invoice {number} was taken in as paid: it is in the person's spending.")
    due = await _due(work, budget_id)
    if any(one.payee_id != payee_id for name in names for one in due.get(name, ())):
        raise InvoiceCountedAlready(f"Invoice {number} of this supplier is due already, to another of its accounts.")


async def paid_by_runs(work: UnitOfWork, budget_id: UUID, lines: Sequence[InvoiceLine]) -> set[UUID]:
    """Ids of those lines whose invoice a payment run pays, or has paid.

    Args:
        work: the unit of work, which holds the person.
        budget_id: the budget.
        lines: of invoices that came in as paid.

    Raises:
        InvoiceCountedAlready: a run pays such an invoice, and with another sum.
    """
    due = await _due(work, budget_id)
    by_name: dict[InvoiceName, list[InvoiceLine]] = defaultdict(list)
    for line in lines:
        by_name[InvoiceName.of(line.provider, line.invoice)].append(line)
    joined: set[UUID] = set()
    for name in by_name.keys() & due.keys():
        told, is_due = sum(line.amount_pence for line in by_name[name]), due[name][0].gross_pence
        if told != is_due:
            raise InvoiceCountedAlready(
                f"Invoice {by_name[name][0].invoice} is paid by a payment run with {pounds(is_due)};"
                f" the file tells {pounds(told)}."
            )
        joined |= {line.line_id for line in by_name[name]}
    return joined


async def _due(work: UnitOfWork, budget_id: UUID) -> Mapping[InvoiceName, list[Row[Any]]]:
    rows = await work.session.execute(_DUE, {"budget_id": budget_id, "kind": DueKind.INVOICE})
    due: dict[InvoiceName, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        # The mark is the payee's id and the number.
        due[InvoiceName.of(row.name, row.mark.partition("/")[2])].append(row)
    return due
