"""PostgreSQL killed under load: every entry that was acknowledged is there after a restart, and no half of another."""

import asyncio
from uuid import UUID

import asyncpg

from braid.command_line.embedded_platform import Databases
from braid.kit.private_postgres import PrivatePostgres
from services.ledger.domain.journal import Entry
from services.ledger.main import SERVICE
from tests.ledger.ledger_under_test import LedgerUnderTest
from tests.ledger.proof.poster import LOST, Poster, a_payment, posters
from tests.real_parts.databases import PASSWORDS

COUNCIL = "E10000001"
#: So many batches are acknowledged before the kill, while others are on their way.
ACKNOWLEDGED = 25


def test_a_server_killed_under_load_has_every_acknowledged_batch_and_no_half_of_another(
    second_server: PrivatePostgres,
) -> None:
    databases = Databases(second_server.admin_url(), PASSWORDS)
    asyncio.run(databases.prepare(SERVICE))
    databases.migrate(SERVICE)

    acknowledged, lost = asyncio.run(killed_under_load(second_server, databases))
    second_server.start()
    there = asyncio.run(entries_there(Databases(second_server.admin_url(), PASSWORDS)))

    assert lost, "nothing was on its way when the server was killed"
    assert [batch for batch in acknowledged if not ids(batch) <= there] == []
    assert [batch for batch in lost if ids(batch) & there and not ids(batch) <= there] == []


async def killed_under_load(
    server: PrivatePostgres, databases: Databases
) -> tuple[list[list[Entry]], list[list[Entry]]]:
    ledger = LedgerUnderTest(databases, council=COUNCIL)
    fund = await ledger.open_fund(amount_pence=10**9)
    acknowledged: list[list[Entry]] = []
    lost: list[list[Entry]] = []
    enough = asyncio.Event()

    async def send(poster: Poster) -> None:
        while True:
            batch = [a_payment(fund, 5) for _ in range(20)]
            try:
                answers = await poster.post(*batch)
            except LOST:
                lost.append(batch)
                return
            assert set(answers) == {"posted"}
            acknowledged.append(batch)
            if len(acknowledged) >= ACKNOWLEDGED:
                enough.set()

    async with posters(ledger.url("app"), COUNCIL, 4) as workers:
        sending = asyncio.gather(*(send(worker) for worker in workers))
        await enough.wait()
        await asyncio.to_thread(server.kill)
        await sending
    await ledger.close()
    return acknowledged, lost


async def entries_there(databases: Databases) -> set[UUID]:
    """The ids of the payments that are there, once the journal was proved whole."""
    ledger = LedgerUnderTest(databases, council=COUNCIL)
    try:
        proof = await ledger.proof()
        assert proof.holds, proof
        async with ledger.as_app() as db:
            rows = await db.fetch("SELECT entry_id FROM journal_entry WHERE kind = 'payment'")
        return {row["entry_id"] for row in rows}
    except asyncpg.PostgresError as error:
        raise AssertionError("the server does not answer after its restart") from error
    finally:
        await ledger.close()


def ids(batch: list[Entry]) -> set[UUID]:
    return {entry.entry_id for entry in batch}
