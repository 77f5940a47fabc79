"""What a payment posts: held when it is approved, paid when the bank says so, let go when it is not.

An entry is for one use, so a payment whose parts are for several posts one for each: they stand or fall together.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from uuid import UUID, uuid5

from services.ledger.domain import postings
from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.journal import Entry, reversal_of
from services.ledger.domain.payments.periods import ONE_DAY
from services.ledger.domain.postings import About, Part


@dataclass(frozen=True, slots=True)
class PartForUse:
    """One fund's part of a payment, and what it is for.

    Args:
        part: the part.
        use: what it is for; none where the fund is paid out for all that it permits, to be spent later.
    """

    part: Part
    use: str | None


@dataclass(frozen=True, slots=True)
class Payment:
    """One attempt at paying something, as far as the journal needs it.

    Args:
        payment_id: of the attempt.
        budget_id: whose it is.
        value_on: the day that the money concerns.
        parts: each fund's part, in order; a contribution that is kept is in the first.
        kept_pence: what the person adds to it themselves.
        is_advance: whether somebody accounts for it later, rather than it being spent at once.
    """

    payment_id: UUID
    budget_id: UUID
    value_on: date
    parts: tuple[PartForUse, ...]
    kept_pence: int
    is_advance: bool


def dated_after(payment: Payment, closed_until: date | None) -> Payment:
    """The payment as it is posted when books are closed up to a day: on the first open day, if its own is closed."""
    if closed_until is None or payment.value_on > closed_until:
        return payment
    return replace(payment, value_on=closed_until + ONE_DAY)


def held(payment: Payment) -> tuple[Entry, ...]:
    """Hold the money, so that nothing else spends it meanwhile."""
    return _for_each_use(
        payment, "held", "Payment approved", lambda about, parts, _kept: postings.committed(about, parts)
    )


def paid(payment: Payment) -> tuple[Entry, ...]:
    """The bank has paid it."""

    def entry(about: About, parts: tuple[Part, ...], kept_pence: int) -> Entry:
        if payment.is_advance:
            return postings.advanced(about, parts, source=Account.FUND_COMMITTED, net_contribution_pence=kept_pence)
        return postings.paid_to_provider(about, parts, source=Account.FUND_COMMITTED)

    return _for_each_use(payment, "paid", "Paid by the bank", entry)


def let_go(payment: Payment, reason: str) -> tuple[Entry, ...]:
    """The money is not paid, and is free again."""
    return _for_each_use(payment, "let-go", reason, lambda about, parts, _kept: postings.released(about, parts))


def came_back(payment: Payment, reason: str) -> tuple[Entry, ...]:
    """The bank paid it and gave it back: what was paid is held once more, and is free again."""
    back = (reversal_of(entry, entry_id=uuid5(entry.entry_id, "came-back"), reason=reason) for entry in paid(payment))
    return (*back, *let_go(payment, reason))


def _for_each_use(
    payment: Payment,
    step: str,
    reason: str,
    entry: Callable[[About, tuple[Part, ...], int], Entry],
) -> tuple[Entry, ...]:
    entries: list[Entry] = []
    for number, (use, parts) in enumerate(groupby(payment.parts, key=lambda each: each.use)):
        about = About(
            entry_id=uuid5(payment.payment_id, f"{step}/{number}"),
            budget_id=payment.budget_id,
            value_date=payment.value_on,
            reason=reason,
            use=use,
            subject_id=payment.payment_id,
        )
        entries.append(entry(about, tuple(each.part for each in parts), 0 if number else payment.kept_pence))
    return tuple(entries)
