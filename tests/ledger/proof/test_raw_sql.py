"""What the application's role can do with raw SQL, table by table and verb by verb: what it must and no more (L31)."""

import asyncpg
import pytest

from services.ledger.posting.columns import POST_ENTRIES
from tests.ledger.ledger_under_test import LedgerUnderTest, connected
from tests.ledger.proof.calling import a_revision, act_for, columns

#: What the application may do with each table and view: verbs, and the columns that an update may set. No more.
READS, ADDS, READS_AND_ADDS = frozenset({"SELECT"}), frozenset({"INSERT"}), frozenset({"SELECT", "INSERT"})
RIGHTS = {
    # The journal: written by the posting function alone.
    "account": (READS, ""),
    "account_day": (READS, ""),
    "chain_head": (READS, ""),
    "commitment": (READS, ""),
    "journal_block": (READS, ""),
    "journal_entry": (READS, ""),
    "journal_leg": (READS, ""),
    "journal_proof": (ADDS, ""),
    "stream": (READS, ""),
    # Beside it.
    "award_seen": (READS_AND_ADDS, "award_id council person_id version"),
    "budget": (READS_AND_ADDS, ""),
    "forgotten_budget": (READS_AND_ADDS, "words_gone_on"),
    "fund": (READS_AND_ADDS, "award_version closed_by_version closed_on"),
    "fund_rule": (READS, ""),
    "fund_version": (READS_AND_ADDS, ""),
    "period_lock": (READS_AND_ADDS, ""),
    "access_record": (READS_AND_ADDS, ""),
    # Payments.
    "payee": (READS_AND_ADDS, "version"),
    "payee_account": (READS_AND_ADDS, "confirmed_at confirmed_by"),
    "payment_due": (
        READS_AND_ADDS,
        "contribution_pence due_on gross_pence kept_pence let_go payee_id period_to refused_version schedule_version"
        " state value_on working",
    ),
    "payment_item": (READS_AND_ADDS, "account_version reasons state"),
    "payment_part": (READS_AND_ADDS, "pence"),
    "payment_result": (READS_AND_ADDS, ""),
    "payment_run": (
        READS_AND_ADDS,
        "file_created_at file_format file_payments file_pence file_sha256 message_id payer state",
    ),
    "payment_run_step": (READS_AND_ADDS, ""),
    "payment_schedule": (READS_AND_ADDS, ""),
    "payment_stop": (READS_AND_ADDS, "lifted_because lifted_by"),
    "approved_plan": (READS_AND_ADDS, ""),
    "plan_holding": (READS_AND_ADDS, ""),
    "payment_matter": (READS_AND_ADDS, "cleared_at words"),
    "recovery": (READS_AND_ADDS, "appeals decided_by decided_on let_off_pence received_pence state"),
    "recovery_step": (READS_AND_ADDS, ""),
    # Spending and watching.
    "budget_alert": (READS_AND_ADDS, "cleared_on"),
    "code_mapping": (READS_AND_ADDS, ""),
    "planned_item": (READS_AND_ADDS, ""),
    "spend": (READS_AND_ADDS, "state"),
    "spend_part": (READS_AND_ADDS, ""),
    "spend_query": (READS_AND_ADDS, "answer answered_on"),
    "spend_query_step": (READS_AND_ADDS, ""),
    "spending_told": (READS_AND_ADDS, "sequence"),
    "spent_week": (READS_AND_ADDS, "pence"),
    # What every service has.
    "alembic_version": (READS, ""),
    "council_figure": (READS_AND_ADDS, ""),
    "dead_letter": (READS_AND_ADDS, "resolution resolution_reason resolved_at resolved_by"),
    "forgotten_person": (READS_AND_ADDS, ""),
    "idempotency_key": (READS_AND_ADDS, "body headers status"),
    "inbox": (ADDS, ""),
    "outbox": (ADDS, ""),
    "parked_key": (READS_AND_ADDS, "recorded_at"),
}
#: A column of tables that have none for the council.
ANY_COLUMN = {"stream": "code", "alembic_version": "version_num", "dead_letter": "topic", "inbox": "consumer"}
NEVER = [
    pytest.param(statement.format(table), id=statement.format(table))
    for table, (verbs, may_be_set) in RIGHTS.items()
    if table != "fund_rule"  # a view that takes no change from anybody
    for statement, is_never in (
        ("DELETE FROM {}", True),
        ("TRUNCATE {}", True),
        ("INSERT INTO {} DEFAULT VALUES", "INSERT" not in verbs),
        (f"UPDATE {{}} SET {ANY_COLUMN.get(table, 'council')} = NULL", not may_be_set),
    )
    if is_never
]
#: The functions that the application calls, and those of them that run as the owner.
FUNCTIONS = {
    "post_entries", "open_accounts", "keep_fund_rules", "close_account", "balance_as_of", "legs_recorded_up_to",
    "last_sequence_before", "acting_council", "refusals", "entry_digest", "leg_bytes", "account_bytes", "block_link",
    "commitment_bytes", "payment_id_of", "forget_person", "forget_money_words",
    "forget_access_reasons", "council_of_letter", "letter_ahead", "free_key",
}  # fmt: skip
RUN_AS_THE_OWNER = {
    "post_entries", "open_accounts", "keep_fund_rules", "close_account", "forget_person", "forget_money_words",
    "forget_messages", "forget_access_reasons", "letter_ahead", "free_key",
}  # fmt: skip


async def test_every_table_there_is_gives_the_application_what_it_must_and_no_more(ledger: LedgerUnderTest) -> None:
    """From the catalogue: whoever adds a table says here what may be done with it."""
    async with ledger.as_app() as db:
        rows = await db.fetch(
            "SELECT c.relname AS name, ARRAY("
            "  SELECT verb FROM unnest('{SELECT, INSERT, DELETE, TRUNCATE, REFERENCES, TRIGGER}'::text[]) AS verb"
            "  WHERE has_table_privilege(c.oid, verb)"
            "   OR verb IN ('SELECT', 'INSERT', 'REFERENCES') AND has_any_column_privilege(c.oid, verb)) AS verbs,"
            " (SELECT coalesce(string_agg(a.attname, ' ' ORDER BY a.attname), '') FROM pg_attribute AS a"
            "  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
            "   AND has_column_privilege(c.oid, a.attnum, 'UPDATE')) AS may_be_set"
            " FROM pg_class AS c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN"
            " ('r', 'p', 'v', 'm', 'f')"
        )

    assert {row["name"]: (frozenset(row["verbs"]), row["may_be_set"]) for row in rows} == RIGHTS


@pytest.mark.parametrize("statement", NEVER)
async def test_the_application_cannot(ledger: LedgerUnderTest, statement: str) -> None:
    async with ledger.as_app() as db:
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
            await db.execute(statement)


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
        "DROP TRIGGER append_only ON journal_leg",
        "DROP TABLE journal_leg",
        "SET session_replication_role = replica",
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
