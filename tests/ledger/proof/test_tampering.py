"""A superuser changes what is stored, column by column: the proof names the first entry that is not as it was (L32)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Boolean, Date, DateTime, Integer, LargeBinary, Uuid

from services.ledger.domain import postings
from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.hash_chain import Proof
from services.ledger.domain.postings import Part
from services.ledger.main import SERVICE
from services.ledger.queries import FundNow
from tests.ledger.builders import FIRST_DAY, about
from tests.ledger.ledger_under_test import LedgerUnderTest

#: The entries after the award stand two by two in blocks: 2 and 3, 4 and 5, 6 and 7, each dated a day after the last.
BLOCKS = 3
CHANGED = 4
#: What an account is, and not what it may be used for from now on.
RULES_OF_ACCOUNTS = {"opens_on", "ends_on", "pays_only", "is_closed"}
#: Where a change by one is not to be had, as keys and constraints hold for a superuser too.
TO_A_FREE_VALUE = {
    "journal_entry.sequence": "sequence + 1000",
    "journal_entry.kind": "'spend'",
    "journal_entry.reverses": "gen_random_uuid(), kind = 'reversal'",
    "journal_entry.expires_on": "value_date",
    "journal_leg.sequence": "sequence + 1000",
    "journal_leg.account_id": "account_id + 1000000",
    "journal_leg.number": "number + 1000",
    "account.account_id": "DEFAULT",
    "account_day.value_date": "value_date + 1000",
    "account_day.account_id": "account_id + 1000000",
}


async def a_journal(ledger: LedgerUnderTest) -> FundNow:
    """An award, and payments over all kinds of accounts."""
    fund = await ledger.open_fund()
    part = Part(fund.fund_id, fund.fund.stream, 1_000)
    for block in range(BLOCKS):
        days = [FIRST_DAY + timedelta(days=2 * block + number) for number in (1, 2)]
        await ledger.post(
            *(
                postings.paid_to_provider(
                    about(budget=fund.fund.budget_id, value_date=day), [part], source=Account.FUND_AVAILABLE
                )
                for day in days
            )
        )
    return fund


def day_of(sequence: int) -> Any:
    return FIRST_DAY + timedelta(days=sequence - 1)


def one_byte_changes(table: str, skipped: set[str]) -> Iterator[Any]:
    """For each column, an expression that differs from it in as little as can be."""
    for column in SERVICE.metadata.tables[table].columns:
        name = column.name
        if name in skipped:
            continue
        last_byte = f"set_byte(uuid_send({name}), 15, get_byte(uuid_send({name}), 15) # 1)"
        kinds: list[tuple[Any, str]] = [
            (Uuid, f"CASE WHEN {name} IS NULL THEN gen_random_uuid() ELSE encode({last_byte}, 'hex')::uuid END"),
            (Boolean, f"NOT {name}"),
            (Integer, f"{name} + 1"),
            (DateTime, f"{name} + interval '1 microsecond'"),
            (Date, f"{name} + 1"),
            (LargeBinary, f"set_byte({name}, 0, get_byte({name}, 0) # 1)"),
        ]
        change = next((made for kind, made in kinds if isinstance(column.type, kind)), f"coalesce({name}, '') || '.'")
        change = TO_A_FREE_VALUE.get(f"{table}.{name}", change)
        yield pytest.param(name, change, id=f"{table}.{name}")


@pytest.mark.parametrize(("column", "change"), list(one_byte_changes("journal_entry", {"council"})))
async def test_one_byte_of_an_entry(ledger: LedgerUnderTest, column: str, change: str) -> None:
    await a_journal(ledger)

    await ledger.forge(f"UPDATE journal_entry SET {column} = {change} WHERE council = $1 AND sequence = {CHANGED}")

    is_gone, is_dated_later = column == "sequence", column == "value_date"
    expected = None if is_gone else day_of(CHANGED) + timedelta(days=is_dated_later)
    must_name(await ledger.proof(), CHANGED, expected)


@pytest.mark.parametrize(("column", "change"), list(one_byte_changes("journal_leg", {"council"})))
async def test_one_byte_of_a_leg(ledger: LedgerUnderTest, column: str, change: str) -> None:
    await a_journal(ledger)

    await ledger.forge(
        f"UPDATE journal_leg SET {column} = {change} WHERE council = $1 AND sequence = {CHANGED} AND account_id ="
        f" (SELECT max(account_id) FROM journal_leg WHERE council = $1 AND sequence = {CHANGED})"
    )

    must_name(await ledger.proof(), CHANGED, day_of(CHANGED))


@pytest.mark.parametrize(("column", "change"), list(one_byte_changes("journal_block", {"council"})))
async def test_one_byte_of_a_block(ledger: LedgerUnderTest, column: str, change: str) -> None:
    """Which of its entries it was cannot be told from the block: the first is named."""
    await a_journal(ledger)

    await ledger.forge(
        f"UPDATE journal_block SET {column} = {change} WHERE council = $1 AND first_sequence = {CHANGED}"
    )

    must_name(await ledger.proof(), CHANGED, day_of(CHANGED))


@pytest.mark.parametrize(("column", "change"), list(one_byte_changes("account", {"council"} | RULES_OF_ACCOUNTS)))
async def test_one_byte_of_what_an_account_is(ledger: LedgerUnderTest, column: str, change: str) -> None:
    """The first entry on it is named: entry 2, for the account that only payments are on."""
    await a_journal(ledger)

    await ledger.forge(f"UPDATE account SET {column} = {change} WHERE council = $1 AND code = 'fund.paid'")

    must_name(await ledger.proof(), 2, day_of(2))


@pytest.mark.parametrize(("column", "change"), list(one_byte_changes("chain_head", {"council"})))
async def test_one_byte_of_the_chains_end(ledger: LedgerUnderTest, column: str, change: str) -> None:
    await a_journal(ledger)

    await ledger.forge(f"UPDATE chain_head SET {column} = {change} WHERE council = $1")

    assert not (await ledger.proof()).holds


@pytest.mark.parametrize(("column", "change"), list(one_byte_changes("account_day", {"council"})))
async def test_one_byte_of_the_sums_by_day(ledger: LedgerUnderTest, column: str, change: str) -> None:
    await a_journal(ledger)

    await ledger.forge(f"UPDATE account_day SET {column} = {change} WHERE council = $1")

    assert not (await ledger.proof()).holds


TAKEN_AWAY = {
    "an entry": f"DELETE FROM journal_entry WHERE council = $1 AND sequence = {CHANGED}",
    "its legs": f"DELETE FROM journal_leg WHERE council = $1 AND sequence = {CHANGED}",
    "one leg": (
        f"DELETE FROM journal_leg WHERE council = $1 AND sequence = {CHANGED} AND account_id ="
        f" (SELECT min(account_id) FROM journal_leg WHERE council = $1 AND sequence = {CHANGED})"
    ),
    "its block": f"DELETE FROM journal_block WHERE council = $1 AND first_sequence = {CHANGED}",
}


@pytest.mark.parametrize("statement", TAKEN_AWAY.values(), ids=list(TAKEN_AWAY))
async def test_what_is_taken_away_out_of_the_middle(ledger: LedgerUnderTest, statement: str) -> None:
    await a_journal(ledger)

    await ledger.forge(statement)

    must_name(await ledger.proof(), CHANGED, None if "FROM journal_entry" in statement else day_of(CHANGED))


async def test_both_sides_of_an_entry_doubled(ledger: LedgerUnderTest) -> None:
    await a_journal(ledger)

    await ledger.forge(
        f"UPDATE journal_leg SET amount_pence = amount_pence * 2 WHERE council = $1 AND sequence = {CHANGED}"
    )

    must_name(await ledger.proof(), CHANGED, day_of(CHANGED))


async def test_entries_cut_off_and_their_blocks_left(ledger: LedgerUnderTest) -> None:
    await a_journal(ledger)

    await ledger.forge(
        *(f"DELETE FROM {table} WHERE council = $1 AND sequence > 5" for table in ("journal_leg", "journal_entry"))
    )

    proof = await ledger.proof()
    assert (proof.broken_at, proof.difference) == (6, "the last entries are missing")


@pytest.mark.parametrize("change", ["settled_pence = 1", "released_pence = 1", "amount_pence = amount_pence + 1"])
async def test_a_commitment_that_was_changed_is_named(ledger: LedgerUnderTest, change: str) -> None:
    fund = await ledger.open_fund()
    part = Part(fund.fund_id, fund.fund.stream, 100)
    await ledger.post(postings.committed(about(budget=fund.fund.budget_id, subject_id=uuid4()), [part]))

    await ledger.forge(f"UPDATE commitment SET {change} WHERE council = $1")

    assert (await ledger.proof()).broken_at == 2


async def test_a_commitment_that_was_taken_away_is_named(ledger: LedgerUnderTest) -> None:
    fund = await ledger.open_fund()
    part = Part(fund.fund_id, fund.fund.stream, 100)
    await ledger.post(postings.committed(about(budget=fund.fund.budget_id, subject_id=uuid4()), [part]))

    await ledger.forge("DELETE FROM commitment WHERE council = $1")

    assert (await ledger.proof()).broken_at == 2


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


@pytest.mark.parametrize("table", ["journal_entry", "journal_leg", "journal_block"])
async def test_lines_given_to_another_council(ledger: LedgerUnderTest, table: str) -> None:
    await a_journal(ledger)
    place = "first_sequence" if table == "journal_block" else "sequence"

    await ledger.forge(f"UPDATE {table} SET council = 'E99999999' WHERE council = $1 AND {place} = {CHANGED}")

    assert (await ledger.proof()).broken_at == CHANGED


@pytest.mark.parametrize("last", range(1, 2 * BLOCKS + 1))
async def test_the_tail_cut_off(ledger: LedgerUnderTest, last: int) -> None:
    await a_journal(ledger)

    await ledger.forge(
        f"DELETE FROM journal_leg WHERE council = $1 AND sequence > {last}",
        f"DELETE FROM journal_entry WHERE council = $1 AND sequence > {last}",
        f"DELETE FROM journal_block WHERE council = $1 AND last_sequence > {last}",
    )

    assert (await ledger.proof()).broken_at in ({last + 1} if last % 2 else {last, last + 1})


@pytest.mark.parametrize(
    ("one", "other", "named"),
    [(2, 3, (2, day_of(3))), (3, 4, (2, day_of(2))), (2, 7, (2, day_of(7))), (5, 6, (4, day_of(4)))],
)
async def test_two_entries_in_each_others_places(
    ledger: LedgerUnderTest, one: int, other: int, named: tuple[int, Any]
) -> None:
    """Each is whole: the block that they stand in is not, and its first entry is named."""
    await a_journal(ledger)
    swapped = f"SET sequence = CASE sequence WHEN {one} THEN {other} ELSE {one} END"

    await ledger.forge(
        f"UPDATE journal_leg {swapped} WHERE council = $1 AND sequence IN ({one}, {other})",
        # By way of a place that is free, since two cannot stand in one for a moment.
        f"UPDATE journal_entry SET sequence = 900 WHERE council = $1 AND sequence = {one}",
        f"UPDATE journal_entry SET sequence = {one} WHERE council = $1 AND sequence = {other}",
        f"UPDATE journal_entry SET sequence = {other} WHERE council = $1 AND sequence = 900",
    )

    must_name(await ledger.proof(), *named)


async def test_an_entry_whole_in_itself_put_in_behind_the_last(ledger: LedgerUnderTest) -> None:
    """A copy of the last entry with its legs, their numbers and balances as they must be."""
    await a_journal(ledger)
    last = 2 * BLOCKS + 1

    await ledger.forge(
        "INSERT INTO journal_entry (council, sequence, entry_id, kind, value_date, budget_id, use, reason, digest)"
        f" SELECT council, {last + 1}, gen_random_uuid(), kind, value_date, budget_id, use, reason, digest"
        f" FROM journal_entry WHERE council = $1 AND sequence = {last}",
        "INSERT INTO journal_leg SELECT"
        f" {last + 1}, amount_pence, balance_pence + amount_pence, account_id, number + 1, value_date, stream_id,"
        "  council"
        f" FROM journal_leg WHERE council = $1 AND sequence = {last}",
    )

    must_name(await ledger.proof(), last + 1, day_of(last))


DIGEST_AGAIN = (
    "UPDATE journal_entry AS e SET digest = entry_digest(e.entry_id, e.kind, e.value_date, e.budget_id, e.use,"
    " e.subject_id, e.reverses, e.reason, (SELECT string_agg(leg_bytes(l.account_id, l.amount_pence), ''"
    " ORDER BY l.account_id) FROM journal_leg AS l WHERE l.council = e.council AND l.sequence = e.sequence))"
    f" WHERE e.council = $1 AND e.sequence = {CHANGED}"
)
LINK_AGAIN = (
    "UPDATE journal_block AS b SET link = block_link("
    "(SELECT p.link FROM journal_block AS p WHERE p.council = b.council AND p.last_sequence = b.first_sequence - 1),"
    " b.council, b.first_sequence, b.last_sequence, b.recorded_at, (SELECT string_agg(e.digest, '' ORDER BY e.sequence)"
    "  FROM journal_entry AS e"
    "  WHERE e.council = b.council AND e.sequence BETWEEN b.first_sequence AND b.last_sequence),"
    f" NULL) WHERE b.council = $1 AND b.first_sequence = {CHANGED}"
)


@pytest.mark.parametrize(
    ("hidden", "named"),
    [
        pytest.param([], CHANGED, id="the entry alone"),
        pytest.param([DIGEST_AGAIN], CHANGED, id="its digest worked out again, found by its block"),
        pytest.param([DIGEST_AGAIN, LINK_AGAIN], CHANGED + 2, id="its block chained again, found by the next"),
    ],
)
async def test_a_forger_who_works_hashes_out_again_is_found_one_step_on(
    ledger: LedgerUnderTest, hidden: list[str], named: int
) -> None:
    await a_journal(ledger)

    await ledger.forge(
        f"UPDATE journal_entry SET reason = 'Another' WHERE council = $1 AND sequence = {CHANGED}", *hidden
    )

    assert (await ledger.proof()).broken_at == named


def must_name(proof: Proof, sequence: int, day: Any) -> None:
    assert not proof.holds
    assert (proof.broken_at, proof.entries, proof.broken_on) == (sequence, sequence - 1, day), proof
