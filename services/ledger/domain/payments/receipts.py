"""Paying back what somebody has spent already, on receipts: Access to Work, after the month in which it was spent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.ledger.domain.in_words import day
from services.ledger.domain.payments.periods import Period


@dataclass(frozen=True)
class Receipt:
    """Something that was bought and paid for.

    Args:
        reference: what tells it from every other receipt of the person.
        dated: the day it was bought.
        pence: what it cost, above zero.
    """

    reference: str
    dated: date
    pence: int


@dataclass(frozen=True)
class ReceiptRefused:
    """A receipt that is not paid, and the rule that keeps it out."""

    receipt: Receipt
    rule: str


@dataclass(frozen=True)
class Claim:
    """What becomes of the receipts of a claim."""

    payable: tuple[Receipt, ...]
    refused: tuple[ReceiptRefused, ...]

    @property
    def payable_pence(self) -> int:
        """What is to be paid."""
        return sum(receipt.pence for receipt in self.payable)


@dataclass(frozen=True)
class ClaimRules:
    """What an award says about receipts.

    Args:
        award: first and last day of the award.
        months_most: how long after the purchase it may be claimed; none where the stream sets no limit.
    """

    award: Period
    months_most: int | None = None


def claim(receipts: Sequence[Receipt], rules: ClaimRules, *, claimed_on: date, paid_before: frozenset[str]) -> Claim:
    """Sort receipts into those that are payable and those that are not, each with its rule.

    Nothing bought before the award is paid back, for what is bought before it is agreed is not agreed (Access to Work
    staff guide, "retrospective awards"). Each receipt is decided by itself, so that one does not hold up the others.

    Args:
        receipts: in the order in which they were handed in.
        rules: of the award.
        claimed_on: the day on which they were handed in.
        paid_before: references of receipts that were claimed earlier and not refused.
    """
    known = set(paid_before)
    payable: list[Receipt] = []
    refused: list[ReceiptRefused] = []
    for receipt in receipts:
        rule = _rule_against(receipt, rules, claimed_on, known)
        if rule:
            refused.append(ReceiptRefused(receipt, rule))
        else:
            payable.append(receipt)
            known.add(receipt.reference)
    return Claim(tuple(payable), tuple(refused))


def _rule_against(receipt: Receipt, rules: ClaimRules, claimed_on: date, known: set[str]) -> str | None:
    award = rules.award
    broken = {
        "A receipt is for a sum above nothing.": receipt.pence <= 0,
        "Each receipt is paid once, and this one was claimed before.": receipt.reference in known,
        f"Nothing bought before the award is paid back, and it began on {day(award.from_on)}.": (
            receipt.dated < award.from_on
        ),
        f"Nothing bought after the award's end is paid back, and it ended on {day(award.to_on)}.": (
            receipt.dated > award.to_on
        ),
        "A receipt is dated on or before the day on which it is handed in.": receipt.dated > claimed_on,
        f"A receipt is claimed within {rules.months_most} months of its day.": (
            rules.months_most is not None and _is_later(claimed_on, receipt.dated, months=rules.months_most)
        ),
    }
    return next((rule for rule, is_broken in broken.items() if is_broken), None)


def _is_later(claimed_on: date, dated: date, *, months: int) -> bool:
    """Whether a day is later than so many months after another, on the same day of the month."""
    year, month = divmod(dated.year * 12 + dated.month - 1 + months, 12)
    return (claimed_on.year, claimed_on.month, claimed_on.day) > (year, month + 1, dated.day)
