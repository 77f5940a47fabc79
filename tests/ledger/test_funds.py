"""Ring-fenced funds: what each version of an award does, in whatever order the versions come."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.funds import (
    Award,
    AwardStatus,
    ContributionAboveAward,
    FundChange,
    Held,
    KnownFund,
    budget_id_of,
    change_for,
    fund_id_of,
)
from services.ledger.domain.journal import Entry, EntryKind, balance_pence
from tests.ledger.builders import AWARD, BUDGET, COUNCIL, FIRST_DAY, OTHER_COUNCIL, an_award

FUND = fund_id_of(AWARD)


@dataclass
class Books:
    """One award's fund and entries, kept as the ledger keeps them but in memory."""

    known: KnownFund = field(default_factory=KnownFund)
    entries: list[Entry] = field(default_factory=list)

    def take(self, award: Award, *, locked_until: date | None = None) -> FundChange | None:
        """Do what a version of the award changes."""
        change = change_for(award, self.known, budget_id=BUDGET, locked_until=locked_until)
        if change:
            held = Held(
                self.known.held.amount_pence + change.posted.amount_pence,
                self.known.held.contribution_pence + change.posted.contribution_pence,
            )
            self.known = KnownFund(award.version, self.known.is_there or change.opens, change.opens, held)
            self.entries += [change.posts] if change.posts else []
        return change

    def pence_on(self, account: Account) -> int:
        """Debits less credits of one of the fund's accounts."""
        return balance_pence([leg for entry in self.entries for leg in entry.legs], account, FUND)

    @property
    def awarded_pence(self) -> int:
        """What the fund holds."""
        return -self.pence_on(Account.FUND_AVAILABLE)


def test_a_first_version_opens_a_fund_with_the_award_in_it() -> None:
    books = Books()

    change = books.take(an_award(1))

    assert change
    assert (change.opens, change.closes, books.awarded_pence) == (True, False, 520_000)
    assert [entry.kind for entry in books.entries] == [EntryKind.AWARD]


@pytest.mark.parametrize("amount_pence", [500_000, 600_000])
def test_a_newer_version_posts_the_difference_and_takes_nothing_back(amount_pence: int) -> None:
    books = Books()

    books.take(an_award(1, amount_pence=520_000))
    books.take(an_award(2, amount_pence=amount_pence, contribution_pence=1_000))

    assert books.awarded_pence == amount_pence
    assert books.pence_on(Account.PERSON_CONTRIBUTION_RECEIVABLE) == 1_000
    assert [entry.kind for entry in books.entries] == [EntryKind.AWARD, EntryKind.AWARD_REVISION]
    assert len({entry.entry_id for entry in books.entries}) == 2


def test_a_newer_version_of_the_same_sums_posts_nothing() -> None:
    books = Books()

    books.take(an_award(1))
    change = books.take(an_award(2))

    assert change
    assert (change.opens, change.posts) == (True, None)


@pytest.mark.parametrize("late", [1, 2, 3])
def test_the_same_or_an_older_version_changes_nothing(late: int) -> None:
    assert change_for(an_award(late), KnownFund(seen_version=3), budget_id=BUDGET) is None


def test_indicative_money_opens_a_fund_that_is_not_in_the_journal() -> None:
    """L12: an indicative award is shown, and cannot be spent."""
    change = Books().take(an_award(status=AwardStatus.INDICATIVE))

    assert change
    assert change.opens
    assert change.posts is None


def test_money_that_is_confirmed_after_it_was_indicative_is_posted() -> None:
    """L13."""
    books = Books()

    books.take(an_award(1, status=AwardStatus.INDICATIVE, amount_pence=200_000))
    books.take(an_award(2, status=AwardStatus.CONFIRMED, amount_pence=180_000))

    assert books.awarded_pence == 180_000
    assert [entry.kind for entry in books.entries] == [EntryKind.AWARD]


@pytest.mark.parametrize("status", [AwardStatus.NOT_ELIGIBLE, AwardStatus.UNDECIDED])
def test_an_award_that_ends_closes_its_fund(status: AwardStatus) -> None:
    books = Books()

    books.take(an_award(1))
    change = books.take(an_award(2, status=status, amount_pence=0))

    assert change
    assert (change.opens, change.closes, books.awarded_pence) == (False, True, 0)


@pytest.mark.parametrize("status", list(AwardStatus))
def test_an_award_of_nothing_opens_no_fund(status: AwardStatus) -> None:
    change = Books().take(an_award(status=status, amount_pence=0))

    assert change
    assert (change.opens, change.closes, change.posts) == (False, False, None)


def test_a_contribution_above_the_award_is_refused() -> None:
    with pytest.raises(ContributionAboveAward, match="520001 of 520000 pence"):
        an_award(amount_pence=520_000, contribution_pence=520_001)


def test_the_entry_is_dated_on_the_first_day_of_the_award() -> None:
    books = Books()

    books.take(an_award())

    assert books.entries[0].value_date == FIRST_DAY


def test_what_is_awarded_for_a_closed_period_is_dated_on_the_day_after_it() -> None:
    books = Books()

    books.take(an_award(), locked_until=FIRST_DAY + timedelta(days=30))

    assert books.entries[0].value_date == FIRST_DAY + timedelta(days=31)


def test_a_person_has_one_budget_at_a_council_and_another_at_another() -> None:
    person, other = uuid4(), uuid4()

    assert budget_id_of(COUNCIL, person) == budget_id_of(COUNCIL, person)
    assert len({budget_id_of(COUNCIL, person), budget_id_of(OTHER_COUNCIL, person), budget_id_of(COUNCIL, other)}) == 3


def test_an_award_has_one_fund_through_all_its_versions() -> None:
    assert {fund_id_of(an_award(version).award_id) for version in (1, 2, 3)} == {FUND}


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

    assert books.known.seen_version == latest.version
    assert books.known.is_open == latest.has_fund
    confirmed = latest.status is AwardStatus.CONFIRMED
    assert books.awarded_pence == (latest.amount_pence if confirmed else 0)
    assert books.pence_on(Account.PERSON_CONTRIBUTION_RECEIVABLE) == (latest.contribution_pence if confirmed else 0)


@given(histories())
def test_no_version_posts_twice(history: tuple[list[Award], list[Award]]) -> None:
    books = Books()

    for award in history[1]:
        books.take(award)

    assert len({entry.entry_id for entry in books.entries}) == len(books.entries)
