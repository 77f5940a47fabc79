"""The posting function looks everything up by key, however small the journal was when a session planned it.

Held to decision 11:

PostgreSQL plans the function's statements once a session. On a journal that has just begun, another plan than a look by
key is the cheapest, and would go on being followed as the journal grows. What was planned is told by auto_explain.
"""

import json
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest

from braid.command_line.embedded_platform import Databases
from services.ledger.posting.columns import POST_ENTRIES
from tests.ledger.ledger_under_test import LedgerUnderTest, connected
from tests.ledger.proof.calling import a_revision, act_for, columns

SETTINGS = ("seqscan", "bitmapscan", "hashjoin", "mergejoin", "material", "memoize")
#: Ways to read or to join a table that take more the more there is in it, or keep what is never asked for again.
NOT_BY_KEY = frozenset({"Seq Scan", "Bitmap Heap Scan", "Hash Join", "Merge Join", "Materialize", "Memoize"})
TELL_PLANS = {"log_min_duration": "0", "log_nested_statements": "on", "log_format": "json", "log_level": "notice"}


async def plans_of_a_first_call(ledger: LedgerUnderTest) -> list[dict[str, Any]]:
    """What a new session plans for each statement of the posting function, on the journal as it is."""
    fund = await ledger.open_fund()
    told: list[str] = []
    async with connected(ledger.url("superuser")) as db:
        db.add_log_listener(lambda _, message: told.append(message.message))
        await act_for(db, ledger.council, for_transaction=False)
        batch = await columns(db, a_revision(fund), a_revision(fund))
        statement = await db.prepare(POST_ENTRIES)
        await tell_plans(db)
        answers = (await statement.fetchrow(*batch))["answers"]
    assert answers == ["posted"] * 2
    return [json.loads(text[text.index("{") :])["Plan"] for text in told if "plan:" in text]


async def tell_plans(db: asyncpg.Connection) -> None:
    """Have a session tell every plan that it follows."""
    await db.execute("LOAD 'auto_explain'")
    for name, value in TELL_PLANS.items():
        await db.execute(f"SET auto_explain.{name} = '{value}'")


def nodes(plan: dict[str, Any]) -> Iterator[str]:
    """The kinds of a plan's nodes."""
    yield plan["Node Type"]
    for inner in plan.get("Plans", []):
        yield from nodes(inner)


async def not_by_key(ledger: LedgerUnderTest) -> set[str]:
    """What is planned otherwise: on tables that nobody has looked at, and on those that are known to be tiny."""
    unknown = await plans_of_a_first_call(ledger)
    async with connected(ledger.url("superuser")) as db:
        await db.execute("ANALYZE")
    tiny = await plans_of_a_first_call(ledger)
    assert len(unknown) > 3 < len(tiny)
    return {kind for plan in (*unknown, *tiny) for kind in nodes(plan)} & NOT_BY_KEY


@pytest.fixture
async def first_days(databases: Databases) -> LedgerUnderTest:
    """A journal that has just begun, in a database of its own, whose functions a test may change."""
    return LedgerUnderTest(databases, "E10000001")


async def test_a_session_that_began_with_the_journal_looks_everything_up_by_key(first_days: LedgerUnderTest) -> None:
    assert await not_by_key(first_days) == set()
    await first_days.close()


@pytest.mark.parametrize("setting", SETTINGS)
async def test_without_any_of_its_settings_it_would_not(first_days: LedgerUnderTest, setting: str) -> None:
    async with connected(first_days.url("superuser")) as db:
        await db.execute(f"ALTER FUNCTION post_entries RESET enable_{setting}")

    assert await not_by_key(first_days) != set()
    await first_days.close()
