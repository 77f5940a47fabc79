"""Where each rule of posting begins and ends, to the penny and to the day; both sides of every line."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from services.ledger.domain import postings
from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.journal import AMOUNT_PENCE_MAX, Entry, EntryKind, Leg, reversal_of
from services.ledger.domain.postings import Part
from services.ledger.posting.columns import Postable, Posting
from services.ledger.queries import FundNow
from tests.ledger.builders import ASC, FIRST_DAY, LAST_DAY, about
from tests.ledger.journal.model import LooseEntry
from tests.ledger.ledger_under_test import LedgerUnderTest
from tests.ledger.proof.poster import a_payment
from tests.ledger.proof.scene import close

AVAILABLE, COMMITTED = Account.FUND_AVAILABLE, Account.FUND_COMMITTED
DAY = timedelta(days=1)


async def answers_to(ledger: LedgerUnderTest, *entries: Postable | Posting) -> list[str]:
    """Codes, one an entry."""
    told = await ledger.post(*entries)
    return ["replayed" if each.is_replay else str(each.refusal or "posted") for each in told]


def part_of(fund: FundNow, pence: int) -> list[Part]:
    return [Part(fund.fund_id, fund.fund.stream, pence)]


def a_spend(fund: FundNow, pence: int, *, source: Account = AVAILABLE, **said: object) -> Entry:
    return postings.spent(about(budget=fund.fund.budget_id, **said), part_of(fund, pence), source=source)  # type: ignore[arg-type]


def held(fund: FundNow, pence: int, commitment_id: UUID, **said: object) -> Entry:
    said = {"subject_id": commitment_id} | said
    return postings.committed(about(budget=fund.fund.budget_id, **said), part_of(fund, pence))  # type: ignore[arg-type]


def settled(fund: FundNow, pence: int, commitment_id: UUID, **said: object) -> Entry:
    return a_spend(fund, pence, source=COMMITTED, subject_id=commitment_id, **said)


def let_go(fund: FundNow, pence: int, commitment_id: UUID, *, expired: bool = False) -> Entry:
    said = about(budget=fund.fund.budget_id, subject_id=commitment_id)
    return postings.released(said, part_of(fund, pence), expired=expired)


def back(entry: Entry) -> Entry:
    return reversal_of(entry, entry_id=uuid4(), reason="Not so")


async def test_a_fund_is_spent_to_the_last_penny_and_no_further(ledger: LedgerUnderTest) -> None:
    fund = await ledger.open_fund(amount_pence=1_000)

    told = await answers_to(ledger, *(a_spend(fund, pence) for pence in (1_001, 999, 2, 1, 1)))

    assert told == ["insufficient", "posted", "insufficient", "posted", "insufficient"]
    assert (await ledger.proof()).holds


async def test_a_fund_pays_on_its_first_and_last_day_and_on_none_beside_them(ledger: LedgerUnderTest) -> None:
    fund = await ledger.open_fund()
    days = (FIRST_DAY - DAY, FIRST_DAY, LAST_DAY, LAST_DAY + DAY)

    told = await answers_to(ledger, *(a_spend(fund, 1, value_date=day) for day in days))

    assert told == ["before_award", "posted", "posted", "after_award_end"]


async def test_the_last_day_of_a_locked_period_is_locked_and_the_next_is_open(ledger: LedgerUnderTest) -> None:
    fund = await ledger.open_fund()
    await ledger.lock_period(FIRST_DAY + DAY)

    told = await answers_to(ledger, *(a_spend(fund, 1, value_date=FIRST_DAY + days * DAY) for days in (0, 1, 2)))

    assert told == ["period_locked", "period_locked", "posted"]


async def test_the_latest_lock_holds_though_an_earlier_went_further(ledger: LedgerUnderTest) -> None:
    fund = await ledger.open_fund()
    await ledger.lock_period(FIRST_DAY + 9 * DAY)
    await ledger.lock_period(FIRST_DAY)

    assert await answers_to(ledger, a_spend(fund, 1, value_date=FIRST_DAY + DAY)) == ["posted"]


async def test_a_use_is_permitted_by_its_whole_name_and_money_on_its_way_needs_none(ledger: LedgerUnderTest) -> None:
    fund = await ledger.open_fund()
    uses = ("care.personal", "care", "personal", "care.personal.x", "", " ", None, "are.persona")
    advance = postings.advanced(about(budget=fund.fund.budget_id, use=None), part_of(fund, 5), source=AVAILABLE)

    told = await answers_to(ledger, *(a_spend(fund, 1, use=use) for use in uses), advance)

    assert told == ["posted", *["ring_fenced"] * 7, "posted"]


async def test_a_commitment_is_ring_fenced_as_what_is_spent_is(ledger: LedgerUnderTest) -> None:
    fund = await ledger.open_fund()

    assert await answers_to(ledger, held(fund, 1, uuid4(), use="leisure.activity")) == ["ring_fenced"]


async def test_of_a_commitment_all_is_settled_and_no_penny_more(ledger: LedgerUnderTest) -> None:
    fund, it = await ledger.open_fund(), uuid4()

    await ledger.post(held(fund, 10, it), held(fund, 90, uuid4()))

    told = [await answers_to(ledger, settled(fund, pence, it)) for pence in (11, 4, 7, 6, 1)]

    assert told[::2] == [["exceeds_commitment"], ["exceeds_commitment"], ["commitment_already_settled"]]
    assert told[1::2] == [["posted"], ["posted"]]


async def test_what_was_let_go_of_a_commitment_cannot_be_settled(ledger: LedgerUnderTest) -> None:
    fund, it = await ledger.open_fund(), uuid4()
    await ledger.post(held(fund, 10, it), held(fund, 90, uuid4()), let_go(fund, 4, it))
    asked = (settled(fund, 7, it), settled(fund, 1, it), let_go(fund, 5, it), let_go(fund, 1, it))

    told = [(await answers_to(ledger, each))[0] for each in asked]

    assert told == ["exceeds_commitment", "posted", "posted", "commitment_already_released"]


async def test_a_commitment_is_settled_up_to_its_last_day_and_not_after_it_was_let_run_out(
    ledger: LedgerUnderTest,
) -> None:
    fund, it, gone = await ledger.open_fund(), uuid4(), uuid4()
    last = FIRST_DAY + 9 * DAY
    await ledger.post(Posting(held(fund, 10, it), expires_on=last), held(fund, 10, gone), held(fund, 90, uuid4()))

    told = await answers_to(
        ledger,
        settled(fund, 1, it, value_date=last + DAY),
        settled(fund, 1, it, value_date=last),
        let_go(fund, 3, gone, expired=True),
        settled(fund, 1, gone),
        held(fund, 1, gone),
    )

    assert told == ["commitment_expired", "posted", "posted", "commitment_expired", "commitment_expired"]


async def test_a_refused_entry_gives_back_what_it_held_of_a_commitment(ledger: LedgerUnderTest) -> None:
    fund, it = await ledger.open_fund(), uuid4()
    await ledger.post(held(fund, 10, it), held(fund, 90, uuid4()))
    wrong = a_spend(fund, 10, source=COMMITTED, subject_id=it, use="leisure.activity")

    assert await answers_to(ledger, wrong, settled(fund, 10, it)) == ["ring_fenced", "posted"]
    assert (await ledger.proof()).holds


async def test_a_refused_entry_gives_back_its_places_and_pence_on_every_account(ledger: LedgerUnderTest) -> None:
    fund = await ledger.open_fund(amount_pence=100)

    told = await answers_to(ledger, a_spend(fund, 60, use=None), a_spend(fund, 100), a_spend(fund, 1))

    assert told == ["ring_fenced", "posted", "insufficient"]
    assert (await ledger.proof()).holds


async def test_a_refused_group_gives_back_all_that_it_had_taken(ledger: LedgerUnderTest) -> None:
    fund = await ledger.open_fund(amount_pence=100)
    group = [Posting(a_spend(fund, pence), linked=1) for pence in (60, 60)]

    told = await answers_to(ledger, *group, a_spend(fund, 100), a_spend(fund, 1))

    assert told == ["linked_refused", "insufficient", "posted", "insufficient"]
    assert (await ledger.proof()).entries == 2


async def test_two_groups_with_one_number_between_which_another_stands_are_two(ledger: LedgerUnderTest) -> None:
    fund = await ledger.open_fund(amount_pence=100)
    told = await answers_to(
        ledger, Posting(a_spend(fund, 60), linked=1), a_spend(fund, 1), Posting(a_spend(fund, 60), linked=1)
    )

    assert told == ["posted", "posted", "insufficient"]


async def test_an_id_stands_for_one_entry_in_a_batch_and_after_it(ledger: LedgerUnderTest) -> None:
    fund = await ledger.open_fund()
    entry = a_spend(fund, 5)
    changed = a_spend(fund, 5, entry_id=entry.entry_id, subject_id=uuid4())

    assert await answers_to(ledger, entry, entry, changed) == ["posted", "replayed", "id_used_for_something_else"]
    assert await answers_to(ledger, entry, changed) == ["replayed", "id_used_for_something_else"]
    assert (await ledger.proof()).entries == 2


async def test_a_reversal_is_exact_and_once_in_a_batch_and_after_it(ledger: LedgerUnderTest) -> None:
    fund = await ledger.open_fund()
    first, second = a_spend(fund, 5), a_spend(fund, 5)
    of_more = back(a_spend(fund, 6, entry_id=first.entry_id))

    told = await answers_to(ledger, first, second, of_more, back(first), back(first))

    assert told == ["posted", "posted", "not_the_reverse", "posted", "already_reversed"]
    assert await answers_to(ledger, back(second), back(second), back(first)) == [
        "posted",
        "already_reversed",
        "already_reversed",
    ]


async def test_what_was_posted_under_an_id_that_was_refused_before_is_reversed_in_the_same_batch(
    ledger: LedgerUnderTest,
) -> None:
    fund = await ledger.open_fund(amount_pence=100)
    too_much = a_spend(fund, 101)
    less = a_spend(fund, 100, entry_id=too_much.entry_id)

    told = await answers_to(ledger, too_much, less, back(less), back(less), a_spend(fund, 100))

    assert told == ["insufficient", "posted", "posted", "already_reversed", "posted"]
    assert (await ledger.proof()).holds


async def test_only_an_award_that_is_taken_back_leaves_a_fund_overdrawn(ledger: LedgerUnderTest) -> None:
    fund = await ledger.open_fund(amount_pence=100)
    more = postings.award_revised(about(budget=fund.fund.budget_id, use=None), part_of(fund, 50)[0], 0)
    said = about(budget=fund.fund.budget_id, use=None)
    refund = postings.refunded(said, part_of(fund, 40), source=AVAILABLE)
    await ledger.post(more, a_spend(fund, 150), refund, a_spend(fund, 40))

    told = await answers_to(ledger, back(refund), back(more), a_spend(fund, 1))

    assert told == ["insufficient", "posted", "insufficient"]


async def test_the_largest_amount_is_posted_and_a_balance_beyond_it_is_not(ledger: LedgerUnderTest) -> None:
    fund = await ledger.open_fund(amount_pence=AMOUNT_PENCE_MAX)

    def revised(pence: int) -> Entry:
        return postings.award_revised(about(budget=fund.fund.budget_id, use=None), part_of(fund, pence)[0], 0)

    told = await answers_to(ledger, revised(1), revised(-AMOUNT_PENCE_MAX), revised(AMOUNT_PENCE_MAX), revised(1))

    assert told == ["bad_amount", "posted", "posted", "bad_amount"]


async def test_money_goes_from_fund_to_fund_by_a_transfer_alone(ledger: LedgerUnderTest) -> None:
    person = uuid4()
    giver, taker = [await ledger.open_fund(person_id=person, others={"award_id": uuid4()}) for _ in range(2)]
    legs = (Leg(ASC, AVAILABLE, 7, giver.fund_id), Leg(ASC, AVAILABLE, -7, taker.fund_id))

    told = await answers_to(
        ledger,
        *(
            LooseEntry(uuid4(), kind, FIRST_DAY, giver.fund.budget_id, legs, use="care.personal")
            for kind in (EntryKind.SPEND, EntryKind.REFUND, EntryKind.TRANSFER, EntryKind.CARRY_OVER)
        ),
    )

    assert told == ["not_your_fund", "not_your_fund", "posted", "posted"]


async def test_an_entry_on_no_fund_is_nobodys(ledger: LedgerUnderTest) -> None:
    fund = await ledger.open_fund()
    legs = (Leg(ASC, Account.COUNCIL_BANK, 7, None), Leg(ASC, Account.COUNCIL_PAYMENTS_CONTROL, -7, None))

    told = await answers_to(ledger, LooseEntry(uuid4(), EntryKind.REFUND, FIRST_DAY, fund.fund.budget_id, legs))

    assert told == ["not_your_fund"]


async def test_a_closed_account_takes_nothing(ledger: LedgerUnderTest) -> None:
    fund = await ledger.open_fund()
    await close(ledger, fund)

    assert await answers_to(ledger, a_spend(fund, 1)) == ["closed"]


async def test_a_new_version_of_an_award_holds_for_what_comes_next(ledger: LedgerUnderTest) -> None:
    award = ledger.an_award_decided()
    await ledger.take(award)
    (fund,) = await ledger.open_funds(award.person_id)
    await ledger.post(a_spend(fund, 1))
    uses = [{"use": "leisure.activity", "condition": None}]
    await ledger.take(
        ledger.an_award_decided(
            award.person_id, version=2, ends_on=FIRST_DAY + DAY, others={"permitted_uses": uses}
        )
    )  # fmt: skip

    told = await answers_to(
        ledger,
        a_spend(fund, 1),
        a_spend(fund, 1, use="leisure.activity"),
        a_spend(fund, 1, use="leisure.activity", value_date=FIRST_DAY + 2 * DAY),
    )

    assert told == ["ring_fenced", "posted", "after_award_end"]


async def test_the_councils_account_is_summed_for_a_day_as_known_at_each_moment(ledger: LedgerUnderTest) -> None:
    """Two postings on one day, and a third valued the day after: for each day, as known after each."""
    fund = await ledger.open_fund()
    for pence, day in ((5, FIRST_DAY), (7, FIRST_DAY), (11, FIRST_DAY + DAY)):
        payment = postings.paid_to_provider(
            about(budget=fund.fund.budget_id, value_date=day), part_of(fund, pence), source=AVAILABLE
        )
        await ledger.post(payment)
    moments = await moments_of(ledger)

    found = [
        [
            await ledger.balance_as_of(
                Account.COUNCIL_BANK, for_date=FIRST_DAY + days * DAY, known_at=moment, stream=ASC
            )
            for moment in moments
        ]
        for days in (-1, 0, 1)
    ]

    assert found == [[0, 0, 0, 0], [0, -5, -12, -12], [0, -5, -12, -23]]


async def test_a_funds_account_is_summed_for_a_day_as_known_at_each_moment(ledger: LedgerUnderTest) -> None:
    fund = await ledger.open_fund(amount_pence=100)
    for pence in (5, 7):
        await ledger.post(a_spend(fund, pence, value_date=FIRST_DAY + pence * DAY))
    moments = await moments_of(ledger)

    found = [
        [
            await ledger.balance_as_of(
                AVAILABLE, for_date=FIRST_DAY + days * DAY, known_at=moment, fund_id=fund.fund_id
            )
            for moment in (moments[0] - timedelta(microseconds=1), *moments)
        ]
        for days in (-1, 0, 5, 7)
    ]  # fmt: skip

    assert found == [[0, 0, 0, 0], [0, -100, -100, -100], [0, -100, -95, -95], [0, -100, -95, -88]]


async def moments_of(ledger: LedgerUnderTest) -> list[datetime]:
    """When each block was recorded."""
    async with ledger.as_app() as db:
        return [row[0] for row in await db.fetch("SELECT recorded_at FROM journal_block ORDER BY last_sequence")]


async def test_a_journal_in_many_blocks_is_one_chain(ledger: LedgerUnderTest) -> None:
    fund = await ledger.open_fund()
    for _ in range(3):
        await ledger.post(a_payment(fund, 1), a_payment(fund, 2))

    proof = await ledger.proof()

    assert (proof.holds, proof.entries) == (True, 7)
    assert set(proof.pence_by_stream.values()) == {0}


async def test_indicative_money_has_no_accounts(ledger: LedgerUnderTest) -> None:
    fund = await ledger.open_fund(status="indicative")

    assert await answers_to(ledger, a_spend(fund, 1)) == ["not_confirmed"]
