"""Open matters: what is missing for paying as the plan says, told to people until it is there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID, uuid4

from sqlmodel import col, select

from braid.kit.unit_of_work import UnitOfWork
from services.ledger.payments.plan_tables import PaymentMatterRow
from services.ledger.tables import BudgetRow


class MatterCode(StrEnum):
    """What is missing."""

    PLAN_MISSING = "plan_missing"
    AGREEMENTS_MISSING = "agreements_missing"
    ACCOUNT_MISSING = "account_missing"
    ACCOUNT_NOT_CONFIRMED = "account_not_confirmed"
    MONEY_MISSING = "money_missing"
    PAID_BY_HAND = "paid_by_hand"


@dataclass(frozen=True)
class Matter:
    """Something that is missing.

    Args:
        about: what tells it from others of its kind: a way and its holder, a fund.
        words: what is to be done, for whoever reads it.
    """

    code: MatterCode
    about: str
    words: str


async def keep_matters(work: UnitOfWork, budget: BudgetRow, found: Iterable[Matter]) -> None:
    """Open what is missing now, and clear what is missing no more; what was open stays the same matter."""
    wanted = {(one.code.value, one.about): one for one in found}
    for row in await matters_of(work, budget.budget_id):
        still = wanted.pop((row.code, row.about), None)
        if still:
            row.words = still.words
        else:
            row.cleared_at = work.now
        work.session.add(row)
    work.session.add_all(
        PaymentMatterRow(
            matter_id=uuid4(),
            council=work.council,
            budget_id=budget.budget_id,
            person_id=budget.person_id,
            code=code,
            about=about,
            words=one.words,
        )
        for (code, about), one in sorted(wanted.items())
    )
    await work.session.flush()


async def matters_of(work: UnitOfWork, budget_id: UUID) -> Sequence[PaymentMatterRow]:
    """What is missing for paying from a budget, in a stated order."""
    query = select(PaymentMatterRow).where(
        PaymentMatterRow.budget_id == budget_id, col(PaymentMatterRow.cleared_at).is_(None)
    )
    return (await work.session.scalars(query.order_by(col(PaymentMatterRow.code), col(PaymentMatterRow.about)))).all()


async def matters_page(work: UnitOfWork, *, after: UUID, most: int) -> Sequence[PaymentMatterRow]:
    """What is missing for paying from any budget of the council, by id, from after one on."""
    query = select(PaymentMatterRow).where(
        col(PaymentMatterRow.cleared_at).is_(None), PaymentMatterRow.matter_id > after
    )
    return (await work.session.scalars(query.order_by(col(PaymentMatterRow.matter_id)).limit(most))).all()
