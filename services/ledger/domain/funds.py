"""Ring-fenced funds: what a new version of an award does to a budget."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID, uuid5

from services.ledger.domain.journal import Entry, award_entry

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
    def opens_fund(self) -> bool:
        """Whether the version opens a fund."""
        return self.status in (AwardStatus.CONFIRMED, AwardStatus.INDICATIVE) and self.amount_pence > 0

    @property
    def is_posted(self) -> bool:
        """Whether the version puts money into the journal."""
        return self.opens_fund and self.status is AwardStatus.CONFIRMED and not self.in_kind


@dataclass(frozen=True)
class OpenFund:
    """The fund that is open for an award now.

    Args:
        fund_id: its id.
        entry: its award entry, where the money is confirmed.
        sequence: where that entry stands in the journal.
    """

    fund_id: UUID
    entry: Entry | None
    sequence: int | None


@dataclass(frozen=True)
class FundChange:
    """What an award version does.

    Args:
        closes: the fund that it takes the place of.
        opens: whether it opens a fund.
        posts: entry of the opened fund; none while the money is indicative, which is shown and cannot be spent, nor for
            what is given in kind.
    """

    closes: OpenFund | None
    opens: bool
    posts: Entry | None


def budget_id_of(council: str, person_id: UUID) -> UUID:
    """The id of a person's one budget."""
    return uuid5(_BUDGETS, f"{council}/{person_id}")


def fund_id_of(award: Award) -> UUID:
    """The id of the fund of one version of an award."""
    return uuid5(award.award_id, f"fund/{award.version}")


def change_for(award: Award, *, seen_version: int, current: OpenFund | None, budget_id: UUID) -> FundChange | None:
    """What a version of an award changes; None when a later version, or this very one, has been dealt with.

    Arrival order does not matter: an older version that comes late changes nothing.

    Args:
        award: the version that arrived.
        seen_version: the latest version dealt with; 0 for none.
        current: the fund that is open for the award now.
        budget_id: the person's budget.
    """
    if award.version <= seen_version:
        return None
    posts = None
    if award.is_posted:
        posts = award_entry(
            budget_id=budget_id,
            fund_id=fund_id_of(award),
            stream=award.stream,
            amount_pence=award.amount_pence,
            contribution_pence=award.contribution_pence,
            value_date=award.starts_on,
        )
    return FundChange(current, award.opens_fund, posts)
