"""A council's journal proved by request and by command; what a proof finds is in proof/test_tampering (L32, L33)."""

import asyncio
import random
from uuid import UUID, uuid4

import asyncpg
import pytest
from typer.testing import CliRunner

from braid.command_line.embedded_platform import Databases
from braid.command_line.main import app
from braid.contracts.award import AwardDecided
from braid.contracts.award import AwardStatus as Status
from braid.kit.database import plain_url
from services.ledger.domain import postings
from services.ledger.domain.hash_chain import Proof
from services.ledger.domain.journal import Entry
from services.ledger.domain.postings import Part
from services.ledger.proof import prove_on
from services.ledger.queries import FundNow
from tests.ledger.builders import Stream, about
from tests.ledger.ledger_under_test import LedgerUnderTest

HISTORIES = 40


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


async def test_the_command_takes_the_end_that_it_told_and_fails_where_the_chain_has_another(
    ledger: LedgerUnderTest,
) -> None:
    fund = await ledger.open_fund()
    _, output = await verify(ledger, ledger.council)
    told = output.split("the chain ends at ")[1].split()[0]
    await ledger.post(a_revision(fund))

    assert (await verify(ledger, ledger.council, "--expect", told))[0] == 0
    code, output = await verify(ledger, ledger.council, "--expect", f"1:{'ab' * 32}")
    assert (code, f"{ledger.council}: entry" in output) == (1, True)


@pytest.mark.parametrize("arguments", [("E10000001", "--expect", "no end"), ("--expect", f"1:{'ab' * 32}")])
async def test_an_end_that_is_none_or_is_nobodys_is_a_wrong_use_of_the_command(
    ledger: LedgerUnderTest, arguments: tuple[str, ...]
) -> None:
    code, output = await verify(ledger, *arguments)

    assert (code, "--expect" in output) == (2, True)


async def test_without_a_council_every_journal_is_proved(databases: Databases) -> None:
    """On databases of its own: those that tests share have a journal for each of them."""
    whole, changed = (LedgerUnderTest(databases, council) for council in ("E10000001", "E10000002"))
    for books in (whole, changed):
        await books.open_fund()
        await books.close()
    await changed.forge("UPDATE journal_entry SET reason = 'other' WHERE council = $1")

    code, output = await verify(whole)

    assert code == 1
    assert f"{whole.council}: 1 entries are whole" in output
    assert f"{changed.council}: entry 1" in output
    assert f"{whole.council}: entry" not in output


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
