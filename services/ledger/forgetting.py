"""Forgetting a person here: their plan's words at once, the words around their money when its own period has run out.

The journal stays whole: it is the council's account, and an entry that were changed would break the chain. It holds
ids, sums, days and reasons, and no reason that the ledger writes by itself names anybody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select

from braid.contracts.assessment import PersonErased
from braid.kit.forgetting import forget
from braid.kit.strict_yaml import read_yaml
from braid.kit.unit_of_work import UnitOfWork
from services.ledger import queries
from services.ledger.domain.retention import MoneyStanding, RetentionRule, reasons_to_keep, rule_on
from services.ledger.spending.telling import lock_telling
from services.ledger.tables import ForgottenBudgetRow

_RULES = Path(__file__).parent / "retention.yaml"

_STANDING = text(
    "SELECT greatest("
    "  (SELECT max(l.value_date) FROM journal_leg l JOIN account a USING (account_id) WHERE a.budget_id = :budget_id),"
    "  (SELECT max(b.recorded_at AT TIME ZONE 'Europe/London')::date FROM journal_block b WHERE b.council = :council"
    "    AND b.last_sequence >= last.sequence AND b.first_sequence <= last.sequence)) AS last_entry_on,"
    " (SELECT count(*) FROM payment_due d WHERE d.budget_id = :budget_id AND (d.state = 'open' OR EXISTS ("
    "   SELECT FROM payment_item i WHERE i.due_id = d.due_id AND i.state = 'going'))) AS unpaid,"
    " (SELECT count(*) FROM recovery r WHERE r.budget_id = :budget_id AND r.state <> 'ended') AS open_recoveries"
    " FROM (SELECT max(l.sequence) AS sequence FROM journal_leg l JOIN account a USING (account_id)"
    "   WHERE a.budget_id = :budget_id) AS last"
)


@dataclass(frozen=True)
class Looked:
    """One budget whose person was erased, as it was looked at.

    Args:
        kept_because: why the words around its money stay; empty where they have gone now.
    """

    budget_id: UUID
    kept_because: tuple[str, ...]


@cache
def retention_rules() -> tuple[RetentionRule, ...]:
    """The rules of the file."""
    return tuple(RetentionRule(**entry) for entry in read_yaml(_RULES.read_text()))


async def record_erasure(event: PersonErased, work: UnitOfWork) -> None:
    """Forget what no account rests on, and remember that the words around the person's money are to go."""
    await forget(event, work)
    await lock_telling(work)
    budget = await queries.budget_of(work, event.person_id)
    if budget is None:
        return
    row = ForgottenBudgetRow(
        budget_id=budget.budget_id, council=work.council, person_id=event.person_id, erased_on=event.erased_on
    )
    work.session.add(row)
    await work.session.flush()
    await _look_at(work, row)


async def forget_due(work: UnitOfWork, after: UUID | None, most: int) -> Sequence[Looked]:
    """Look at some of the budgets that still have words to lose, in the order of their ids."""
    query = select(ForgottenBudgetRow).where(col(ForgottenBudgetRow.words_gone_on).is_(None))
    if after:
        query = query.where(ForgottenBudgetRow.budget_id > after)
    rows = (await work.session.scalars(query.order_by(col(ForgottenBudgetRow.budget_id)).limit(most))).all()
    # In the order of the locks that everybody takes: two such runs wait for each other and never in a ring.
    for row in sorted(rows, key=lambda row: row.person_id):
        await work.lock_person(row.person_id)
    return [await _look_at(work, row) for row in rows]


async def _look_at(work: UnitOfWork, row: ForgottenBudgetRow) -> Looked:
    today = work.now.date()
    found = (await work.session.execute(_STANDING, {"budget_id": row.budget_id, "council": work.council})).one()
    kept_because = reasons_to_keep(MoneyStanding(**found._mapping), rule_on(retention_rules(), today), today)
    if not kept_because:
        await work.session.execute(text("SELECT forget_money_words(:budget_id)"), {"budget_id": row.budget_id})
        row.words_gone_on = today
        work.session.add(row)
        await work.session.flush()
    return Looked(row.budget_id, kept_because)
