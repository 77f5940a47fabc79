"""What was paid for days after a person's death: worked out for somebody to decide on, and never taken by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from services.ledger.domain.in_words import day, pounds
from services.ledger.domain.payments.periods import ONE_DAY, Period
from services.ledger.domain.payments.shares import rounded_half_up


@dataclass(frozen=True)
class Recoverable:
    """What somebody may decide to ask back.

    Args:
        pence: how much.
        working: how it was worked out, in words.
    """

    pence: int
    working: tuple[str, ...]


@dataclass(frozen=True)
class PaidPeriod:
    """What was paid for some days."""

    period: Period
    pence: int


def recoverable_after_death(paid: Sequence[PaidPeriod], died_on: date) -> Recoverable:
    """What was paid for the days after a death, each period by its days and rounded half up.

    The day of death itself was the person's. What the person's staff are still owed, such as notice and holiday pay, is
    for whoever decides.
    """
    pence = 0
    working = []
    for each in paid:
        if each.period.to_on <= died_on:
            continue
        after = Period(max(each.period.from_on, died_on + ONE_DAY), each.period.to_on).days
        share = rounded_half_up(Fraction(each.pence * after, each.period.days))
        pence += share
        working.append(
            f"{after} of {each.period.days} days from {day(each.period.from_on)} come after the death:"
            f" {pounds(share)} of {pounds(each.pence)}"
        )
    return Recoverable(pence, tuple(working))
