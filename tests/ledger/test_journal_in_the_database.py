"""The database itself keeps the journal: raw SQL as the application's role tries to break each rule (L9, L31)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.journal import AMOUNT_PENCE_MAX
from services.ledger.posting.columns import POST_ENTRIES, Posting, columns_of, prepared
from tests.ledger.builders import BUDGET, FUND, a_leg, an_entry
from tests.ledger.ledger_under_test import LedgerUnderTest, connected

JOURNAL = ("journal_entry", "journal_leg", "journal_block")


@asynccontextmanager
async def as_owner(ledger: LedgerUnderTest) -> AsyncIterator[asyncpg.Connection]:
    """A transaction of the owner, whom the guards hold too; rolled back at the end."""
    async with connected(ledger.url("owner")) as db:
        transaction = db.transaction()
        await transaction.start()
        await db.execute("SELECT set_config('braid.council', $1, true)", ledger.council)
        try:
            yield db
        finally:
            await transaction.rollback()


async def insert_entry(db: asyncpg.Connection, sequence: int = 1, **values: Any) -> None:
    row = {
        "council": await db.fetchval("SELECT current_setting('braid.council')"),
        "sequence": sequence,
        "entry_id": uuid4(),
        "kind": "award",
        "value_date": date(2009, 6, 1),
        "budget_id": BUDGET,
        "reason": "Award",
        "reverses": None,
        "digest": bytes(16),
        **values,
    }
    places = ", ".join(f"${number}" for number in range(1, len(row) + 1))
    await db.execute(f"INSERT INTO journal_entry ({', '.join(row)}) VALUES ({places})", *row.values())


async def insert_legs(db: asyncpg.Connection, *legs: tuple[int, int], sequence: int = 1, number: int = 1) -> None:
    """Legs, by number of their stream and pence, in one statement and each on an account of its own."""
    await db.execute(
        "INSERT INTO journal_leg"
        " (sequence, amount_pence, balance_pence, account_id, number, value_date, stream_id, council)"
        " SELECT $1, amount, amount, -row_number() OVER (), $2, '2009-06-01', stream, current_setting('braid.council')"
        " FROM unnest($3::smallint[], $4::bigint[]) AS leg (stream, amount)",
        sequence,
        number,
        [stream for stream, _ in legs],
        [amount for _, amount in legs],
    )


async def test_a_balanced_entry_is_taken(ledger: LedgerUnderTest) -> None:
    async with as_owner(ledger) as db:
        await insert_entry(db)
        await insert_legs(db, (1, 100), (1, -100), (2, 7), (2, -7))


@pytest.mark.parametrize(
    "legs",
    [
        pytest.param([(1, 100)], id="one leg alone"),
        pytest.param([(1, 100), (1, -99)], id="a penny apart"),
        pytest.param([(1, 100), (1, 100)], id="two debits"),
        pytest.param([(1, 100), (2, -100)], id="balanced in total but not per stream"),
        pytest.param([(1, 100), (1, -50), (2, 50), (2, -100)], id="each stream off by the same sum"),
    ],
)
async def test_legs_that_do_not_balance_are_refused(ledger: LedgerUnderTest, legs: list[tuple[int, int]]) -> None:
    async with as_owner(ledger) as db:
        await insert_entry(db)
        with pytest.raises(asyncpg.CheckViolationError, match="do not balance within each stream"):
            await insert_legs(db, *legs)


async def test_legs_that_balance_only_across_two_entries_are_refused(ledger: LedgerUnderTest) -> None:
    async with as_owner(ledger) as db:
        await insert_entry(db, 1)
        await insert_entry(db, 2)
        with pytest.raises(asyncpg.CheckViolationError, match="do not balance within each stream"):
            await db.execute(
                "INSERT INTO journal_leg"
                " (sequence, amount_pence, balance_pence, account_id, number, value_date, stream_id, council)"
                " VALUES (1, 100, 100, -1, 1, '2009-06-01', 1, $1), (2, -100, -100, -2, 1, '2009-06-01', 1, $1)",
                ledger.council,
            )


async def test_legs_without_an_entry_are_refused(ledger: LedgerUnderTest) -> None:
    async with as_owner(ledger) as db:
        with pytest.raises(asyncpg.ForeignKeyViolationError, match="belongs to no entry"):
            await insert_legs(db, (1, 100), (1, -100), sequence=99)


async def test_an_entry_takes_no_legs_after_it_was_recorded(ledger: LedgerUnderTest) -> None:
    """Balanced legs slipped into an old entry would change what it says, in a journal that only ever grows."""
    await ledger.open_fund()

    async with as_owner(ledger) as db:
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="takes no legs after it was recorded"):
            await insert_legs(db, (1, 5), (1, -5))


@pytest.mark.parametrize("amount", [0, AMOUNT_PENCE_MAX + 1, -AMOUNT_PENCE_MAX - 1])
async def test_an_amount_out_of_range_is_refused(ledger: LedgerUnderTest, amount: int) -> None:
    async with as_owner(ledger) as db:
        await insert_entry(db)
        with pytest.raises(asyncpg.CheckViolationError, match="amount_in_range"):
            await insert_legs(db, (1, amount), (1, -amount))


async def test_two_legs_cannot_be_the_same_one_of_an_account(ledger: LedgerUnderTest) -> None:
    """Two postings that did not see each other would both write the account's next leg."""
    async with as_owner(ledger) as db:
        await insert_entry(db, 1)
        await insert_entry(db, 2)
        await insert_legs(db, (1, 100), (1, -100), sequence=1)
        with pytest.raises(asyncpg.UniqueViolationError, match="pk_journal_leg"):
            await insert_legs(db, (1, 100), (1, -100), sequence=2)


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        pytest.param({"kind": "gift"}, "kind_known", id="unknown kind"),
        pytest.param({"kind": "reversal"}, "reversal_names_entry", id="reversal of nothing"),
        pytest.param({"reverses": BUDGET}, "reversal_names_entry", id="award that reverses"),
        pytest.param({"sequence": 0}, "sequence_above_zero", id="before the chain begins"),
        pytest.param({"sequence": -1}, "sequence_above_zero", id="far before the chain begins"),
    ],
)
async def test_an_entry_that_makes_no_sense_is_refused(
    ledger: LedgerUnderTest, values: dict[str, Any], constraint: str
) -> None:
    async with as_owner(ledger) as db:
        with pytest.raises(asyncpg.CheckViolationError, match=constraint):
            await insert_entry(db, **values)


async def test_an_entry_can_be_reversed_once_only(ledger: LedgerUnderTest) -> None:
    async with as_owner(ledger) as db:
        await insert_entry(db, 1, entry_id=BUDGET)
        await insert_entry(db, 2, kind="reversal", reverses=BUDGET)
        with pytest.raises(asyncpg.UniqueViolationError, match="reverses"):
            await insert_entry(db, 3, kind="reversal", reverses=BUDGET)


async def test_two_entries_cannot_have_the_same_place_in_the_chain(ledger: LedgerUnderTest) -> None:
    async with as_owner(ledger) as db:
        await insert_entry(db, 1)
        with pytest.raises(asyncpg.UniqueViolationError, match="pk_journal_entry"):
            await insert_entry(db, 1)


async def test_two_entries_cannot_have_one_id(ledger: LedgerUnderTest) -> None:
    async with as_owner(ledger) as db:
        await insert_entry(db, 1, entry_id=BUDGET)
        with pytest.raises(asyncpg.UniqueViolationError, match="entry_id"):
            await insert_entry(db, 2, entry_id=BUDGET)


@pytest.mark.parametrize(
    "pence", [{"settled_pence": 101}, {"settled_pence": 60, "released_pence": 41}, {"released_pence": -1}]
)
async def test_never_more_is_settled_and_let_go_than_was_committed(
    ledger: LedgerUnderTest, pence: dict[str, int]
) -> None:
    row = {"commitment_id": BUDGET, "account_id": 1, "amount_pence": 100, "budget_id": BUDGET, **pence}
    async with as_owner(ledger) as db:
        row["council"] = ledger.council
        places = ", ".join(f"${number}" for number in range(1, len(row) + 1))
        with pytest.raises(asyncpg.CheckViolationError, match="never_more_than_committed"):
            await db.execute(f"INSERT INTO commitment ({', '.join(row)}) VALUES ({places})", *row.values())


CHANGES = [
    f"{verb} {table}{rest}"
    for table, column in zip(JOURNAL, ("reason = 'other'", "amount_pence = 1", "link = ''"), strict=True)
    for verb, rest in (("UPDATE", f" SET {column}"), ("DELETE FROM", ""), ("TRUNCATE", ""))
]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("role", ["ops", "owner"])
async def test_nobody_can_change_or_remove_what_was_posted(ledger: LedgerUnderTest, role: str, change: str) -> None:
    """Operations have no right to; the owner, who has, meets the triggers; the application: proof/test_raw_sql."""
    await ledger.open_fund()

    async with connected(ledger.url(role)) as db:
        await db.execute("SELECT set_config('braid.council', $1, false)", ledger.council)
        with pytest.raises(asyncpg.InsufficientPrivilegeError) as refused:
            await db.execute(change)

    assert ("append-only" if role == "owner" else "permission denied") in str(refused.value)
    assert (await ledger.proof()).entries == 1


async def test_another_councils_account_is_no_account_of_ours(
    ledger: LedgerUnderTest, another_council: LedgerUnderTest
) -> None:
    """L31: whoever knows the number of another council's account cannot post to it."""
    theirs, ours = await another_council.open_fund(), await ledger.open_fund()
    leg_of_theirs = a_leg(5, account=Account.FUNDER_RECEIVABLE, fund=theirs.fund_id)
    leg_of_ours = a_leg(-5, account=Account.FUNDER_RECEIVABLE, fund=ours.fund_id)
    find = "SELECT account_id FROM account WHERE code = 'funder.receivable'"
    async with another_council.as_app() as db:
        number_of_theirs = await db.fetchval(find)
    async with ledger.as_app() as db:
        numbers = {leg_of_theirs.name: number_of_theirs, leg_of_ours.name: await db.fetchval(find)}
        posting = Posting(an_entry(leg_of_theirs, leg_of_ours, budget=ours.fund.budget_id))

        row = await db.fetchrow(POST_ENTRIES, *columns_of([prepared(posting, numbers)]))

    assert row["answers"] == ["no_account"]
    assert (await another_council.proof()).entries == 1


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("amount_pence", -1),
        ("contribution_pence", 101),
        ("contribution_pence", -1),
        ("status", "promised"),
        ("ends_on", date(2009, 5, 31)),
    ],
)
async def test_a_version_of_a_fund_that_makes_no_sense_is_refused(
    ledger: LedgerUnderTest, column: str, value: Any
) -> None:
    version = {
        "fund_id": FUND,
        "council": ledger.council,
        "award_version": 1,
        "status": "confirmed",
        "decided_by": "The council",
        "amount_pence": 100,
        "contribution_pence": 0,
        "starts_on": date(2009, 6, 1),
        "ends_on": date(2010, 5, 30),
        "cadence": "four_weekly",
        "permitted_uses": "[]",
        "payee_bars": "[]",
        "conditions": "[]",
        "terms": "[]",
        "posted_pence": 100,
        "posted_contribution_pence": 0,
        column: value,
    }
    places = ", ".join(f"${number}" for number in range(1, len(version) + 1))
    async with ledger.as_app() as db:
        with pytest.raises(asyncpg.CheckViolationError):
            await db.execute(f"INSERT INTO fund_version ({', '.join(version)}) VALUES ({places})", *version.values())


@pytest.mark.parametrize(
    "column", ["budget_id = gen_random_uuid()", "stream = 'other'", "award_id = gen_random_uuid()"]
)
async def test_a_fund_has_new_versions_and_is_not_otherwise_changed(ledger: LedgerUnderTest, column: str) -> None:
    async with ledger.as_app() as db:
        await db.execute("UPDATE fund SET closed_on = current_date, closed_by_version = 2, award_version = 2")
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
            await db.execute(f"UPDATE fund SET {column}")
