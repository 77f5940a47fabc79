"""A council's journal proved: it holds after any history, and a changed entry is named (L32, L33)."""

import asyncio
import random
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest
from typer.testing import CliRunner

from braid.command_line.main import app
from braid.contracts.award import AwardDecided
from braid.contracts.award import AwardStatus as Status
from braid.kit.database import plain_url
from services.ledger.domain import postings
from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.hash_chain import Proof
from services.ledger.domain.journal import Entry
from services.ledger.domain.postings import Part
from services.ledger.proof import prove_on
from services.ledger.queries import FundNow
from tests.ledger.builders import ASC, FIRST_DAY, Stream, about
from tests.ledger.ledger_under_test import LedgerUnderTest

HISTORIES = 200


def a_revision(fund: FundNow) -> Entry:
    """An entry on the two accounts that a fund's award is on."""
    return postings.award_revised(about(budget=fund.fund.budget_id), Part(fund.fund_id, fund.fund.stream, 100), 0)


def a_history(ledger: LedgerUnderTest, chance: random.Random) -> tuple[list[AwardDecided], dict[Stream, AwardDecided]]:
    """Decisions on one person as they may arrive, some late and some twice, and the latest of each stream."""
    person, arriving, latest = UUID(int=chance.getrandbits(128)), [], {}
    for stream in chance.sample(list(Stream), chance.randint(1, 3)):
        for version in range(1, chance.randint(1, 3) + 1):
            status = chance.choice([Status.CONFIRMED, *Status])
            amount = chance.randint(1, 10**8) if status in (Status.CONFIRMED, Status.INDICATIVE) else 0
            latest[stream] = ledger.an_award_decided(
                person,
                version=version,
                stream=stream,
                status=status,
                amount_pence=amount,
                contribution_pence=chance.randint(0, amount),
            )
            arriving += [latest[stream]] * chance.choice((1, 1, 2))
    chance.shuffle(arriving)
    return arriving, latest


async def test_the_journal_alone_tells_every_balance_after_random_histories(ledger: LedgerUnderTest) -> None:
    chance = random.Random(20091)
    histories = [a_history(ledger, chance) for _ in range(HISTORIES)]

    for start in range(0, HISTORIES, 5):
        await asyncio.gather(*(ledger.take(*arriving) for arriving, _ in histories[start : start + 5]))

    proof = await ledger.proof()
    assert proof.holds
    assert proof.entries > HISTORIES
    confirmed: dict[str, int] = {}
    for _, latest in histories:
        for stream, award in latest.items():
            if award.status is Status.CONFIRMED:
                confirmed[stream.value] = confirmed.get(stream.value, 0) + award.amount_pence
    balance = await ledger.trial_balance()
    held = {stream: -pence for (stream, account), pence in balance.items() if account == "fund.available" and pence}
    assert held == confirmed


async def test_a_proof_holds_while_others_post(ledger: LedgerUnderTest) -> None:
    fund = await ledger.open_fund()

    async def post_on() -> None:
        for _ in range(15):
            await ledger.post(a_revision(fund))

    posting = asyncio.create_task(post_on())
    proofs = [await ledger.proof()]
    while not posting.done():
        proofs.append(await ledger.proof())
    await posting

    assert [proof for proof in proofs if not proof.holds] == []
    assert (await ledger.proof()).entries == 16


THIRD = " WHERE council = $1 AND sequence = 3"
FORGERIES = {
    "a sum": f"UPDATE journal_leg SET amount_pence = amount_pence + 1{THIRD} AND account_id % 2 = 0",
    "both sides": f"UPDATE journal_leg SET amount_pence = amount_pence * 2{THIRD}",
    "a balance": f"UPDATE journal_leg SET balance_pence = balance_pence + 1{THIRD}",
    "an account": f"UPDATE journal_leg SET account_id = account_id + 1000000{THIRD}",
    "a stream": f"UPDATE journal_leg SET stream_id = stream_id + 1{THIRD}",
    "the day of a leg": f"UPDATE journal_leg SET value_date = value_date + 1{THIRD}",
    "one byte of a reason": f"UPDATE journal_entry SET reason = reason || '.'{THIRD}",
    "a use": f"UPDATE journal_entry SET use = 'leisure.activity'{THIRD}",
    "an id": f"UPDATE journal_entry SET entry_id = gen_random_uuid(){THIRD}",
    "a digest": f"UPDATE journal_entry SET digest = set_byte(digest, 0, (get_byte(digest, 0) + 1) % 256){THIRD}",
    "one byte of a link": (
        "UPDATE journal_block SET link = set_byte(link, 0, (get_byte(link, 0) + 1) % 256)"
        " WHERE council = $1 AND last_sequence = 3"
    ),
    "when it was recorded": (
        "UPDATE journal_block SET recorded_at = recorded_at + interval '1 microsecond'"
        " WHERE council = $1 AND last_sequence = 3"
    ),
    "a date": f"UPDATE journal_entry SET value_date = value_date + 1{THIRD}",
    "an entry taken away": f"DELETE FROM journal_entry{THIRD}",
    "the legs taken away": f"DELETE FROM journal_leg{THIRD}",
    "one leg taken away": f"DELETE FROM journal_leg{THIRD} AND account_id % 2 = 0",
    "a block taken away": "DELETE FROM journal_block WHERE council = $1 AND last_sequence = 3",
}


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=list(FORGERIES))
async def test_what_a_superuser_changed_is_named(ledger: LedgerUnderTest, forgery: str) -> None:
    """L32: the first broken entry, and its date."""
    fund = await ledger.open_fund()
    for _ in range(4):
        await ledger.post(a_revision(fund))

    await ledger.forge(forgery)

    proof = await ledger.proof()
    is_gone = "DELETE FROM journal_entry" in forgery
    assert not proof.holds
    assert (proof.broken_at, proof.entries) == (3, 2)
    assert proof.broken_on in ((None,) if is_gone else (FIRST_DAY, FIRST_DAY + timedelta(days=1)))


@pytest.mark.parametrize(
    "column", ["fund_id = gen_random_uuid()", "code = 'fund.paid'", "budget_id = gen_random_uuid()"]
)
async def test_an_account_that_became_another_is_named_by_the_first_entry_on_it(
    ledger: LedgerUnderTest, column: str
) -> None:
    fund = await ledger.open_fund()
    await ledger.open_fund()
    await ledger.post(a_revision(fund))

    await ledger.forge(
        f"UPDATE account SET {column} WHERE council = $1 AND account_id IN"
        " (SELECT account_id FROM journal_leg WHERE sequence = 2 AND council = $1 ORDER BY account_id DESC LIMIT 1)"
    )

    assert (await ledger.proof()).broken_at == 2


async def test_a_stream_that_became_another_is_named(ledger: LedgerUnderTest) -> None:
    await ledger.open_fund()

    await ledger.forge("UPDATE account SET stream = 'pocket' WHERE council = $1")

    assert (await ledger.proof()).broken_at == 1


async def test_sums_by_day_that_were_changed_are_named(ledger: LedgerUnderTest) -> None:
    fund = await ledger.open_fund()
    part = Part(fund.fund_id, ASC, 100)
    await ledger.post(
        postings.paid_to_provider(about(budget=fund.fund.budget_id), [part], source=Account.FUND_AVAILABLE)
    )

    await ledger.forge("UPDATE account_day SET pence = pence + 1 WHERE council = $1")

    assert (await ledger.proof()).broken_at == 2


@pytest.mark.parametrize("change", ["settled_pence = 1", "released_pence = 1", "amount_pence = amount_pence + 1"])
async def test_a_commitment_that_was_changed_is_named(ledger: LedgerUnderTest, change: str) -> None:
    fund = await ledger.open_fund()
    part = Part(fund.fund_id, ASC, 100)
    await ledger.post(postings.committed(about(budget=fund.fund.budget_id, subject_id=uuid4()), [part]))

    await ledger.forge(f"UPDATE commitment SET {change} WHERE council = $1")

    assert (await ledger.proof()).broken_at == 2


async def test_a_commitment_that_was_taken_away_is_named(ledger: LedgerUnderTest) -> None:
    fund = await ledger.open_fund()
    part = Part(fund.fund_id, ASC, 100)
    await ledger.post(postings.committed(about(budget=fund.fund.budget_id, subject_id=uuid4()), [part]))

    await ledger.forge("DELETE FROM commitment WHERE council = $1")

    assert (await ledger.proof()).broken_at == 2


async def test_entries_cut_off_by_a_superuser_are_named(ledger: LedgerUnderTest) -> None:
    fund = await ledger.open_fund()
    await ledger.post(a_revision(fund), a_revision(fund))

    await ledger.forge(
        *(f"DELETE FROM {table} WHERE council = $1 AND sequence > 1" for table in ("journal_leg", "journal_entry"))
    )

    proof = await ledger.proof()
    assert (proof.holds, proof.broken_at, proof.difference) == (False, 2, "the last entries are missing")


async def test_blocks_cut_off_with_their_entries_are_named(ledger: LedgerUnderTest) -> None:
    fund = await ledger.open_fund()
    await ledger.post(a_revision(fund))

    await ledger.forge(
        "DELETE FROM journal_leg WHERE council = $1 AND sequence > 1",
        "DELETE FROM journal_entry WHERE council = $1 AND sequence > 1",
        "DELETE FROM journal_block WHERE council = $1 AND last_sequence > 1",
    )

    assert (await ledger.proof()).broken_at == 2


async def test_an_entry_put_in_beside_the_chain_is_named(ledger: LedgerUnderTest) -> None:
    await ledger.open_fund()

    await ledger.forge(
        "INSERT INTO journal_entry (council, sequence, entry_id, kind, value_date, budget_id, reason, digest)"
        " SELECT council, 2, gen_random_uuid(), kind, value_date, budget_id, reason, digest FROM journal_entry"
        " WHERE council = $1"
    )

    proof = await ledger.proof()
    assert (proof.holds, proof.broken_at) == (False, 2)


async def test_legs_put_in_without_an_entry_are_named(ledger: LedgerUnderTest) -> None:
    await ledger.open_fund()

    await ledger.forge(
        "INSERT INTO journal_leg"
        " (council, sequence, account_id, number, stream_id, value_date, amount_pence, balance_pence)"
        " SELECT council, 7, account_id, number + 1, stream_id, value_date, amount_pence, balance_pence + amount_pence"
        " FROM journal_leg WHERE council = $1"
    )

    proof = await ledger.proof()
    assert (proof.holds, proof.broken_at) == (False, 7)


async def test_the_sums_of_a_proof_are_those_of_the_legs(ledger: LedgerUnderTest) -> None:
    await ledger.open_fund()

    await ledger.forge(
        "UPDATE journal_leg SET amount_pence = amount_pence + 1 WHERE council = $1 AND account_id ="
        " (SELECT min(account_id) FROM account WHERE council = $1)"
    )

    assert set((await ledger.proof()).pence_by_stream.values()) == {1}


async def test_anothers_forgery_does_not_touch_a_councils_own_proof(
    ledger: LedgerUnderTest, another_council: LedgerUnderTest
) -> None:
    await ledger.open_fund()
    await another_council.open_fund()

    await another_council.forge("UPDATE journal_entry SET reason = 'other' WHERE council = $1")

    assert (await ledger.proof()).holds
    assert not (await another_council.proof()).holds


async def test_the_command_that_proves_a_journal_ends_with_0_when_it_holds(ledger: LedgerUnderTest) -> None:
    await ledger.take(ledger.an_award_decided(uuid4()))

    code, output = await verify(ledger, ledger.council)

    assert (code, f"{ledger.council}: 1 entries are whole" in output) == (0, True)


async def test_the_command_that_proves_a_journal_ends_with_1_and_names_the_difference(ledger: LedgerUnderTest) -> None:
    await ledger.take(ledger.an_award_decided(uuid4()), ledger.an_award_decided(uuid4()))
    await ledger.forge("UPDATE journal_entry SET reason = 'other' WHERE council = $1 AND sequence = 2")

    code, output = await verify(ledger, ledger.council)

    told = f"{ledger.council}: entry 2, valued on 01 June 2009, is the first that differs: the entry is not as it was"
    assert (code, told in output) == (1, True)


async def test_without_a_council_every_journal_is_proved(
    ledger: LedgerUnderTest, another_council: LedgerUnderTest
) -> None:
    for books in (ledger, another_council):
        await books.open_fund()
    await another_council.forge("UPDATE journal_entry SET reason = 'other' WHERE council = $1")

    code, output = await verify(ledger)

    assert code == 1
    assert f"{ledger.council}: 1 entries are whole" in output
    assert f"{another_council.council}: entry 1" in output
    assert f"{ledger.council}: entry" not in output


async def test_the_proof_of_the_command_and_that_of_a_request_are_the_same(ledger: LedgerUnderTest) -> None:
    fund = await ledger.open_fund()
    await ledger.post(a_revision(fund))

    async def proved() -> Proof:
        return await prove_on(lambda: asyncpg.connect(plain_url(ledger.url("app"))), ledger.council)

    assert await proved() == await ledger.proof()
    await ledger.forge("UPDATE journal_leg SET balance_pence = 0 WHERE council = $1 AND sequence = 2")
    assert await proved() == await ledger.proof()
    assert (await proved()).broken_at == 2


async def verify(ledger: LedgerUnderTest, *councils: str) -> tuple[int, str]:
    """Run ``braid ledger verify``, as operations do."""
    environment = {
        "LEDGER_ENVIRONMENT": "test",
        "LEDGER_DATABASE__URL": ledger.url("app"),
        "LEDGER_DATABASE__OPS_URL": ledger.url("ops"),
    }
    # The command has an event loop of its own.
    result = await asyncio.to_thread(CliRunner().invoke, app, ["ledger", "verify", *councils], env=environment)
    return result.exit_code, result.output
