"""Ring-fenced funds: one for each award, and what a new version of the award does to it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID, uuid5

from services.ledger.domain import postings
from services.ledger.domain.journal import Entry
from services.ledger.domain.postings import About, Part

#: Ids that follow from others are worked out, so that the same event always means the same budget and fund.
_BUDGETS = UUID("6f0c2f5e-6d0e-5d0b-9a55-3c5a4a8a1b01")


class AwardStatus(StrEnum):
    """How far a stream's decision has got, as far as the ledger cares."""

    CONFIRMED = "confirmed"
    INDICATIVE = "indicative"
    NOT_ELIGIBLE = "not_eligible"
    UNDECIDED = "undecided"


class ContributionAboveAward(Exception):
    """An award says that the person pays more than the whole."""


@dataclass(frozen=True)
class Award:
    """A version of an award, as its stream decided it. Sums in pence for the whole period.

    Args:
        in_kind: things are given, and the sum is their value: it is shown and no money is held.
    """

    award_id: UUID
    version: int
    stream: str
    status: AwardStatus
    amount_pence: int
    contribution_pence: int
    starts_on: date
    ends_on: date
    in_kind: bool = False

    def __post_init__(self) -> None:
        """Refuse impossible sums.

        Raises:
            ContributionAboveAward: the contribution is more than the award.
        """
        if self.contribution_pence > self.amount_pence:
            raise ContributionAboveAward(f"{self.contribution_pence} of {self.amount_pence} pence")

    @property
    def has_fund(self) -> bool:
        """Whether the version has an open fund."""
        return self.status in (AwardStatus.CONFIRMED, AwardStatus.INDICATIVE) and self.amount_pence > 0

    @property
    def holds(self) -> "Held":
        """What the journal is to hold for the version: nothing for money that is not confirmed, nor for things."""
        if not self.has_fund or self.status is not AwardStatus.CONFIRMED or self.in_kind:
            return Held(0, 0)
        return Held(self.amount_pence, self.contribution_pence)


@dataclass(frozen=True)
class Held:
    """What the journal holds as awarded to a fund, and how much of it the person owes; in pence."""

    amount_pence: int
    contribution_pence: int

    def less(self, other: "Held") -> "Held":
        """The difference; either sum may be below zero."""
        return Held(self.amount_pence - other.amount_pence, self.contribution_pence - other.contribution_pence)


@dataclass(frozen=True)
class KnownFund:
    """The fund of an award as the ledger has it.

    Args:
        seen_version: the latest version of the award that was dealt with; 0 for none.
        is_there: whether the award ever had a fund.
        is_open: whether it has one now.
        held: what the journal holds as awarded to it.
    """

    seen_version: int = 0
    is_there: bool = False
    is_open: bool = False
    held: Held = Held(0, 0)


@dataclass(frozen=True)
class FundChange:
    """What an award version does to its fund.

    Args:
        opens: the fund is open from now on, with what this version says.
        closes: the fund was open and is closed; what was spent of it stays spent.
        posted: what the version adds to the journal, or takes from it.
        posts: the entry that does so; none where nothing differs.
    """

    opens: bool
    closes: bool
    posted: Held
    posts: Entry | None


def budget_id_of(council: str, person_id: UUID) -> UUID:
    """The id of a person's one budget."""
    return uuid5(_BUDGETS, f"{council}/{person_id}")


def fund_id_of(award_id: UUID) -> UUID:
    """The id of an award's one fund."""
    return uuid5(award_id, "fund")


def award_entry_id(fund_id: UUID, version: int) -> UUID:
    """The id of the entry that a version of a fund's award posts."""
    return uuid5(fund_id, f"award/{version}")


def change_for(
    award: Award, known: KnownFund, *, budget_id: UUID, locked_until: date | None = None
) -> FundChange | None:
    """What a version of an award changes; None when a later version, or this very one, has been dealt with.

    Arrival order does not matter: an older version that comes late changes nothing. Only the difference to what was
    posted before is posted: money that was spent meanwhile stays spent, and a fund that was cut below what is committed
    and spent of it shows as over-committed.

    Args:
        award: the version that arrived.
        known: the award's fund as it is.
        budget_id: the person's budget.
        locked_until: last day of the council's closed period; what is awarded for it is dated on the day after.
    """
    if award.version <= known.seen_version:
        return None
    difference = award.holds.less(known.held)
    return FundChange(
        opens=award.has_fund,
        closes=known.is_open and not award.has_fund,
        posted=difference,
        posts=_entry(award, known, difference, budget_id, locked_until) if difference != Held(0, 0) else None,
    )


def _entry(award: Award, known: KnownFund, difference: Held, budget_id: UUID, locked_until: date | None) -> Entry:
    fund_id = fund_id_of(award.award_id)
    day_after = date.fromordinal(locked_until.toordinal() + 1) if locked_until else award.starts_on
    about = About(
        entry_id=award_entry_id(fund_id, award.version),
        budget_id=budget_id,
        value_date=max(award.starts_on, day_after),
        reason=f"Version {award.version} of the award of the stream {award.stream}",
        subject_id=award.award_id,
    )
    part = Part(fund_id, award.stream, difference.amount_pence)
    if known.held == Held(0, 0):
        return postings.award(about, part, difference.contribution_pence)
    return postings.award_revised(about, part, difference.contribution_pence)
