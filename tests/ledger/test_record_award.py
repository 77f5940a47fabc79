"""Awards become funds and entries, in the real database, whatever comes twice, late or at once."""

import asyncio
from itertools import pairwise
from uuid import uuid4

import pytest

from braid.contracts.award import AwardDecided, Cadence
from braid.contracts.award import AwardStatus as Status
from braid.contracts.budget import BudgetOpened, FundOpened
from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.funds import ContributionAboveAward
from services.ledger.domain.journal import EntryKind, balance_pence, reversal_of
from tests.ledger.builders import ASC, Stream
from tests.ledger.ledger_under_test import LedgerUnderTest


async def test_an_award_of_5200_pounds_is_posted_in_balance(ledger: LedgerUnderTest) -> None:
    """L1."""
    person = uuid4()

    await ledger.take(ledger.an_award_decided(person, amount_pence=520_000))

    (fund,) = await ledger.open_funds(person)
    assert await ledger.awarded_pence(person) == {fund.fund_id: 520_000}
    assert await ledger.trial_balance() == {(ASC, "funder.receivable"): 520_000, (ASC, "fund.available"): -520_000}
    assert (await ledger.proof()).holds
    assert await ledger.published(person) == [BudgetOpened.TYPE, FundOpened.TYPE]


async def test_money_that_a_partner_confirms_takes_the_place_of_the_indicative_sum(ledger: LedgerUnderTest) -> None:
    """L12, L13: 200.00 a week shown, 180.00 a week confirmed for ten weeks."""
    person, ilf = uuid4(), Stream.INDEPENDENT_LIVING_FUND

    await ledger.take(
        ledger.an_award_decided(person, stream=ilf, status=Status.INDICATIVE, amount_pence=200_000, version=1)
    )
    assert await ledger.entries(person) == []

    await ledger.take(
        ledger.an_award_decided(person, stream=ilf, status=Status.CONFIRMED, amount_pence=180_000, version=2)
    )
    (fund,) = await ledger.open_funds(person)
    said = fund.version
    assert (said.award_version, said.status, said.amount_pence) == (2, "confirmed", 180_000)
    assert await ledger.awarded_pence(person) == {fund.fund_id: 180_000}
    assert await ledger.published(person) == [BudgetOpened.TYPE, FundOpened.TYPE, FundOpened.TYPE]


async def test_a_confirmation_that_comes_three_times_with_an_older_one_after_it_is_one_fund(
    ledger: LedgerUnderTest,
) -> None:
    """L14."""
    person = uuid4()
    older = ledger.an_award_decided(person, version=1, status=Status.INDICATIVE, amount_pence=200_000)
    confirmed = ledger.an_award_decided(person, version=2, amount_pence=180_000)

    await ledger.take(confirmed, confirmed, confirmed, older)

    (fund,) = await ledger.open_funds(person)
    assert (fund.version.award_version, fund.version.amount_pence) == (2, 180_000)
    assert len(await ledger.entries(person)) == 1
    assert await ledger.published(person) == [BudgetOpened.TYPE, FundOpened.TYPE]


async def test_a_newer_version_posts_the_difference_to_the_one_fund_of_the_award(ledger: LedgerUnderTest) -> None:
    person = uuid4()

    await ledger.take(*(ledger.an_award_decided(person, version=v, amount_pence=p) for v, p in ((1, 3000), (2, 5000))))
    await ledger.take(ledger.an_award_decided(person, version=3, amount_pence=4000, contribution_pence=500))

    entries = [recorded.entry for recorded in await ledger.entries(person)]
    award, revision = EntryKind.AWARD, EntryKind.AWARD_REVISION
    assert [
        (entry.kind, balance_pence(entry.legs, Account.FUND_AVAILABLE, entry.legs[0].fund_id)) for entry in entries
    ] == [
        (award, -3000),
        (revision, -2000),
        (revision, 1000),
    ]
    (fund,) = await ledger.open_funds(person)
    assert await ledger.awarded_pence(person) == {fund.fund_id: 4000}
    assert (await ledger.balances(person))[fund.fund_id] == {
        Account.FUND_AVAILABLE: -4000,
        Account.FUNDER_RECEIVABLE: 3500,
        Account.PERSON_CONTRIBUTION_RECEIVABLE: 500,
    }


async def test_a_version_that_changes_no_sum_posts_nothing(ledger: LedgerUnderTest) -> None:
    person = uuid4()

    await ledger.take(
        ledger.an_award_decided(person, version=1),
        ledger.an_award_decided(person, version=2, others={"conditions": ("Receipts.",)}),
    )

    (fund,) = await ledger.open_funds(person)
    assert (fund.version.award_version, fund.version.conditions) == (2, ["Receipts."])
    assert len(await ledger.entries(person)) == 1


async def test_an_award_that_ends_leaves_its_budget_open_and_nothing_in_the_fund(ledger: LedgerUnderTest) -> None:
    person = uuid4()

    await ledger.take(
        ledger.an_award_decided(person, version=1),
        ledger.an_award_decided(person, version=2, status=Status.NOT_ELIGIBLE, amount_pence=0),
    )

    assert await ledger.open_funds(person) == []
    assert set((await ledger.awarded_pence(person)).values()) == {0}
    assert await ledger.budget(person)
    assert (await ledger.proof()).pence_by_stream == {ASC: 0}


async def test_a_person_to_whom_no_stream_awards_money_has_no_budget(ledger: LedgerUnderTest) -> None:
    person = uuid4()

    await ledger.take(ledger.an_award_decided(person, status=Status.NOT_ELIGIBLE, amount_pence=0))

    assert await ledger.budget(person) is None
    assert await ledger.published(person) == []


async def test_the_contribution_is_owed_by_the_person(ledger: LedgerUnderTest) -> None:
    await ledger.take(ledger.an_award_decided(amount_pence=520_000, contribution_pence=20_000))

    assert await ledger.trial_balance() == {
        (ASC, "funder.receivable"): 500_000,
        (ASC, "person.contribution_receivable"): 20_000,
        (ASC, "fund.available"): -520_000,
    }


async def test_things_given_in_kind_have_a_fund_with_their_value_and_no_entry(ledger: LedgerUnderTest) -> None:
    person, equipment = uuid4(), Stream.COMMUNITY_EQUIPMENT

    await ledger.take(
        ledger.an_award_decided(person, stream=equipment, amount_pence=45_000, others={"cadence": Cadence.IN_KIND})
    )

    (fund,) = await ledger.open_funds(person)
    said = fund.version
    assert (said.amount_pence, said.status, said.posted_pence) == (45_000, "confirmed", 0)
    assert await ledger.entries(person) == []
    assert await ledger.published(person) == [BudgetOpened.TYPE, FundOpened.TYPE]


async def test_things_that_become_money_are_posted_from_then_on(ledger: LedgerUnderTest) -> None:
    person, equipment = uuid4(), Stream.COMMUNITY_EQUIPMENT

    await ledger.take(
        ledger.an_award_decided(person, stream=equipment, amount_pence=45_000, others={"cadence": Cadence.IN_KIND}),
        ledger.an_award_decided(person, stream=equipment, amount_pence=40_000, version=2),
    )

    (fund,) = await ledger.open_funds(person)
    assert await ledger.awarded_pence(person) == {fund.fund_id: 40_000}


async def test_a_refused_award_leaves_nothing_behind(ledger: LedgerUnderTest) -> None:
    person = uuid4()

    with pytest.raises(ContributionAboveAward):
        await ledger.take(ledger.an_award_decided(person, amount_pence=100, contribution_pence=101))

    assert await ledger.budget(person) is None
    assert await ledger.published(person) == []
    assert (await ledger.proof()).entries == 0


async def test_a_person_has_one_budget_however_many_streams_decide_at_once(ledger: LedgerUnderTest) -> None:
    person = uuid4()
    awards = [ledger.an_award_decided(person, stream=stream) for stream in Stream]

    await asyncio.gather(*(ledger.take(award) for award in awards))

    assert (await ledger.published(person)).count(BudgetOpened.TYPE) == 1
    assert len(await ledger.open_funds(person)) == len(Stream)
    await _chain_has_no_gap_or_fork(ledger, entries=len(Stream))


async def test_versions_of_one_award_that_come_at_once_end_in_the_latest(ledger: LedgerUnderTest) -> None:
    person = uuid4()
    versions = [ledger.an_award_decided(person, version=v, amount_pence=v * 1000) for v in range(1, 7)]

    await asyncio.gather(*(ledger.take(version) for version in versions + versions[::-1]))

    (fund,) = await ledger.open_funds(person)
    assert fund.version.award_version == 6
    assert await ledger.awarded_pence(person) == {fund.fund_id: 6000}
    assert (await ledger.proof()).holds


async def test_two_people_at_once_share_one_chain_without_gap_or_fork(ledger: LedgerUnderTest) -> None:
    async def a_year_of_changes() -> None:
        person = uuid4()
        for version in range(1, 6):
            await ledger.take(ledger.an_award_decided(person, version=version, amount_pence=version * 100))

    await asyncio.gather(*(a_year_of_changes() for _ in range(4)))

    await _chain_has_no_gap_or_fork(ledger, entries=4 * 5)


async def test_one_councils_chain_goes_on_beside_anothers(
    ledger: LedgerUnderTest, another_council: LedgerUnderTest
) -> None:
    person = uuid4()

    await asyncio.gather(
        *(books.take(books.an_award_decided(person, stream=Stream.ADULT_SOCIAL_CARE)) for books in (ledger,)),
        *(books.take(books.an_award_decided()) for books in (another_council, another_council)),
    )

    await _chain_has_no_gap_or_fork(ledger, entries=1)
    await _chain_has_no_gap_or_fork(another_council, entries=2)


async def test_a_fund_keeps_what_its_award_said(ledger: LedgerUnderTest) -> None:
    award: AwardDecided = ledger.an_award_decided(contribution_pence=12_300, others={"conditions": ("Receipts.",)})

    await ledger.take(award)

    (fund,) = await ledger.open_funds(award.person_id)
    said = fund.version
    assert said.permitted_uses == [{"use": "care.personal", "condition": None, "requires": []}]
    assert said.conditions == ["Receipts."]
    assert (said.starts_on, said.ends_on) == (award.starts_on, award.ends_on)
    assert (said.amount_pence, said.contribution_pence) == (520_000, 12_300)


async def _chain_has_no_gap_or_fork(ledger: LedgerUnderTest, *, entries: int) -> None:
    async with ledger.as_app() as db:
        sequences = [row["sequence"] for row in await db.fetch("SELECT sequence FROM journal_entry ORDER BY 1")]
        head = await db.fetchval("SELECT sequence FROM chain_head")
    proof = await ledger.proof()
    assert sequences == list(range(1, entries + 1))
    assert all(after - before == 1 for before, after in pairwise(sequences))
    assert head == entries
    assert proof.holds
    assert proof.entries == entries


@pytest.mark.parametrize("taken_back", [[1], [2], [1, 2]], ids=["the award", "its revision", "both"])
async def test_a_version_after_an_entry_was_taken_back_awards_what_it_says(
    ledger: LedgerUnderTest, taken_back: list[int]
) -> None:
    person = uuid4()
    versions = [
        ledger.an_award_decided(person, version=number, amount_pence=pence, contribution_pence=pence // 10)
        for number, pence in ((1, 520_000), (2, 600_000), (3, 550_000))
    ]
    await ledger.take(*versions[:2])
    (fund,) = await ledger.open_funds(person)
    posted = [recorded.entry for recorded in await ledger.entries(person)]
    await ledger.post(*(reversal_of(posted[one - 1], entry_id=uuid4(), reason="A slip") for one in taken_back))

    await ledger.take(versions[2])

    assert await ledger.awarded_pence(person) == {fund.fund_id: 550_000}
    balances = (await ledger.balances(person))[fund.fund_id]
    assert balances == {
        Account.FUND_AVAILABLE: -550_000,
        Account.FUNDER_RECEIVABLE: 495_000,
        Account.PERSON_CONTRIBUTION_RECEIVABLE: 55_000,
    }
    assert (await ledger.proof()).holds
