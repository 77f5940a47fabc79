"""The database itself keeps the journal: raw SQL as the application's role tries to break each rule (L9, L31)."""

from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.ledger.domain.journal import AMOUNT_PENCE_MAX
from tests.ledger.builders import ASC, BUDGET, FUND, ILF, OTHER_COUNCIL, an_award_entry
from tests.ledger.ledger_under_test import LedgerUnderTest, connected

JOURNAL = ("journal_entry", "journal_leg")


async def acting_council(db: asyncpg.Connection) -> str:
    return str(await db.fetchval("SELECT current_setting('braid.council')"))


async def insert_entry(db: asyncpg.Connection, sequence: int = 1, **values: Any) -> None:
    row = {
        "council": await acting_council(db),
        "sequence": sequence,
        "kind": "award",
        "value_date": date(2009, 6, 1),
        "budget_id": BUDGET,
        "reason": "Award",
        "reverses": None,
        "link": bytes(32),
        **values,
    }
    places = ", ".join(f"${number}" for number in range(1, len(row) + 1))
    await db.execute(f"INSERT INTO journal_entry ({', '.join(row)}) VALUES ({places})", *row.values())


async def insert_legs(db: asyncpg.Connection, *legs: tuple[str, int], sequence: int = 1) -> None:
    """All legs in one statement, as the ledger posts them."""
    columns: list[Any] = [[stream for stream, _ in legs], [amount for _, amount in legs]]
    await db.execute(
        "INSERT INTO journal_leg (council, sequence, leg, stream, account, fund_id, amount_pence)"
        " SELECT $1, $2, row_number() OVER (), stream, 'fund.awarded', $3, amount"
        " FROM unnest($4::text[], $5::bigint[]) AS leg (stream, amount)",
        await acting_council(db),
        sequence,
        FUND,
        *columns,
    )


async def test_a_balanced_entry_is_taken(ledger: LedgerUnderTest) -> None:
    async with ledger.as_app() as db:
        await insert_entry(db)
        await insert_legs(db, (ASC, 100), (ASC, -100), (ILF, 7), (ILF, -7))


@pytest.mark.parametrize(
    "legs",
    [
        pytest.param([(ASC, 100)], id="one leg alone"),
        pytest.param([(ASC, 100), (ASC, -99)], id="a penny apart"),
        pytest.param([(ASC, 100), (ASC, 100)], id="two debits"),
        pytest.param([(ASC, 100), (ILF, -100)], id="balanced in total but not per stream"),
        pytest.param([(ASC, 100), (ASC, -50), (ILF, 50), (ILF, -100)], id="each stream off by the same sum"),
    ],
)
async def test_legs_that_do_not_balance_are_refused(ledger: LedgerUnderTest, legs: list[tuple[str, int]]) -> None:
    async with ledger.as_app() as db:
        await insert_entry(db)
        with pytest.raises(asyncpg.CheckViolationError, match="do not balance within each stream"):
            await insert_legs(db, *legs)


async def test_legs_that_balance_only_across_two_entries_are_refused(ledger: LedgerUnderTest) -> None:
    async with ledger.as_app() as db:
        await insert_entry(db, 1)
        await insert_entry(db, 2)
        with pytest.raises(asyncpg.CheckViolationError, match="do not balance within each stream"):
            await db.execute(
                "INSERT INTO journal_leg (council, sequence, leg, stream, account, fund_id, amount_pence)"
                " VALUES ($1, 1, 1, $2, 'fund.awarded', $3, 100), ($1, 2, 1, $2, 'fund.awarded', $3, -100)",
                ledger.council,
                ASC,
                FUND,
            )


async def test_legs_without_an_entry_are_refused(ledger: LedgerUnderTest) -> None:
    async with ledger.as_app() as db:
        with pytest.raises(asyncpg.ForeignKeyViolationError, match="belongs to no entry"):
            await insert_legs(db, (ASC, 100), (ASC, -100), sequence=99)


async def test_an_entry_takes_no_legs_after_it_was_recorded(ledger: LedgerUnderTest) -> None:
    """Balanced legs slipped into an old entry would change what it says, in a journal that only ever grows."""
    await ledger.post(an_award_entry(100))

    async with ledger.as_app() as db:
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="takes no legs after it was recorded"):
            await db.execute(
                "INSERT INTO journal_leg (council, sequence, leg, stream, account, fund_id, amount_pence)"
                " VALUES ($1, 1, 8, $2, 'fund.awarded', $3, 5), ($1, 1, 9, $2, 'funder.receivable', $3, -5)",
                ledger.council,
                ASC,
                FUND,
            )


@pytest.mark.parametrize("amount", [0, AMOUNT_PENCE_MAX + 1, -AMOUNT_PENCE_MAX - 1])
async def test_an_amount_out_of_range_is_refused(ledger: LedgerUnderTest, amount: int) -> None:
    async with ledger.as_app() as db:
        await insert_entry(db)
        with pytest.raises(asyncpg.CheckViolationError, match="amount_in_range"):
            await insert_legs(db, (ASC, amount), (ASC, -amount))


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        pytest.param({"kind": "gift"}, "kind_known", id="unknown kind"),
        pytest.param({"kind": "reversal"}, "reversal_names_entry", id="reversal of nothing"),
        pytest.param({"reverses": 1}, "reversal_names_entry", id="award that reverses"),
        pytest.param({"sequence": 0}, "sequence_above_zero", id="before the chain begins"),
        pytest.param({"sequence": -1}, "sequence_above_zero", id="far before the chain begins"),
    ],
)
async def test_an_entry_that_makes_no_sense_is_refused(
    ledger: LedgerUnderTest, values: dict[str, Any], constraint: str
) -> None:
    async with ledger.as_app() as db:
        with pytest.raises(asyncpg.CheckViolationError, match=constraint):
            await insert_entry(db, **values)


async def test_an_entry_can_be_reversed_once_only(ledger: LedgerUnderTest) -> None:
    async with ledger.as_app() as db:
        await insert_entry(db, 1)
        await insert_entry(db, 2, kind="reversal", reverses=1)
        with pytest.raises(asyncpg.UniqueViolationError, match="reverses"):
            await insert_entry(db, 3, kind="reversal", reverses=1)


async def test_two_entries_cannot_have_the_same_place_in_the_chain(ledger: LedgerUnderTest) -> None:
    async with ledger.as_app() as db:
        await insert_entry(db, 1)
        with pytest.raises(asyncpg.UniqueViolationError, match="pk_journal_entry"):
            await insert_entry(db, 1)


CHANGES = [
    f"{verb} {table}{rest}"
    for table, column in zip(JOURNAL, ("reason = 'other'", "amount_pence = 1"), strict=True)
    for verb, rest in (("UPDATE", f" SET {column}"), ("DELETE FROM", ""), ("TRUNCATE", ""))
]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("role", ["app", "ops", "owner"])
async def test_nobody_can_change_or_remove_what_was_posted(ledger: LedgerUnderTest, role: str, change: str) -> None:
    """The application and operations have no right to; the owner, who has, meets the triggers."""
    await ledger.post(an_award_entry(100))

    async with connected(ledger.url(role)) as db:
        await db.execute("SELECT set_config('braid.council', $1, false)", ledger.council)
        with pytest.raises(asyncpg.InsufficientPrivilegeError) as refused:
            await db.execute(change)

    assert ("append-only" if role == "owner" else "permission denied") in str(refused.value)
    assert (await ledger.proof()).entries == 1


@pytest.mark.parametrize("statement", ["DROP TRIGGER append_only ON journal_leg", "DROP TABLE journal_leg"])
async def test_the_application_cannot_take_the_guards_away(ledger: LedgerUnderTest, statement: str) -> None:
    async with ledger.as_app() as db:
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="must be owner"):
            await db.execute(statement)


async def test_the_application_cannot_put_the_triggers_out_of_action(ledger: LedgerUnderTest) -> None:
    async with ledger.as_app() as db:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await db.execute("SET session_replication_role = replica")


@pytest.mark.parametrize("table", JOURNAL)
async def test_another_councils_journal_is_neither_seen_nor_written(ledger: LedgerUnderTest, table: str) -> None:
    """L31."""
    await ledger.post(an_award_entry(100))

    async with ledger.as_app(OTHER_COUNCIL) as db:
        assert await db.fetchval(f"SELECT count(*) FROM {table}") == 0
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            await insert_entry(db, 2, council=ledger.council)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("amount_pence", 0),
        ("amount_pence", -1),
        ("contribution_pence", 101),
        ("contribution_pence", -1),
        ("status", "undecided"),
        ("ends_on", date(2009, 5, 31)),
    ],
)
async def test_a_fund_that_makes_no_sense_is_refused(ledger: LedgerUnderTest, column: str, value: Any) -> None:
    fund = {
        "fund_id": FUND,
        "council": ledger.council,
        "budget_id": BUDGET,
        "award_id": UUID(int=1),
        "award_version": 1,
        "stream": ASC,
        "status": "confirmed",
        "decided_by": "The council",
        "amount_pence": 100,
        "contribution_pence": 0,
        "starts_on": date(2009, 6, 1),
        "ends_on": date(2010, 5, 30),
        "cadence": "four_weekly",
        "permitted_uses": "[]",
        "conditions": "[]",
        column: value,
    }
    places = ", ".join(f"${number}" for number in range(1, len(fund) + 1))
    async with ledger.as_app() as db:
        with pytest.raises(asyncpg.CheckViolationError):
            await db.execute(f"INSERT INTO fund ({', '.join(fund)}) VALUES ({places})", *fund.values())


@pytest.mark.parametrize("column", ["amount_pence = 1", "budget_id = gen_random_uuid()", "entry_sequence = 7"])
async def test_a_fund_can_be_closed_and_not_otherwise_changed(ledger: LedgerUnderTest, column: str) -> None:
    async with ledger.as_app() as db:
        await db.execute("UPDATE fund SET closed_on = current_date, closed_by_version = 2")
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
            await db.execute(f"UPDATE fund SET {column}")
