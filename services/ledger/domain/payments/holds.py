"""What keeps a payment out of a run: the check of each item, with its reasons, before anybody approves it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.ledger.domain.in_words import day, pounds
from services.ledger.domain.payments.periods import Period


class HoldCode(StrEnum):
    """Why an item is held."""

    NOTHING_DUE = "nothing_due"
    ABOVE_LIMIT = "above_limit"
    DUPLICATE = "duplicate"
    DIED = "died"
    SUSPENDED = "suspended"
    AWARD_NOT_CONFIRMED = "award_not_confirmed"
    OUTSIDE_AWARD = "outside_award"
    ACCOUNT_MISSING = "account_missing"
    ACCOUNT_NOT_CONFIRMED = "account_not_confirmed"
    ACCOUNT_REFUSED_BEFORE = "account_refused_before"
    FUND_SHORT = "fund_short"
    NOT_HELD = "not_held"


#: What a person may look at and let go; everything else is mended at its cause.
MAY_BE_LET_GO = frozenset({HoldCode.ABOVE_LIMIT, HoldCode.DUPLICATE})


class HoldStands(Exception):
    """A hold that nobody may let go: what causes it has to be mended."""


@dataclass(frozen=True, slots=True)
class Hold:
    """One reason why an item is not paid now."""

    code: HoldCode
    words: str


@dataclass(frozen=True, slots=True)
class FundPart:
    """One fund's part of an item.

    Args:
        fund_id: the fund.
        pence: its part.
        available_pence: what the fund has available, this item not yet held for.
        award: first and last day of its award.
        is_confirmed: whether the award is confirmed money.
    """

    fund_id: UUID
    pence: int
    available_pence: int
    award: Period
    is_confirmed: bool


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """What is known about an item on the day of the check.

    Args:
        sent_pence: what would go to the bank.
        period: the days that it covers.
        parts: each fund's part; together the sum sent and any contribution that is kept.
        account_version: of the payee's account; none where there is no account.
        is_account_confirmed: whether a second person confirmed that version.
        refused_version: the version that the bank refused before, if it did.
        died_on: day of the person's death, if it was recorded.
        suspended_because: the recorded decision that holds for the period, in words.
        has_twin: whether the same sum goes, or went, to the same account for the same days from the same budget.
        let_go: holds that somebody looked at and let go, with a reason.
    """

    sent_pence: int
    period: Period
    parts: tuple[FundPart, ...]
    account_version: int | None
    is_account_confirmed: bool
    refused_version: int | None = None
    died_on: date | None = None
    suspended_because: str | None = None
    has_twin: bool = False
    let_go: frozenset[HoldCode] = frozenset()


class Checker:
    """Checks the items of one run, one after the other; what one takes from a fund is not there for the next.

    Args:
        most_pence: the largest single payment that is made without somebody looking at it.
    """

    def __init__(self, most_pence: int) -> None:
        self._most_pence = most_pence
        self._left: dict[UUID, int] = {}

    def holds(self, item: ItemFacts) -> tuple[Hold, ...]:
        """Everything that keeps an item out of the run; nothing when it may be paid."""
        found = [*self._about_the_sum(item), *_about_the_person(item), *_about_the_account(item), *_awards(item)]
        held = tuple(hold for hold in found if hold.code not in item.let_go)
        return held or tuple(self._taken_from_funds(item))

    def _about_the_sum(self, item: ItemFacts) -> Iterator[Hold]:
        if item.sent_pence <= 0:
            yield Hold(HoldCode.NOTHING_DUE, "Nothing is due.")
        if item.sent_pence > self._most_pence:
            yield Hold(
                HoldCode.ABOVE_LIMIT,
                f"The payment of {pounds(item.sent_pence)} is above the limit of {pounds(self._most_pence)}.",
            )
        if item.has_twin:
            yield Hold(HoldCode.DUPLICATE, "The same sum goes or went to the same account for the same days.")

    def _taken_from_funds(self, item: ItemFacts) -> Iterator[Hold]:
        """Take the item's parts, or none of them where one fund is short."""
        left = {part.fund_id: self._left.get(part.fund_id, part.available_pence) for part in item.parts}
        short = [part for part in item.parts if part.pence > left[part.fund_id]]
        for part in short:
            missing = pounds(part.pence - left[part.fund_id])
            yield Hold(HoldCode.FUND_SHORT, f"A fund has {missing} less than its part of {pounds(part.pence)}.")
        if not short:
            self._left |= {part.fund_id: left[part.fund_id] - part.pence for part in item.parts}


def _about_the_person(item: ItemFacts) -> Iterable[Hold]:
    if item.died_on and item.period.to_on > item.died_on:
        yield Hold(HoldCode.DIED, f"The person died on {day(item.died_on)}: days after that are not paid.")
    if item.suspended_because:
        yield Hold(HoldCode.SUSPENDED, f"Payments are suspended by a recorded decision: {item.suspended_because}")


def _about_the_account(item: ItemFacts) -> Iterable[Hold]:
    if item.account_version is None:
        yield Hold(HoldCode.ACCOUNT_MISSING, "There is no account to pay into.")
        return
    if item.refused_version is not None and item.account_version <= item.refused_version:
        yield Hold(HoldCode.ACCOUNT_REFUSED_BEFORE, "The bank refused this account, and it was not changed since.")
    if not item.is_account_confirmed:
        yield Hold(HoldCode.ACCOUNT_NOT_CONFIRMED, "Nobody has confirmed the account since it was written down.")


def _awards(item: ItemFacts) -> Iterable[Hold]:
    for part in item.parts:
        if not part.is_confirmed:
            yield Hold(HoldCode.AWARD_NOT_CONFIRMED, "The award is not confirmed.")
        if item.period.without(part.award):
            yield Hold(
                HoldCode.OUTSIDE_AWARD,
                f"The award runs from {day(part.award.from_on)} to {day(part.award.to_on)} only.",
            )


def let_go(code: HoldCode) -> HoldCode:
    """A hold that somebody decided to let go.

    Raises:
        HoldStands: it is none that may be.
    """
    if code not in MAY_BE_LET_GO:
        raise HoldStands(f"{code.value} is mended at its cause and not let go")
    return code
