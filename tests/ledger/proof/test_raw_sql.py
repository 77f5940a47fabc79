"""What the application's role can do with raw SQL, table by table and verb by verb: what it must and no more (L31)."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from services.ledger.domain import postings
from services.ledger.domain.journal import Entry
from services.ledger.domain.postings import Part
from services.ledger.main import SERVICE
from services.ledger.posting.account_numbers import OPEN_ACCOUNTS, found_numbers, in_order, name_columns
from services.ledger.posting.columns import POST_ENTRIES, Posting, columns_of, names_of, prepared
from services.ledger.queries import FundNow
from tests.ledger.builders import about
from tests.ledger.ledger_under_test import LedgerUnderTest, connected

TABLES = [table.name for table in SERVICE.metadata.sorted_tables]

#: Written by the posting function alone.
JOURNAL = (
    "stream", "account", "journal_entry", "journal_leg", "journal_block", "chain_head", "account_day", "commitment",
)  # fmt: skip
#: What an update may set, where it may set anything. No row is ever deleted by the application.
MAY_BE_SET = {
    "award_seen": {"award_id", "council", "person_id", "version"},
    "fund": {"award_version", "closed_on", "closed_by_version"},
    "idempotency_key": {"status", "headers", "body"},
    "parked_key": {"recorded_at"},
    "payee": {"version"},
    "payee_account": {"confirmed_by", "confirmed_at"},
    "payment_due": {
        "payee_id", "schedule_version", "period_to", "due_on", "value_on", "gross_pence", "contribution_pence",
        "kept_pence", "working", "state", "refused_version", "let_go",
    },
    "payment_part": {"pence"},
    "payment_run": {
        "state", "message_id", "file_format", "file_created_at", "payer", "file_sha256", "file_payments", "file_pence",
    },
    "payment_item": {"account_version", "state", "reasons"},
    "payment_stop": {"lifted_by", "lifted_because"},
    "recovery": {"state", "decided_by", "decided_on", "appeals", "received_pence", "let_off_pence"},
    "spend": {"state"},
    "spend_query": {"answer", "answered_on"},
    "budget_alert": {"cleared_on"},
}  # fmt: skip
#: The functions that the application calls, and those of them that run as the owner.
FUNCTIONS = {
    "post_entries", "open_accounts", "keep_fund_rules", "close_account", "balance_as_of", "legs_recorded_up_to",
    "last_sequence_before", "acting_council", "refusals", "entry_digest", "leg_bytes", "account_bytes", "block_link",
    "payment_id_of",
}  # fmt: skip
RUN_AS_THE_OWNER = {"post_entries", "open_accounts", "keep_fund_rules", "close_account"}


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("verb", ["DELETE FROM", "TRUNCATE"])
async def test_the_application_removes_nothing(ledger: LedgerUnderTest, verb: str, table: str) -> None:
    async with ledger.as_app() as db:
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
            await db.execute(f"{verb} {table}")


@pytest.mark.parametrize("table", TABLES)
async def test_the_application_sets_what_it_must_and_nothing_else(ledger: LedgerUnderTest, table: str) -> None:
    columns = list(SERVICE.metadata.tables[table].columns.keys())
    async with ledger.as_app() as db:
        rows = await db.fetch(
            "SELECT name FROM unnest($2::text[]) AS name WHERE has_column_privilege($1, name, 'UPDATE')", table, columns
        )

    assert {row["name"] for row in rows} == MAY_BE_SET.get(table, set())


@pytest.mark.parametrize("table", JOURNAL)
async def test_the_application_adds_no_line_to_the_journal_by_itself(ledger: LedgerUnderTest, table: str) -> None:
    async with ledger.as_app() as db:
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
            await db.execute(f"INSERT INTO {table} DEFAULT VALUES")


async def test_the_application_calls_its_functions_and_no_inner_one(ledger: LedgerUnderTest) -> None:
    async with ledger.as_app() as db:
        rows = await db.fetch(
            "SELECT proname, has_function_privilege(oid, 'EXECUTE') AS may, prosecdef, proconfig FROM pg_proc"
            " WHERE pronamespace = 'public'::regnamespace AND prorettype <> 'trigger'::regtype"
        )

    assert {row["proname"] for row in rows if row["may"]} == FUNCTIONS
    assert {row["proname"] for row in rows if row["prosecdef"]} == RUN_AS_THE_OWNER
    pinned = {row["proname"] for row in rows if "search_path=pg_catalog, public, pg_temp" in (row["proconfig"] or ())}
    assert pinned >= RUN_AS_THE_OWNER


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE journal_entry_2 (sequence bigint)",
        "CREATE FUNCTION acting_council_2() RETURNS text LANGUAGE sql RETURN 'E10000001'",
        "CREATE SCHEMA journal",
        # In front of the search path it could mislead a function that runs as the owner.
        "CREATE TEMP TABLE period_lock (LIKE public.period_lock)",
        "CREATE FUNCTION pg_temp.acting_council() RETURNS text LANGUAGE sql RETURN 'E10000001'",
        "CREATE OR REPLACE FUNCTION acting_council() RETURNS text LANGUAGE sql RETURN 'E10000001'",
        "ALTER FUNCTION acting_council() SET search_path = pg_temp",
        "ALTER TABLE journal_leg DISABLE TRIGGER balanced",
        "ALTER TABLE journal_leg NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY own_council ON journal_leg",
        "CREATE RULE quiet AS ON INSERT TO journal_leg DO INSTEAD NOTHING",
        "CREATE TRIGGER mine BEFORE INSERT ON journal_leg FOR EACH ROW EXECUTE FUNCTION journal_is_append_only()",
        "SET ROLE ledger_owner",
        "SET SESSION AUTHORIZATION ledger_owner",
        "ALTER ROLE ledger_app BYPASSRLS",
        "COPY journal_leg FROM PROGRAM 'true'",
        "LOCK TABLE journal_leg IN ACCESS EXCLUSIVE MODE",
        "SELECT * FROM pg_authid",
    ],
)
async def test_the_application_changes_no_rule(ledger: LedgerUnderTest, statement: str) -> None:
    async with ledger.as_app() as db:
        with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.PostgresSyntaxError)) as refused:
            await db.execute(statement)
    assert isinstance(refused.value, asyncpg.InsufficientPrivilegeError)


async def columns(db: asyncpg.Connection, *entries: Entry) -> list[Any]:
    """The posting function's parameters for some entries."""
    batch = [Posting(entry) for entry in entries]
    names = in_order(names_of(batch))
    numbers, _ = found_numbers(names, *await db.fetchrow(OPEN_ACCOUNTS, *name_columns(names)))
    return list(columns_of([prepared(posting, numbers) for posting in batch]))


def a_revision(fund: FundNow, pence: int = 100) -> Entry:
    part = Part(fund.fund_id, fund.fund.stream, pence)
    return postings.award_revised(about(budget=fund.fund.budget_id), part, 0)


async def test_whoever_acts_for_another_council_in_mid_transaction_posts_nothing_on_the_first_ones_accounts(
    ledger: LedgerUnderTest, another_council: LedgerUnderTest
) -> None:
    ours = await ledger.open_fund()
    await another_council.open_fund()
    async with connected(ledger.url("app")) as db, db.transaction():
        await act_for(db, ledger.council)
        first, second = await columns(db, a_revision(ours)), await columns(db, a_revision(ours))
        posted = await db.fetchrow(POST_ENTRIES, *first)
        await act_for(db, another_council.council)
        refused = await db.fetchrow(POST_ENTRIES, *second)

    assert (posted["answers"], refused["answers"]) == (["posted"], ["no_account"])
    assert [(await each.proof()).entries for each in (ledger, another_council)] == [2, 1]


async def test_a_statement_that_was_prepared_for_one_council_shows_the_next_one_its_own_rows(
    ledger: LedgerUnderTest, another_council: LedgerUnderTest
) -> None:
    for _ in range(3):
        await ledger.open_fund()
    await another_council.open_fund()

    async with connected(ledger.url("app")) as db:
        count = await db.prepare("SELECT count(*) FROM journal_entry")
        seen = []
        for council in (ledger.council, another_council.council) * 4:
            await act_for(db, council, for_transaction=False)
            seen.append(await count.fetchval())

    assert seen == [3, 1] * 4


@pytest.mark.parametrize("council", ["", None], ids=["empty", "never set"])
async def test_nobody_posts_for_no_council(ledger: LedgerUnderTest, council: str | None) -> None:
    fund = await ledger.open_fund()
    async with ledger.as_app() as db:
        parameters = await columns(db, a_revision(fund))
    async with connected(ledger.url("app")) as db:
        if council is not None:
            await act_for(db, council, for_transaction=False)
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="no council is acted for"):
            await db.fetchrow(POST_ENTRIES, *parameters)
        assert await db.fetchval("SELECT count(*) FROM journal_entry") == 0


async def act_for(db: asyncpg.Connection, council: str, *, for_transaction: bool = True) -> None:
    await db.execute("SELECT set_config('braid.council', $1, $2)", council, for_transaction)


PLACES = {
    "entry_ids": 0, "kinds": 1, "value_dates": 2, "budget_ids": 3, "reasons": 7, "linked": 8, "accounts": 9,
    "leg_entries": 10, "leg_accounts": 11, "leg_amounts": 12, "commitment_ids": 13, "commitment_accounts": 14,
    "leg_commitments": 15,
}  # fmt: skip


def forgeries() -> list[Any]:
    """Parameters as our own code never makes them, by what is wrong: place of the array, and what becomes of it."""
    changes: dict[str, tuple[str, Any]] = {
        "legs of one entry on either side of another's": ("leg_entries", lambda it: [*it[2:4], *it[:2], *it[4:]]),
        "a leg of the last entry first": ("leg_entries", lambda it: [it[-1], *it[:-1]]),
        "a leg of no entry": ("leg_entries", lambda it: [*it[:-1], 99]),
        "a leg of entry nought": ("leg_entries", lambda it: [0, *it[1:]]),
        "a leg that names no entry": ("leg_entries", lambda it: [*it[:-1], None]),
        "accounts in falling order": ("accounts", lambda it: it[::-1]),
        "an account twice": ("accounts", lambda it: [*it[:-1], it[0]]),
        "an account too many": ("accounts", lambda it: [*it, it[-1]]),
        "an account of nobody": ("accounts", lambda it: [*it[:-1], None]),
        "an account below nought": ("accounts", lambda it: [-5, *it[1:]]),
        "a place beyond the accounts": ("leg_accounts", lambda it: [*it[:-1], 99]),
        "a place below nought": ("leg_accounts", lambda it: [-1, *it[1:]]),
        "a leg on no place": ("leg_accounts", lambda it: [*it[:-1], None]),
        "legs in falling order": ("leg_accounts", lambda it: it[::-1]),
        "an amount too few": ("leg_amounts", lambda it: it[:-1]),
        "an amount too many": ("leg_amounts", lambda it: [*it, 5]),
        "no amount": ("leg_amounts", lambda it: [*it[:-1], None]),
        "no first amount": ("leg_amounts", lambda it: [None, *it[1:]]),
        "no account first": ("leg_accounts", lambda it: [None, *it[1:]]),
        "the largest amounts": ("leg_amounts", lambda it: [2**63 - 1] * len(it)),
        "the smallest amounts": ("leg_amounts", lambda it: [-(2**63)] * len(it)),
        "no id": ("entry_ids", lambda it: [None, *it[1:]]),
        "ids all the same": ("entry_ids", lambda it: it[:1] * len(it)),
        "an id too many": ("entry_ids", lambda it: [*it, uuid4()]),
        "an id too few": ("entry_ids", lambda it: it[:-1]),
        "no kind": ("kinds", lambda it: [None] * len(it)),
        "an unknown kind": ("kinds", lambda it: ["gift"] * len(it)),
        "reversals of nothing": ("kinds", lambda it: ["reversal"] * len(it)),
        "no day": ("value_dates", lambda it: [None] * len(it)),
        "no budget": ("budget_ids", lambda it: [None] * len(it)),
        "no reason": ("reasons", lambda it: [None] * len(it)),
        "a commitment twice": ("commitment_ids", lambda it: it[:1] * len(it)),
        "no commitment": ("commitment_ids", lambda it: [None] * len(it)),
        "commitments too few": ("commitment_ids", lambda it: it[:-1]),
        "commitments on other accounts": ("commitment_accounts", lambda it: [2] * len(it)),
        "commitments on no account": ("commitment_accounts", lambda it: [99] * len(it)),
        "legs of other commitments": ("leg_commitments", lambda it: [1 if place else 0 for place in it]),
        "legs of commitments that are not there": ("leg_commitments", lambda it: [99 if place else 0 for place in it]),
        "legs of no commitment": ("leg_commitments", lambda it: [0] * len(it)),
        "no accounts at all": ("accounts", lambda it: []),
        "no legs at all": ("leg_entries", lambda it: []),
        "nothing where the accounts stand": ("accounts", lambda it: None),
    }
    return [pytest.param(name, change, id=wrong) for wrong, (name, change) in changes.items()]


@pytest.mark.parametrize(("name", "change"), forgeries())
async def test_whatever_the_posting_function_is_called_with_the_journal_holds(
    ledger: LedgerUnderTest, name: str, change: Any
) -> None:
    """Refused by an error, or answered and right: never a half, and never a line that the proof does not bear out."""
    fund = await ledger.open_fund()

    def forged(parameters: list[Any]) -> None:
        parameters[PLACES[name]] = change(parameters[PLACES[name]])

    await call_forged(ledger, fund, forged)


def renumber_accounts(parameters: list[Any]) -> None:
    """Accounts in falling order, and every place in them as it then is."""
    count = len(parameters[PLACES["accounts"]])
    parameters[PLACES["accounts"]].reverse()
    for name in ("leg_accounts", "commitment_accounts"):
        parameters[PLACES[name]] = [count + 1 - place if place else 0 for place in parameters[PLACES[name]]]
    legs = sorted(zip(*(parameters[place] for place in LEG_COLUMNS), strict=True))
    for place, column in zip(LEG_COLUMNS, zip(*legs, strict=True), strict=True):
        parameters[place] = list(column)


def scatter_legs(parameters: list[Any]) -> None:
    """Two more legs of the first entry, in balance, behind those of the last."""
    for place in LEG_COLUMNS:
        parameters[place] = parameters[place] + parameters[place][:2]


def add_an_account_in_front(parameters: list[Any]) -> None:
    """The first account once more, as another place of which the last entry's legs are on."""
    parameters[PLACES["accounts"]].insert(0, parameters[PLACES["accounts"]][0])
    for name in ("leg_accounts", "commitment_accounts"):
        parameters[PLACES[name]] = [place + 1 if place else 0 for place in parameters[PLACES[name]]]


LEG_COLUMNS = [PLACES[name] for name in ("leg_entries", "leg_accounts", "leg_amounts", "leg_commitments")]


@pytest.mark.parametrize("forged", [renumber_accounts, scatter_legs, add_an_account_in_front])
async def test_parameters_that_fit_together_and_are_not_in_order_do_no_harm(
    ledger: LedgerUnderTest, forged: Any
) -> None:
    await call_forged(ledger, await ledger.open_fund(), forged)


async def call_forged(ledger: LedgerUnderTest, fund: FundNow, forged: Callable[[list[Any]], None]) -> None:
    part = Part(fund.fund_id, fund.fund.stream, 100)
    first, second = (
        postings.committed(about(budget=fund.fund.budget_id, subject_id=uuid4()), [part]) for _ in range(2)
    )
    async with connected(ledger.url("app")) as db:
        await act_for(db, ledger.council, for_transaction=False)
        parameters = await columns(db, first, a_revision(fund), second)
        forged(parameters)
        try:
            answers = (await db.fetchrow(POST_ENTRIES, *parameters))["answers"]
        except asyncpg.PostgresError:
            answers = []

    proof = await ledger.proof()
    assert proof.holds, proof
    assert proof.entries == 1 + answers.count("posted")
