"""Ring-fenced funds: what each version of an award does, in whatever order the versions come."""

from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ledger.domain.funds import (
    Award,
    AwardStatus,
    ContributionAboveAward,
    OpenFund,
    budget_id_of,
    change_for,
    fund_id_of,
)
from services.ledger.domain.journal import Account, Entry, balance_pence, reversal_of
from tests.ledger.builders import AWARD, BUDGET, COUNCIL, FIRST_DAY, OTHER_COUNCIL, an_award


@dataclass
class Books:
    """One award's fund and entries, kept as the ledger keeps them but in memory."""

    seen_version: int = 0
    fund: OpenFund | None = None
    entries: tuple[Entry, ...] = ()

    def take(self, award: Award) -> None:
        """Do what a version of the award changes."""
        change = change_for(award, seen_version=self.seen_version, current=self.fund, budget_id=BUDGET)
        if change is None:
            return
        self.seen_version = award.version
        if change.closes:
            if change.closes.entry and change.closes.sequence:
                self.post(reversal_of(change.closes.entry, change.closes.sequence, "Decided again"))
            self.fund = None
        if change.opens:
            sequence = self.post(change.posts) if change.posts else None
            self.fund = OpenFund(fund_id_of(award), change.posts, sequence)

    def post(self, entry: Entry) -> int:
        """Append an entry."""
        self.entries = (*self.entries, entry)
        return len(self.entries)

    def awarded_pence(self, fund_id: UUID) -> int:
        """What a fund holds."""
        legs = [leg for entry in self.entries for leg in entry.legs]
        return -balance_pence(legs, Account.FUND_AWARDED, fund_id)


def test_a_first_version_opens_a_fund_with_the_award_in_it() -> None:
    books = Books()

    books.take(an_award(1))

    assert books.fund
    assert books.awarded_pence(books.fund.fund_id) == 520_000


def test_a_newer_version_takes_the_place_of_the_older_one() -> None:
    books, old, new = Books(), an_award(1, amount_pence=520_000), an_award(2, amount_pence=500_000)

    books.take(old)
    books.take(new)

    assert books.fund
    assert books.fund.fund_id == fund_id_of(new) != fund_id_of(old)
    assert (books.awarded_pence(fund_id_of(old)), books.awarded_pence(fund_id_of(new))) == (0, 500_000)
    assert len(books.entries) == 3, "award, its reversal and the new award all stay"


@pytest.mark.parametrize("late", [1, 2, 3])
def test_the_same_or_an_older_version_changes_nothing(late: int) -> None:
    change = change_for(an_award(late), seen_version=3, current=None, budget_id=BUDGET)

    assert change is None


def test_indicative_money_opens_a_fund_that_is_not_in_the_journal() -> None:
    """L12: an indicative award is shown, and cannot be spent."""
    change = change_for(an_award(status=AwardStatus.INDICATIVE), seen_version=0, current=None, budget_id=BUDGET)

    assert change
    assert change.opens
    assert change.posts is None


def test_money_that_is_confirmed_after_it_was_indicative_is_posted() -> None:
    """L13."""
    books = Books()

    books.take(an_award(1, status=AwardStatus.INDICATIVE, amount_pence=200_000))
    books.take(an_award(2, status=AwardStatus.CONFIRMED, amount_pence=180_000))

    assert books.fund
    assert books.awarded_pence(books.fund.fund_id) == 180_000
    assert len(books.entries) == 1, "there was nothing to reverse"


@pytest.mark.parametrize("status", [AwardStatus.NOT_ELIGIBLE, AwardStatus.UNDECIDED])
def test_an_award_that_ends_closes_its_fund(status: AwardStatus) -> None:
    books, ended = Books(), an_award(2, status=status, amount_pence=0)

    books.take(an_award(1))
    books.take(ended)

    assert books.fund is None
    assert books.awarded_pence(fund_id_of(an_award(1))) == 0


@pytest.mark.parametrize("status", list(AwardStatus))
def test_an_award_of_nothing_opens_no_fund(status: AwardStatus) -> None:
    change = change_for(an_award(status=status, amount_pence=0), seen_version=0, current=None, budget_id=BUDGET)

    assert change
    assert not change.opens
    assert change.posts is None


def test_a_contribution_above_the_award_is_refused() -> None:
    with pytest.raises(ContributionAboveAward, match="520001 of 520000 pence"):
        an_award(amount_pence=520_000, contribution_pence=520_001)


def test_the_entry_is_dated_on_the_first_day_of_the_award() -> None:
    change = change_for(an_award(), seen_version=0, current=None, budget_id=BUDGET)

    assert change
    assert change.posts
    assert change.posts.value_date == FIRST_DAY


def test_a_person_has_one_budget_at_a_council_and_another_at_another() -> None:
    person, other = uuid4(), uuid4()

    assert budget_id_of(COUNCIL, person) == budget_id_of(COUNCIL, person)
    assert len({budget_id_of(COUNCIL, person), budget_id_of(OTHER_COUNCIL, person), budget_id_of(COUNCIL, other)}) == 3


def test_each_version_of_an_award_has_a_fund_of_its_own() -> None:
    assert fund_id_of(an_award(1)) == fund_id_of(an_award(1))
    assert fund_id_of(an_award(1)) != fund_id_of(an_award(2))


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Award], list[Award]]:
    """The versions of an award in the order in which they were decided, and in an order in which they may arrive."""
    statuses = draw(st.lists(st.sampled_from(AwardStatus), min_size=1, max_size=6))
    decided = []
    for version, status in enumerate(statuses, start=1):
        amount_pence = draw(st.integers(0, 10**9))
        contribution_pence = draw(st.integers(0, amount_pence))
        decided.append(
            an_award(version, status=status, amount_pence=amount_pence, contribution_pence=contribution_pence)
        )
    repeats = draw(st.lists(st.sampled_from(decided), max_size=6))
    return decided, draw(st.permutations([*decided, *repeats]))


@given(histories())
def test_in_any_order_of_arrival_the_outcome_is_that_of_the_latest_version(
    history: tuple[list[Award], list[Award]],
) -> None:
    decided, arriving = history
    latest, books = decided[-1], Books()

    for award in arriving:
        books.take(award)

    held = {fund_id_of(award): books.awarded_pence(fund_id_of(award)) for award in decided}
    posted = latest.amount_pence if latest.status is AwardStatus.CONFIRMED else 0
    assert books.seen_version == latest.version
    assert held == {**dict.fromkeys(held, 0), fund_id_of(latest): posted}
    assert (books.fund.fund_id if books.fund else None) == (fund_id_of(latest) if latest.opens_fund else None)


@given(histories())
def test_each_entry_is_reversed_once_at_most(history: tuple[list[Award], list[Award]]) -> None:
    books = Books()

    for award in history[1]:
        books.take(award)

    reversed_ = [entry.reverses for entry in books.entries if entry.reverses]
    assert len(set(reversed_)) == len(reversed_)


def test_the_award_id_is_the_same_for_all_versions() -> None:
    assert {an_award(version).award_id for version in (1, 2, 3)} == {AWARD}
