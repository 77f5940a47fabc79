"""What the bank said about a run's payments, put into effect once: late, in part, twice, or about something unknown."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert as insert_or_skip
from sqlalchemy.engine import RowMapping
from sqlmodel import select

from braid.contracts.payment import PaymentRejected, PaymentSettled
from braid.kit.unit_of_work import UnitOfWork
from services.ledger import journal_store
from services.ledger.domain.bank import PaymentOutcome, StatusReport
from services.ledger.domain.journal import Entry
from services.ledger.domain.payments import entries
from services.ledger.domain.payments.entries import Payment
from services.ledger.domain.payments.results import (
    FOR_A_PERSON,
    BankReason,
    BankWord,
    Consequence,
    ItemState,
    SentPayment,
    consequence,
)
from services.ledger.domain.payments.runs import RunState, Step
from services.ledger.payments.journal import post_whole
from services.ledger.payments.run_items import ITEMS_A_PAGE, RunItem, change_state, item_of, items_of
from services.ledger.payments.run_steps import about_payment, lock_payments, locked_run, take_step
from services.ledger.payments.tables import PaymentResultRow, PaymentRunRow

#: The journal would not take what the bank did: for a person, and tried again when the bank's answer is.
NOT_POSTED = "not_posted"


class TooEarlyToFinish(Exception):
    """The bank may still reject payments of the run."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the bank says about one payment.

    Args:
        end_to_end_id: the payment's id as the file has it.
        word: what it says.
        pence: the sum that it names, where it does.
        reason_code: why not, by the bank's code.
        reason: why not, in words.
        is_about_the_account: whether it is said about this payment alone: then its account is at fault until it was
            changed and confirmed. A file that is rejected as a whole says nothing about the accounts in it.
    """

    end_to_end_id: str
    word: BankWord
    pence: int | None = None
    reason_code: str = ""
    reason: str = ""
    is_about_the_account: bool = True


@dataclass(frozen=True)
class Followed:
    """What followed from an answer of the bank.

    Args:
        run_id: of the run that it is about; none where the message is not one of ours.
        counts: how many payments each consequence had.
        for_a_person: end-to-end ids that somebody has to look at, each with the reason.
    """

    run_id: UUID | None
    counts: Mapping[str, int]
    for_a_person: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Known:
    item: RunItem
    sent: SentPayment


async def take_report(work: UnitOfWork, report: StatusReport, *, actor: str) -> Followed:
    """Put a payment status report into effect; one about a message that is not ours is told, and does nothing."""
    await lock_payments(work)
    query = select(PaymentRunRow).where(PaymentRunRow.message_id == report.about)
    row = (await work.session.scalars(query)).first()
    if row is None:
        return Followed(None, {Consequence.UNKNOWN_PAYMENT.value: len(report.payments)}, {report.about: "no such file"})
    told = {payment_id: said for payment_id in report.payments if (said := _said(report, payment_id, row.message_id))}
    if report.whole or report.batches:
        async for page in items_of(work, row.run_id, ItemState.GOING, ItemState.SETTLED):
            for item in page:
                payment_id = item.payment.payment_id.hex
                if payment_id not in told and (said := _said(report, payment_id, row.message_id)):
                    told[payment_id] = said
    return await take_answers(work, row.run_id, report.message_id, list(told.values()), actor=actor)


def _said(report: StatusReport, payment_id: str, message_id: str | None) -> Told | None:
    verdict = report.verdict(payment_id, f"{message_id}-1")
    if verdict is None:
        return None
    word = {PaymentOutcome.SETTLED: BankWord.PAID, PaymentOutcome.REJECTED: BankWord.REJECTED}.get(
        verdict.outcome, BankWord.PENDING
    )
    return Told(
        payment_id,
        word,
        reason_code=verdict.reason_code,
        reason=verdict.reason,
        is_about_the_account=payment_id in report.payments,
    )


async def finish_run(work: UnitOfWork, run_id: UUID, *, actor: str) -> Followed:
    """Take it that every payment of which the bank has said nothing was paid, as Bacs has it.

    Raises:
        NoSuchRun: there is none of that id.
        StepOutOfTurn: it did not go to the bank, or is done.
        TooEarlyToFinish: the bank's processing day is not over.
    """
    row = await locked_run(work, run_id)
    if row.state == RunState.SENT and work.now.date() <= row.pay_on:
        raise TooEarlyToFinish(f"the bank works on the run until the end of {row.pay_on.isoformat()}")
    if row.state != RunState.SENT:
        # It is not this step's turn, and the refusal says why.
        await take_step(work, run_id, Step.FINISH, actor=actor)
    going: list[Told] = []
    async for page in items_of(work, run_id, ItemState.GOING):
        going += [Told(item.payment.payment_id.hex, BankWord.PAID, item.sent_pence) for item in page]
    return await take_answers(work, run_id, f"finished/{row.message_id}", going, actor=actor)


async def take_answers(work: UnitOfWork, run_id: UUID, answer_id: str, told: Sequence[Told], *, actor: str) -> Followed:
    """Put an answer of the bank about a run into effect; the same answer again does nothing more.

    Args:
        run_id: of the run.
        answer_id: the answer's own id, such as the message id of a report.
        told: what it says, payment by payment.
        actor: who brought it in.

    Raises:
        NoSuchRun: there is none of that id.
    """
    await locked_run(work, run_id)
    counts: Counter[str] = Counter()
    for_a_person: dict[str, str] = {}
    for first in range(0, len(told), ITEMS_A_PAGE):
        page = told[first : first + ITEMS_A_PAGE]
        followed = await _follow(work, run_id, page)
        await _keep(work, run_id, answer_id, page, followed)
        counts.update(followed.values())
        for_a_person |= {payment_id: what for payment_id, what in followed.items() if _is_for_a_person(what)}
    await _finish_when_all_is_answered(work, run_id, actor=actor)
    return Followed(run_id, dict(sorted(counts.items())), for_a_person)


async def _follow(work: UnitOfWork, run_id: UUID, told: Sequence[Told]) -> dict[str, str]:
    known = await _known(work, run_id, told)
    followed: dict[str, str] = {}
    to_do: dict[Consequence, list[tuple[Told, RunItem]]] = {}
    for each in told:
        found = known.get(each.end_to_end_id)
        what = consequence(found.sent if found else None, each.word, each.pence)
        followed[each.end_to_end_id] = what.value
        if found:
            to_do.setdefault(what, []).append((each, found.item))
    for what, step in _STEPS.items():
        refused = await step(work, to_do.get(what, []))
        followed |= dict.fromkeys(refused, NOT_POSTED)
    return followed


async def _known(work: UnitOfWork, run_id: UUID, told: Sequence[Told]) -> dict[str, _Known]:
    ids = [payment_id for each in told if (payment_id := as_payment_id(each.end_to_end_id))]
    rows = (await work.session.execute(_BY_ID, {"run_id": run_id, "ids": ids})).mappings().all()
    known = {}
    for _, group in groupby(rows, key=lambda row: row["payment_id"]):
        parts = list(group)
        item = item_of(parts)
        known[item.payment.payment_id.hex] = _Known(item, _sent(parts[0]))
    return known


_BY_ID = text(
    "SELECT i.payment_id, i.run_id, i.due_id, i.sent_pence, i.state, i.account_version, d.budget_id, d.person_id,"
    " d.due_kind, d.period_from, d.period_to, d.value_on, d.kept_pence, d.reference, p.payee_kind,"
    " t.fund_id, t.stream, t.use, t.pence, r.file_format IS NOT NULL AS is_in_a_file"
    " FROM payment_item i JOIN payment_run r ON r.run_id = i.run_id JOIN payment_due d ON d.due_id = i.due_id"
    " JOIN payment_part t ON t.due_id = i.due_id JOIN payee p ON p.payee_id = i.payee_id"
    " WHERE i.run_id = :run_id AND i.payment_id = ANY(:ids) ORDER BY i.payment_id, t.number"
)


def as_payment_id(end_to_end_id: str) -> UUID | None:
    """The payment that an end-to-end id is of, where it is of one."""
    try:
        return UUID(hex=end_to_end_id)
    except ValueError:
        return None


def _sent(row: RowMapping) -> SentPayment:
    return SentPayment(ItemState(row["state"]), is_in_a_file=row["is_in_a_file"], sent_pence=row["sent_pence"])


async def _settle(work: UnitOfWork, answers: Sequence[tuple[Told, RunItem]]) -> list[str]:
    done, refused = await _post(work, answers, lambda _told, payment: entries.paid(payment))
    await change_state(work, ItemState.SETTLED, [item.payment.payment_id for _, item in done])
    await work.publish_in_bulk([PaymentSettled(**about_payment(work, item)) for _, item in done])
    return refused


async def _reject(work: UnitOfWork, answers: Sequence[tuple[Told, RunItem]]) -> list[str]:
    done, refused = await _post(work, answers, lambda told, payment: entries.let_go(payment, _why(told)))
    await _back_to_payable(work, ItemState.REJECTED, done)
    return refused


async def _return(work: UnitOfWork, answers: Sequence[tuple[Told, RunItem]]) -> list[str]:
    done, refused = await _post(work, answers, lambda told, payment: entries.came_back(payment, _why(told)))
    await _back_to_payable(work, ItemState.RETURNED, done)
    return refused


#: In the order in which they are put into effect.
_STEPS = {Consequence.SETTLE: _settle, Consequence.REJECT: _reject, Consequence.RETURN: _return}


async def _post(
    work: UnitOfWork,
    answers: Sequence[tuple[Told, RunItem]],
    entries_of: Callable[[Told, Payment], Sequence[Entry]],
) -> tuple[list[tuple[Told, RunItem]], list[str]]:
    """Post what each answer asks for; returns those that the journal took, and the end-to-end ids of the others."""
    closed_until = await journal_store.locked_until(work)
    groups = [entries_of(told, entries.dated_after(item.payment, closed_until)) for told, item in answers]
    refused = await post_whole(work, groups)
    done = [answer for place, answer in enumerate(answers) if place not in refused]
    return done, [answers[place][0].end_to_end_id for place in refused]


async def _back_to_payable(work: UnitOfWork, state: ItemState, done: Sequence[tuple[Told, RunItem]]) -> None:
    """What is due is due again; where the bank refused the account, not before that was changed and confirmed."""
    reasons = {item.payment.payment_id: [BankReason(told.reason_code, _why(told))] for told, item in done}
    await change_state(work, state, reasons)
    await work.session.execute(
        text(
            "UPDATE payment_due AS d SET state = 'open', refused_version = coalesce(n.version, d.refused_version)"
            " FROM unnest(CAST(:ids AS uuid[]), CAST(:versions AS bigint[])) AS n (due_id, version)"
            " WHERE d.due_id = n.due_id"
        ),
        {
            "ids": [item.due_id for _, item in done],
            "versions": [item.account_version if told.is_about_the_account else None for told, item in done],
        },
    )
    await work.publish_in_bulk(
        [
            PaymentRejected(
                **about_payment(work, item), reason_code=told.reason_code, came_back=state is ItemState.RETURNED
            )
            for told, item in done
        ]
    )


def _why(told: Told) -> str:
    return told.reason or told.reason_code or "The bank did not pay it"


async def _keep(
    work: UnitOfWork, run_id: UUID, answer_id: str, told: Sequence[Told], followed: Mapping[str, str]
) -> None:
    """Put what the bank said on record; what it said before in the same answer is there already."""
    rows = [
        {
            "council": work.council,
            "answer_id": answer_id,
            "end_to_end_id": each.end_to_end_id,
            "run_id": run_id,
            "word": each.word.value,
            "pence": each.pence,
            "reason_code": each.reason_code,
            "reason": each.reason,
            "consequence": followed[each.end_to_end_id],
            "for_a_person": _is_for_a_person(followed[each.end_to_end_id]),
        }
        for each in told
    ]
    if rows:
        await work.session.execute(insert_or_skip(PaymentResultRow).on_conflict_do_nothing(), rows)


def _is_for_a_person(what: str) -> bool:
    return what == NOT_POSTED or Consequence(what) in FOR_A_PERSON


async def _finish_when_all_is_answered(work: UnitOfWork, run_id: UUID, *, actor: str) -> None:
    row = await locked_run(work, run_id)
    if row.state not in (RunState.FILED, RunState.SENT):
        return
    query = text("SELECT EXISTS (SELECT FROM payment_item WHERE run_id = :run_id AND state = 'going')")
    if await work.session.scalar(query, {"run_id": run_id}):
        return
    if row.state == RunState.FILED:
        # Nobody said that the file went to the bank, and the bank has answered it.
        await take_step(work, run_id, Step.SEND, actor=actor)
    await take_step(work, run_id, Step.FINISH, actor=actor)
