"""Schedules: how a fund is paid out, version by version, and what each version makes due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from braid.kit.unit_of_work import UnitOfWork
from services.ledger.domain.payments.due_kinds import DueKind
from services.ledger.domain.payments.entries import PartForUse
from services.ledger.domain.payments.payees import PayeeKind
from services.ledger.domain.payments.payment_ids import due_id_of, one_off_id_of, schedule_id_of
from services.ledger.domain.payments.periods import Every, Period
from services.ledger.domain.payments.plans_in_force import Route
from services.ledger.domain.payments.schedules import (
    ContributionPaid,
    DatedSum,
    DatedSums,
    DuePayment,
    Revision,
    Terms,
    WeeklyRates,
    WholeSum,
    due_payments,
    revised,
)
from services.ledger.domain.postings import Part
from services.ledger.payments.bank_days import due_on_working_day
from services.ledger.payments.payees import payee_of
from services.ledger.payments.run_steps import lock_payments
from services.ledger.payments.tables import PaymentDueRow, PaymentPartRow, PaymentScheduleRow
from services.ledger.payments.what_is_due import REFERENCE_LONGEST, add_due
from services.ledger.tables import BudgetRow


class NoSuchSchedule(Exception):
    """The budget has no schedule of that id."""


class UseMissing(Exception):
    """What is paid to a provider is spent at once, and for nothing that is told."""


class ScheduleThereAlready(Exception):
    """The budget has a schedule of that name; revise it."""


@dataclass(frozen=True)
class PaidFrom:
    """Which fund pays whom, for what.

    Args:
        fund_id: the fund.
        stream: its stream.
        payee_id: who is paid.
        use: what it is for, where it is for one thing.
        reference: what the payee sees, 18 characters at most.
        route: how the plan has it held, where the schedule follows one.
    """

    fund_id: UUID
    stream: str
    payee_id: UUID
    use: str | None
    reference: str
    route: Route | None = None


async def open_schedule(
    work: UnitOfWork, budget: BudgetRow, name: str, terms: Terms, paid: PaidFrom, reason: str, *, by: str
) -> PaymentScheduleRow:
    """Pay a fund out by a schedule: everything that it will ever pay is written down as due.

    Raises:
        ScheduleThereAlready: the budget has one of that name.
        NoSuchPayee: the budget has none of that id.
        UseMissing: a provider would be paid for nothing that is told.
        PeriodOutOfRange: it would have more payments than anybody can mean.
    """
    await lock_payments(work)
    schedule_id = schedule_id_of(budget.budget_id, name)
    if await _latest(work, schedule_id) is not None:
        raise ScheduleThereAlready(f"the budget has a schedule {name!r} already")
    await _refuse_payee(work, paid.payee_id, budget.budget_id, paid.use)
    row = _schedule_row(work, budget, schedule_id, 1, terms, paid, reason, by)
    work.session.add(row)
    await work.session.flush()
    for due in due_payments(terms):
        await add_due(work, _due_row(row, due, paid.reference), _parts(row, due.gross_pence))
    await work.session.flush()
    return row


async def revise_schedule(
    work: UnitOfWork,
    schedule_id: UUID,
    terms: Terms,
    payee_id: UUID,
    reason: str,
    *,
    by: str,
    reference: str | None = None,
) -> PaymentScheduleRow:
    """Give a schedule new terms. What is paid, or in a run, stays; what it is worth more is due at once.

    What it is worth less is kept with the version, for somebody to decide on; nothing is taken by itself.

    Args:
        reference: what the payee sees; what they saw before, where none is told.

    Raises:
        NoSuchSchedule: there is none of that id.
        NoSuchPayee: the budget has none of that id.
        UseMissing: a provider would be paid for nothing that is told.
    """
    await lock_payments(work)
    before = await _latest(work, schedule_id)
    if before is None:
        raise NoSuchSchedule(f"there is no schedule {schedule_id}")
    await _refuse_payee(work, payee_id, before.budget_id, before.use)
    dues = await _dues(work, schedule_id, DueKind.SCHEDULE)
    if reference is None:
        reference = dues[0].reference if dues else before.stream[:REFERENCE_LONGEST]
    taken = [_payment_of(due) for due in dues if due.state == "taken"]
    revision = revised(terms, taken, made_up_pence=await _made_up_pence(work, schedule_id))
    row = PaymentScheduleRow(
        **{
            **before.model_dump(exclude={"recorded_at"}),
            "version": before.version + 1,
            "payee_id": payee_id,
            "terms": terms_as_told(terms),
            "reason": reason,
            "written_by": by,
            "recoverable_pence": revision.recoverable_pence,
        }
    )
    work.session.add(row)
    await work.session.flush()
    await _replace_what_is_open(work, row, dues, revision, reference)
    if revision.back_pay_pence:
        await _add_back_pay(work, row, revision.back_pay_pence, taken, terms, reference)
    await work.session.flush()
    return row


async def schedules_of(work: UnitOfWork, budget_id: UUID) -> Sequence[PaymentScheduleRow]:
    """Every version of every schedule of a budget, the latest of each first."""
    query = select(PaymentScheduleRow).where(PaymentScheduleRow.budget_id == budget_id)
    ordered = query.order_by(col(PaymentScheduleRow.schedule_id), col(PaymentScheduleRow.version).desc())
    return (await work.session.scalars(ordered)).all()


async def _refuse_payee(work: UnitOfWork, payee_id: UUID, budget_id: UUID, use: str | None) -> None:
    payee = await payee_of(work, payee_id, budget_id)
    if use is None and not PayeeKind(payee.payee_kind).accounts_for_it_later:
        raise UseMissing("a provider is paid for one use: name it")


async def _latest(work: UnitOfWork, schedule_id: UUID) -> PaymentScheduleRow | None:
    query = select(PaymentScheduleRow).where(PaymentScheduleRow.schedule_id == schedule_id)
    return (await work.session.scalars(query.order_by(col(PaymentScheduleRow.version).desc()).limit(1))).first()


async def _made_up_pence(work: UnitOfWork, schedule_id: UUID) -> int:
    """What earlier versions made up for; what of it no run has is not due any more, since it is worked out anew."""
    made_up = 0
    for due in await _dues(work, schedule_id, DueKind.BACK_PAY):
        if due.state == "taken":
            made_up += due.gross_pence
        else:
            due.state = "withdrawn"
            work.session.add(due)
    return made_up


async def _dues(work: UnitOfWork, schedule_id: UUID, kind: DueKind) -> Sequence[PaymentDueRow]:
    query = select(PaymentDueRow).where(PaymentDueRow.schedule_id == schedule_id, PaymentDueRow.due_kind == kind.value)
    return (await work.session.scalars(query.order_by(col(PaymentDueRow.period_from)))).all()


async def _replace_what_is_open(
    work: UnitOfWork, row: PaymentScheduleRow, dues: Sequence[PaymentDueRow], revision: Revision, reference: str
) -> None:
    """What is not in a run becomes what the new terms say; the same first day is the same due, so it is paid once."""
    wanted = {due_id_of(row.schedule_id, due.period.from_on): due for due in revision.due if due.sent_pence}
    for due in dues:
        if due.state == "taken":
            continue
        new = wanted.pop(due.due_id, None)
        due.state = "open" if new else "withdrawn"
        if new:
            due.sqlmodel_update(_content(row, new))
            part = await work.session.get(PaymentPartRow, (due.due_id, 1))
            assert part is not None, "what is due by a schedule has one part"
            part.pence = new.gross_pence
            work.session.add(part)
        work.session.add(due)
    for new in wanted.values():
        await add_due(work, _due_row(row, new, reference), _parts(row, new.gross_pence))


async def _add_back_pay(
    work: UnitOfWork, row: PaymentScheduleRow, pence: int, taken: Sequence[DuePayment], terms: Terms, reference: str
) -> None:
    """Make what days that are paid for are worth more due at once; it concerns those days and no others."""
    first_day = taken[0].period.from_on
    period = Period(first_day, max(first_day, min(taken[-1].period.to_on, terms.ends_on)))
    working = (f"What was paid already is worth more by version {row.version} of the schedule",)
    due = DuePayment(period, period.from_on, period.to_on, pence, 0, terms.paid, working)
    back_pay = _due_row(row, due, reference)
    back_pay.due_id = one_off_id_of(row.budget_id, DueKind.BACK_PAY.value, f"{row.schedule_id}/{row.version}")
    back_pay.due_kind = DueKind.BACK_PAY.value
    await add_due(work, back_pay, _parts(row, pence))


def _schedule_row(
    work: UnitOfWork,
    budget: BudgetRow,
    schedule_id: UUID,
    version: int,
    terms: Terms,
    paid: PaidFrom,
    reason: str,
    by: str,
) -> PaymentScheduleRow:
    return PaymentScheduleRow(
        schedule_id=schedule_id,
        version=version,
        council=work.council,
        budget_id=budget.budget_id,
        person_id=budget.person_id,
        payee_id=paid.payee_id,
        fund_id=paid.fund_id,
        stream=paid.stream,
        use=paid.use,
        terms=terms_as_told(terms),
        reason=reason,
        written_by=by,
        way=paid.route.way.value if paid.route else None,
        holder_reference=paid.route.holder if paid.route else None,
    )


def _parts(row: PaymentScheduleRow, pence: int) -> tuple[PartForUse, ...]:
    return (PartForUse(Part(row.fund_id, row.stream, pence), row.use),)


def _due_row(row: PaymentScheduleRow, due: DuePayment, reference: str) -> PaymentDueRow:
    return PaymentDueRow(
        due_id=due_id_of(row.schedule_id, due.period.from_on),
        council=row.council,
        budget_id=row.budget_id,
        person_id=row.person_id,
        due_kind=DueKind.SCHEDULE.value,
        schedule_id=row.schedule_id,
        fund_id=row.fund_id,
        period_from=due.period.from_on,
        reference=reference,
        **_content(row, due),
    )


def _content(row: PaymentScheduleRow, due: DuePayment) -> dict[str, Any]:
    """What a new version may change of something that is due."""
    return {
        "payee_id": row.payee_id,
        "schedule_version": row.version,
        "period_to": due.period.to_on,
        "due_on": due_on_working_day(due.due_on, in_advance=row.terms["in_advance"]),
        "value_on": due.value_on,
        "gross_pence": due.gross_pence,
        "contribution_pence": due.contribution_pence,
        "kept_pence": due.kept_pence,
        "working": list(due.working),
    }


def _payment_of(row: PaymentDueRow) -> DuePayment:
    return DuePayment(
        period=Period(row.period_from, row.period_to),
        due_on=row.due_on,
        value_on=row.value_on,
        gross_pence=row.gross_pence,
        contribution_pence=row.contribution_pence,
        paid=ContributionPaid.NET if row.kept_pence else ContributionPaid.GROSS,
        working=tuple(row.working),
    )


def terms_as_told(terms: Terms) -> dict[str, Any]:
    """Terms as they are stored."""
    amount = terms.amount
    return {
        "starts_on": terms.starts_on.isoformat(),
        "ends_on": terms.ends_on.isoformat(),
        "every": terms.every.value,
        "in_advance": terms.in_advance,
        "paid": terms.paid.value,
        "cycle_on": terms.cycle_on.isoformat() if terms.cycle_on else None,
        "whole_sum": {"pence": amount.pence, "contribution_pence": amount.contribution_pence}
        if isinstance(amount, WholeSum)
        else None,
        "rates": [
            {
                "from_on": rate.from_on.isoformat(),
                "pence_per_week": rate.pence_per_week,
                "contribution_pence_per_week": rate.contribution_pence_per_week,
            }
            for rate in amount.rates
        ]
        if isinstance(amount, WeeklyRates)
        else [],
        "items": _items_as_told(amount) if isinstance(amount, DatedSums) else [],
    }


def _items_as_told(amount: DatedSums) -> list[dict[str, Any]]:
    """Item by item, the days with what is due on each: its pence, and the contribution in them."""
    return [
        {
            "item_id": str(item_id),
            "label": label,
            "days": [
                [one.on.isoformat(), one.pence, one.contribution_pence]
                for one in sorted(amount.sums, key=lambda one: one.on)
                if one.item_id == item_id
            ],
        }
        for item_id, label in sorted(amount.labels.items())
    ]


def terms_of(told: dict[str, Any]) -> Terms:
    """Terms of a schedule that follows the plan, as they are stored."""
    return Terms(
        date.fromisoformat(told["starts_on"]),
        date.fromisoformat(told["ends_on"]),
        Every(told["every"]),
        told["in_advance"],
        ContributionPaid(told["paid"]),
        DatedSums(tuple(dated_sums_of(told)), {UUID(item["item_id"]): item["label"] for item in told["items"]}),
        cycle_on=date.fromisoformat(told["cycle_on"]) if told["cycle_on"] else None,
    )


def dated_sums_of(terms: dict[str, Any]) -> list[DatedSum]:
    """What falls due day by day, as it is stored."""
    return [
        DatedSum(UUID(item["item_id"]), date.fromisoformat(on), pence, contribution)
        for item in terms["items"]
        for on, pence, contribution in item["days"]
    ]
