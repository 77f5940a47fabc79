"""Payments that came back, as the council's own account statement tells: money in under a payment's end-to-end id."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select

from braid.kit.unit_of_work import UnitOfWork
from services.ledger.domain.bank import Statement
from services.ledger.domain.payments.results import BankWord
from services.ledger.payments.bank_answers import Followed, Told, as_payment_id, take_answers
from services.ledger.payments.tables import PaymentItemRow


@dataclass(frozen=True)
class CameBack:
    """Money that came back, by the line of the statement that tells it."""

    line_id: UUID
    payment_id: UUID
    pence: int
    reason_code: str
    text: str


async def take_returns(work: UnitOfWork, statements: Iterable[Statement], *, actor: str) -> Followed:
    """Put what came back into effect, once, however often it is told; every other line is nothing to payments.

    Returns:
        what followed, over all runs.
    """
    found = list(_came_back(statements))
    query = select(PaymentItemRow.payment_id, PaymentItemRow.run_id).where(
        col(PaymentItemRow.payment_id).in_([one.payment_id for one in found])
    )
    runs = {row.payment_id: row.run_id for row in await work.session.execute(query)}
    counts: Counter[str] = Counter()
    for_a_person: dict[str, str] = {}
    for one in found:
        if run_id := runs.get(one.payment_id):
            told = Told(one.payment_id.hex, BankWord.REJECTED, one.pence, one.reason_code, one.text)
            followed = await take_answers(work, run_id, f"statement/{one.line_id}", [told], actor=actor)
            counts.update(followed.counts)
            for_a_person |= followed.for_a_person
    return Followed(None, dict(sorted(counts.items())), for_a_person)


def _came_back(statements: Iterable[Statement]) -> Iterator[CameBack]:
    for statement in statements:
        for line in statement.lines:
            for part in line.parts or (line,):
                payment_id = as_payment_id(part.end_to_end_id)
                if payment_id and part.amount_pence > 0:
                    yield CameBack(line.line_id, payment_id, part.amount_pence, part.return_reason, part.text)
