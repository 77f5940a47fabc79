"""Balances for any day as known on any other, over a random history that was recorded over weeks (L33)."""

import csv
import io
import shutil
import subprocess
from collections import Counter
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from services.ledger.domain.returns.plain_text import journal_head, transaction
from services.ledger.domain.statements.recorded import RecordedEntry
from services.ledger.statements.reading import trial_balance, whole_journal
from tests.ledger.ledger_under_test import LedgerUnderTest
from tests.ledger.proof.histories import FIRST_DAY
from tests.ledger.proof.recorded_over_days import LongHistory, set_up_clock
from tests.real_parts.databases import FreshDatabases

HLEDGER = shutil.which("hledger")
STEPS = 1_500
DAYS_ASKED = 10
#: What stands on each account, by its name in one line.
Balances = dict[str, int]


@pytest.fixture
async def history(fresh_databases: FreshDatabases) -> AsyncIterator[LongHistory]:
    """A council's history, on databases whose clock is the test's."""
    databases = await fresh_databases.copy()
    await set_up_clock(databases)
    ledger = LedgerUnderTest(databases, council="E10000001")
    yield LongHistory(ledger, seed=33)
    await ledger.close()
    await fresh_databases.drop(databases)


async def test_every_balance_for_any_day_as_known_on_any_other_is_that_of_the_journal_alone(
    history: LongHistory,
) -> None:
    """Step by step against the model; at the end ten days against the legs as they are read back."""
    await history.run(STEPS)

    assert len({moment.date() for moment in history.books.moments}) > 20
    for for_date, known_at, entries in await days_asked(history):
        expected = summed(entries, for_date)
        assert await told_by_account(history.ledger, expected, for_date, known_at) == expected
        assert await told_in_all(history.ledger, for_date, known_at) == by_stream_and_account(expected)


@pytest.mark.skipif(HLEDGER is None, reason="hledger is not installed: apt-get install hledger")
async def test_hledger_adds_up_to_the_same_for_any_day_as_known_on_any_other(
    history: LongHistory, tmp_path: Path
) -> None:
    await history.run(STEPS // 3)

    for for_date, known_at, entries in await days_asked(history):
        by_hledger = added_up_by_hledger(entries, for_date, tmp_path / "known.journal")
        told = await told_by_account(history.ledger, summed(entries, for_date), for_date, known_at)
        assert by_hledger == without_nothing(told)


async def days_asked(history: LongHistory) -> list[tuple[date, datetime, list[RecordedEntry]]]:
    """Days of value from before the year to after it, each with a moment and the entries that were known at it."""
    entries = await journal_of(history.ledger)
    return [
        (FIRST_DAY + timedelta(days=number * 40 - 10), moment, [one for one in entries if one.recorded_at <= moment])
        for number, moment in enumerate(history.probes(DAYS_ASKED))
    ]


async def journal_of(ledger: LedgerUnderTest) -> list[RecordedEntry]:
    async with ledger.runtime.units.for_council(ledger.council) as work:
        return [one async for one in whole_journal(work)]


def summed(entries: list[RecordedEntry], until: date) -> Balances:
    """Every account that the entries are on, with what its legs up to a day come to."""
    balances: Counter[str] = Counter()
    for one in entries:
        for leg in one.legs:
            name = ":".join([leg.stream, leg.account, *([str(leg.fund_id)] if leg.fund_id else [])])
            balances[name] += leg.amount_pence if one.value_date <= until else 0
    return dict(balances)


def without_nothing(balances: Balances) -> Balances:
    return {name: pence for name, pence in balances.items() if pence}


def by_stream_and_account(balances: Balances) -> Balances:
    sums: Counter[str] = Counter()
    for name, pence in balances.items():
        sums[":".join(name.split(":")[:2])] += pence
    return without_nothing(sums)


async def told_by_account(ledger: LedgerUnderTest, names: Balances, for_date: date, known_at: datetime) -> Balances:
    """The same accounts, each asked for by itself."""
    async with ledger.as_app() as db:
        rows = await db.fetch(
            "SELECT concat_ws(':', a.stream, a.code, a.fund_id) AS name,"
            " balance_as_of(a.account_id, $1, $2) AS pence FROM account AS a",
            for_date,
            known_at,
        )
    told = {row["name"]: row["pence"] for row in rows}
    # An account that nothing was known of yet has nothing on it.
    assert {name for name, pence in told.items() if pence} <= names.keys()
    return {name: told[name] for name in names}


async def told_in_all(ledger: LedgerUnderTest, for_date: date, known_at: datetime) -> Balances:
    async with ledger.runtime.units.for_council(ledger.council) as work:
        rows = await trial_balance(work, for_date, known_at)
    told = {f"{stream}:{account}": debits - credits for stream, account, debits, credits in rows}
    return without_nothing(told)


def added_up_by_hledger(entries: list[RecordedEntry], until: date, file: Path) -> Balances:
    assert HLEDGER
    file.write_text(journal_head() + "".join(transaction(one) for one in entries))
    command = [HLEDGER, "-f", str(file), "balance", "--flat", "-N", "-O", "csv", "-e", str(until + timedelta(days=1))]
    told = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
    rows = csv.DictReader(io.StringIO(told))
    return {row["account"]: int(row["balance"].removeprefix("GBP ").replace(".", "")) for row in rows}
