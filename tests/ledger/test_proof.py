"""A council's journal proved: it holds after any history, and a changed entry is named (L32, L33)."""

import asyncio
import random
from uuid import UUID, uuid4

import pytest
from typer.testing import CliRunner

from braid.command_line.main import app
from braid.contracts.award import AwardDecided
from braid.contracts.award import AwardStatus as Status
from tests.ledger.builders import Stream, an_award_entry
from tests.ledger.ledger_under_test import LedgerUnderTest

HISTORIES = 200


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
    held = {stream: -pence for (stream, account), pence in balance.items() if account == "fund.awarded" and pence}
    assert held == confirmed


async def test_a_proof_holds_while_others_post(ledger: LedgerUnderTest) -> None:
    async def post_on() -> None:
        for _ in range(15):
            await ledger.post(an_award_entry(100))

    posting = asyncio.create_task(post_on())
    proofs = [await ledger.proof()]
    while not posting.done():
        proofs.append(await ledger.proof())
    await posting

    assert [proof for proof in proofs if not proof.holds] == []
    assert (await ledger.proof()).entries == 15


FORGERIES = {
    "a sum": "UPDATE journal_leg SET amount_pence = amount_pence + 1 WHERE council = $1 AND sequence = 3 AND leg = 1",
    "both sides": "UPDATE journal_leg SET amount_pence = amount_pence * 2 WHERE council = $1 AND sequence = 3",
    "a fund": "UPDATE journal_leg SET fund_id = gen_random_uuid() WHERE council = $1 AND sequence = 3 AND leg = 2",
    "an account nobody knows": "UPDATE journal_leg SET account = 'pocket' WHERE council = $1 AND sequence = 3",
    "one byte of a reason": "UPDATE journal_entry SET reason = reason || '.' WHERE council = $1 AND sequence = 3",
    "one byte of a link": (
        "UPDATE journal_entry SET link = set_byte(link, 0, (get_byte(link, 0) + 1) % 256)"
        " WHERE council = $1 AND sequence = 3"
    ),
    "a date": "UPDATE journal_entry SET value_date = value_date + 1 WHERE council = $1 AND sequence = 3",
    "an entry taken away": "DELETE FROM journal_entry WHERE council = $1 AND sequence = 3",
    "the legs taken away": "DELETE FROM journal_leg WHERE council = $1 AND sequence = 3",
    "one leg taken away": "DELETE FROM journal_leg WHERE council = $1 AND sequence = 3 AND leg = 1",
}


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=list(FORGERIES))
async def test_what_a_superuser_changed_is_named(ledger: LedgerUnderTest, forgery: str) -> None:
    await ledger.post(*(an_award_entry(pence) for pence in (100, 200, 300, 400, 500)))

    await ledger.forge(forgery)

    proof = await ledger.proof()
    assert not proof.holds
    assert (proof.broken_at, proof.entries) == (3, 2)


async def test_entries_cut_off_by_a_superuser_are_named(ledger: LedgerUnderTest) -> None:
    await ledger.post(*(an_award_entry(pence) for pence in (100, 200, 300)))

    await ledger.forge(
        *(f"DELETE FROM {table} WHERE council = $1 AND sequence > 1" for table in ("journal_leg", "journal_entry"))
    )

    proof = await ledger.proof()
    assert (proof.holds, proof.broken_at, proof.difference) == (False, 2, "the last entries are missing")


async def test_an_entry_put_in_beside_the_chain_is_named(ledger: LedgerUnderTest) -> None:
    await ledger.post(an_award_entry(100))

    await ledger.forge(
        "INSERT INTO journal_entry (council, sequence, kind, value_date, budget_id, reason, link)"
        " SELECT council, 2, kind, value_date, budget_id, reason, link FROM journal_entry WHERE council = $1"
    )

    proof = await ledger.proof()
    assert (proof.holds, proof.broken_at) == (False, 2)


async def test_legs_put_in_without_an_entry_are_named(ledger: LedgerUnderTest) -> None:
    await ledger.post(an_award_entry(100))

    await ledger.forge(
        "INSERT INTO journal_leg (council, sequence, leg, stream, account, fund_id, amount_pence)"
        " SELECT council, 7, leg, stream, account, fund_id, amount_pence FROM journal_leg WHERE council = $1"
    )

    proof = await ledger.proof()
    assert (proof.holds, proof.broken_at) == (False, 7)


async def test_the_sums_of_a_proof_are_those_of_the_legs_even_where_an_entry_cannot_be_read(
    ledger: LedgerUnderTest,
) -> None:
    await ledger.post(an_award_entry(100))

    await ledger.forge("UPDATE journal_leg SET amount_pence = amount_pence + 1 WHERE council = $1 AND leg = 1")

    assert set((await ledger.proof()).pence_by_stream.values()) == {1}


async def test_anothers_forgery_does_not_touch_a_councils_own_proof(
    ledger: LedgerUnderTest, another_council: LedgerUnderTest
) -> None:
    await ledger.post(an_award_entry(100))
    await another_council.post(an_award_entry(100))

    await another_council.forge("UPDATE journal_entry SET reason = 'other' WHERE council = $1")

    assert (await ledger.proof()).holds
    assert not (await another_council.proof()).holds


async def test_the_proof_goes_on_past_the_entries_of_one_read(
    ledger: LedgerUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.ledger.journal_store._ENTRIES_A_READ", 2)
    await ledger.post(*(an_award_entry(pence) for pence in (100, 200, 300, 400, 500)))

    proof = await ledger.proof()

    assert (proof.holds, proof.entries) == (True, 5)


async def test_the_command_that_proves_a_journal_ends_with_0_when_it_holds(ledger: LedgerUnderTest) -> None:
    await ledger.take(ledger.an_award_decided(uuid4()))

    code, output = await verify(ledger)

    assert (code, "1 entries are whole" in output) == (0, True)


async def test_the_command_that_proves_a_journal_ends_with_1_and_names_the_difference(ledger: LedgerUnderTest) -> None:
    await ledger.take(ledger.an_award_decided(uuid4()), ledger.an_award_decided(uuid4()))
    await ledger.forge("UPDATE journal_entry SET reason = 'other' WHERE council = $1 AND sequence = 2")

    code, output = await verify(ledger)

    assert (code, "Entry 2: the entry is not as it was written" in output) == (1, True)


async def verify(ledger: LedgerUnderTest) -> tuple[int, str]:
    """Run ``braid ledger verify`` for the council, as operations do."""
    environment = {"LEDGER_ENVIRONMENT": "test", "LEDGER_DATABASE__URL": ledger.url("app")}
    # The command has an event loop of its own.
    result = await asyncio.to_thread(CliRunner().invoke, app, ["ledger", "verify", ledger.council], env=environment)
    return result.exit_code, result.output
