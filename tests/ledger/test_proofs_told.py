"""How the proofs of journals ended is kept, and told as metrics to whoever watches over the platform."""

import pytest
from prometheus_client import generate_latest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from braid.command_line.embedded_platform import Databases
from braid.kit.measures import Measures
from services.ledger.main import SERVICE
from tests.ledger.ledger_under_test import LedgerUnderTest
from tests.ledger.test_proof import verify

WHOLE, CHANGED, NEVER = "E10660001", "E10660002", "E10660003"
#: What one journal's gauges say, without the metrics' common prefix.
GAUGES = ("debits_less_credits_pence", "journal_whole", "proved_to_sequence", "proved_timestamp_seconds")


@pytest.fixture
async def books(databases: Databases) -> dict[str, LedgerUnderTest]:
    """Journals of three councils, of two entries each, on databases of their own."""
    opened = {council: LedgerUnderTest(databases, council) for council in (WHOLE, CHANGED, NEVER)}
    for one in opened.values():
        await one.open_fund()
        await one.open_fund()
    return opened


async def told(ledger: LedgerUnderTest, service: str) -> dict[str, dict[str, float]]:
    """By council, what is told of its journal."""
    await Measures(service, ledger.runtime.ops_engine, SERVICE.measures).take()
    found: dict[str, dict[str, float]] = {}
    for line in generate_latest().decode().splitlines():
        name, _, rest = line.partition("{")
        if name.removeprefix("braid_ledger_") in GAUGES and f'service="{service}"' in rest:
            council = rest.split('council="')[1].split('"')[0]
            found.setdefault(council, {})[name.removeprefix("braid_ledger_")] = float(rest.rpartition(" ")[2])
    return found


async def test_each_journal_is_told_with_its_latest_proof(books: dict[str, LedgerUnderTest]) -> None:
    await verify(books[WHOLE], WHOLE)
    await verify(books[CHANGED], CHANGED)
    await books[CHANGED].forge("UPDATE journal_entry SET reason = 'other' WHERE council = $1 AND sequence = 2")
    await verify(books[CHANGED], CHANGED)

    gauges = await told(books[WHOLE], "ledger-told")

    assert set(gauges) == {WHOLE, CHANGED, NEVER}
    assert gauges[WHOLE].pop("proved_timestamp_seconds") > 1_700_000_000
    assert gauges[WHOLE] == {"debits_less_credits_pence": 0, "journal_whole": 1, "proved_to_sequence": 2}
    assert (gauges[CHANGED]["journal_whole"], gauges[CHANGED]["proved_to_sequence"]) == (0, 1)
    assert gauges[NEVER]["proved_timestamp_seconds"] == 0
    for one in books.values():
        await one.close()


async def test_money_that_does_not_add_up_is_told_in_pence(books: dict[str, LedgerUnderTest]) -> None:
    await books[CHANGED].forge(
        "UPDATE journal_leg SET amount_pence = amount_pence + 7"
        " WHERE council = $1 AND sequence = 2 AND amount_pence > 0"
    )

    code, _ = await verify(books[CHANGED], CHANGED)

    assert code == 1
    assert (await told(books[CHANGED], "ledger-apart"))[CHANGED]["debits_less_credits_pence"] == 7
    for one in books.values():
        await one.close()


async def test_budgets_and_open_funds_are_counted_without_saying_whose(books: dict[str, LedgerUnderTest]) -> None:
    ledger = books[WHOLE]
    await Measures("ledger-counted", ledger.runtime.ops_engine, SERVICE.measures).take()

    lines = [line for line in generate_latest().decode().splitlines() if 'service="ledger-counted"' in line]

    assert 'braid_budgets{service="ledger-counted"} 6.0' in lines
    funds = {line for line in lines if line.startswith("braid_funds_open{")}
    assert sum(float(line.rpartition(" ")[2]) for line in funds) == 6
    assert all('stream="' in line for line in funds)
    for one in books.values():
        await one.close()


async def test_operations_may_count_budgets_and_see_none(books: dict[str, LedgerUnderTest]) -> None:
    for query in ("SELECT person_id FROM budget", "SELECT fund_id FROM fund", "SELECT amount_pence FROM fund_version"):
        async with books[WHOLE].runtime.ops_engine.connect() as db:
            with pytest.raises(ProgrammingError, match="permission denied"):
                await db.execute(text(query))
    for one in books.values():
        await one.close()
