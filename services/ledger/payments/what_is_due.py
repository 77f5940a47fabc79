"""What is due to be paid: by a schedule, on receipts, on a certificate, for an invoice. Each once, come what may."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlmodel import col, select

from braid.kit.unit_of_work import UnitOfWork
from services.ledger.domain.payments.due_kinds import DueKind
from services.ledger.domain.payments.entries import PartForUse
from services.ledger.domain.payments.holds import HoldCode, let_go
from services.ledger.domain.payments.payment_ids import one_off_id_of
from services.ledger.domain.payments.periods import Period
from services.ledger.payments.payees import payee_of
from services.ledger.payments.run_steps import lock_payments
from services.ledger.payments.tables import PaymentDueRow, PaymentPartRow
from services.ledger.tables import BudgetRow

#: What Bacs shows to the payee.
REFERENCE_LONGEST = 18


class NotDue(Exception):
    """Nothing of that id is due."""


class DueOtherwise(Exception):
    """It is due already, and with another sum, payee or days: a repeat says the same."""


class PartsDoNotAddUp(Exception):
    """The parts of the funds are not what is due, or a fund has two."""


@dataclass(frozen=True)
class OneOff:
    """Something that is due once.

    Args:
        kind: where it comes from.
        mark: what tells it from everything else of its kind in the budget, such as an invoice's number.
        period: the days that it is for.
        due_on: when it is to be paid.
        parts: each fund's part, the one that a kept contribution comes out of first.
        payee_id: who is paid.
        reference: what the payee sees, 18 characters at most.
        working: how it was worked out, in words.
    """

    kind: DueKind
    mark: str
    period: Period
    due_on: date
    parts: tuple[PartForUse, ...]
    payee_id: UUID
    reference: str
    working: tuple[str, ...]


async def add_one_off(work: UnitOfWork, budget: BudgetRow, one_off: OneOff) -> PaymentDueRow:
    """Write down something that is due once; written down again, it is the same and nothing new.

    Raises:
        PartsDoNotAddUp: it has no parts, or two of one fund.
        NoSuchPayee: the budget has none of that id.
        DueOtherwise: it was written down before with another sum, payee or days.
    """
    await lock_payments(work)
    due_id = one_off_id_of(budget.budget_id, one_off.kind.value, one_off.mark)
    existing = await work.session.get(PaymentDueRow, due_id)
    if existing is not None:
        if _content(existing) != (_pence(one_off), one_off.payee_id, one_off.period.from_on, one_off.period.to_on):
            raise DueOtherwise(f"{one_off.kind.value} {one_off.mark} is due already, and otherwise")
        return existing
    if not one_off.parts or len({each.part.fund_id for each in one_off.parts}) < len(one_off.parts):
        raise PartsDoNotAddUp("each fund that pays has one part")
    await payee_of(work, one_off.payee_id, budget.budget_id)
    row = PaymentDueRow(
        due_id=due_id,
        council=work.council,
        budget_id=budget.budget_id,
        person_id=budget.person_id,
        payee_id=one_off.payee_id,
        due_kind=one_off.kind.value,
        mark=one_off.mark,
        fund_id=one_off.parts[0].part.fund_id,
        period_from=one_off.period.from_on,
        period_to=one_off.period.to_on,
        due_on=one_off.due_on,
        value_on=one_off.period.to_on,
        gross_pence=_pence(one_off),
        reference=one_off.reference,
        working=list(one_off.working),
    )
    await add_due(work, row, one_off.parts)
    await work.session.flush()
    return row


async def one_offs_of(work: UnitOfWork, budget_id: UUID, kind: DueKind) -> Sequence[PaymentDueRow]:
    """What was ever due of one kind, in the order of its days."""
    query = select(PaymentDueRow).where(PaymentDueRow.budget_id == budget_id, PaymentDueRow.due_kind == kind.value)
    return (await work.session.scalars(query.order_by(col(PaymentDueRow.period_from), col(PaymentDueRow.mark)))).all()


def _pence(one_off: OneOff) -> int:
    return sum(each.part.pence for each in one_off.parts)


def _content(row: PaymentDueRow) -> tuple[int, UUID, date, date]:
    return row.gross_pence, row.payee_id, row.period_from, row.period_to


async def add_due(work: UnitOfWork, row: PaymentDueRow, parts: Sequence[PartForUse]) -> None:
    """Add what is due with its parts, unless there is nothing to send."""
    if row.gross_pence == row.kept_pence:
        return
    if sum(each.part.pence for each in parts) != row.gross_pence:
        raise PartsDoNotAddUp(f"the parts come to other than {row.gross_pence} pence")
    work.session.add(row)
    await work.session.flush()
    work.session.add_all(
        PaymentPartRow(
            due_id=row.due_id,
            number=number,
            council=row.council,
            fund_id=each.part.fund_id,
            stream=each.part.stream,
            use=each.use,
            pence=each.part.pence,
        )
        for number, each in enumerate(parts, 1)
    )


async def let_go_of_hold(work: UnitOfWork, due_id: UUID, code: HoldCode, *, reason: str, by: str) -> PaymentDueRow:
    """Let a hold go that a person may: from the next check on it does not keep the payment out.

    Raises:
        NotDue: there is nothing of that id.
        HoldStands: the hold is one that has to be mended at its cause.
    """
    await lock_payments(work)
    row = await work.session.get(PaymentDueRow, due_id)
    if row is None:
        raise NotDue(f"nothing of the id {due_id} is due")
    row.let_go = [*row.let_go, {"code": let_go(code).value, "reason": reason, "by": by}]
    work.session.add(row)
    await work.session.flush()
    return row
