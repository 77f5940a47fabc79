"""A ledger moves: every row, the chain to the byte, and what is posted where it arrives goes on from there."""

from pathlib import Path
from uuid import uuid4

from braid.kit.moving.archive import Manifest
from services.ledger.domain.hash_chain import Head
from services.ledger.domain.journal import reversal_of
from services.ledger.posting.columns import Posting
from tests.ledger.ledger_under_test import connected
from tests.ledger.test_council_guard import url_of
from tests.moving.conftest import LEAVING, LIVING_THERE
from tests.moving.installations import Installation, a_ledger, quiet


async def head_of(installation: Installation, council: str) -> Head:
    async with a_ledger(installation, council) as ledger:
        proof = await ledger.proof()
    assert proof.holds, proof
    assert proof.head
    return proof.head


async def lived_in(installation: Installation) -> None:
    """Another council has books here already, whose accounts have the first numbers."""
    async with a_ledger(installation, LIVING_THERE) as other:
        for _ in range(4):
            await other.open_fund(amount_pence=77_700)
    await quiet(installation, "ledger")


async def test_every_row_arrives_and_the_other_councils_stay_as_they_are(
    books: Path, source: Installation, target: Installation
) -> None:
    await lived_in(target)
    others = await target.rows_of("ledger", LIVING_THERE)

    await target.take_in("ledger")

    left, came = await source.rows_of("ledger", LEAVING), await target.rows_of("ledger", LEAVING)
    # The import leaves one record of itself.
    assert len(came["access_record"]) == len(left["access_record"]) + 1
    assert set(left.pop("access_record")) < set(came.pop("access_record"))
    assert came == left
    assert len(came["journal_leg"]) > 0
    assert await target.rows_of("ledger", LIVING_THERE) == others


async def test_the_chain_is_the_same_to_the_byte_and_is_proved(
    books: Path, source: Installation, target: Installation
) -> None:
    await lived_in(target)
    kept_elsewhere = await head_of(source, LEAVING)

    await target.take_in("ledger")

    async with a_ledger(target, LEAVING) as ledger:
        proof = await ledger.proof(kept_elsewhere)
    assert proof.holds, proof
    assert proof.head == kept_elsewhere
    assert await head_of(target, LIVING_THERE)


async def test_accounts_opened_later_get_numbers_that_nobody_has(books: Path, target: Installation) -> None:
    await lived_in(target)
    await target.take_in("ledger")

    async with a_ledger(target, LEAVING) as ledger, a_ledger(target, LIVING_THERE) as other:
        for _ in range(3):
            await other.open_fund(amount_pence=5_000)
            await ledger.open_fund(amount_pence=6_000)

    assert (await head_of(target, LEAVING)).sequence == 6
    assert (await head_of(target, LIVING_THERE)).sequence == 7
    async with connected(url_of(target.databases, "ledger", "superuser")) as db:
        rows = await db.fetch(
            "SELECT a.account_id - coalesce(h.accounts_from, 0) AS number FROM account AS a"
            " JOIN chain_head AS h USING (council) WHERE a.council = $1",
            LEAVING,
        )
    assert len({row["number"] for row in rows}) == len(rows), "each account has one number in the chain"


async def test_an_entry_that_moved_is_reversed_where_it_arrived(books: Path, target: Installation) -> None:
    await lived_in(target)
    await target.take_in("ledger")

    async with a_ledger(target, LEAVING) as ledger:
        async with ledger.as_app() as db:
            budget = await db.fetchrow("SELECT person_id FROM budget ORDER BY budget_id LIMIT 1")
        entry = (await ledger.entries(budget["person_id"]))[0].entry
        undone = reversal_of(entry, entry_id=uuid4(), reason="The award was never made")
        [answer] = await ledger.post(Posting(undone))

        assert answer.refusal is None
        assert (await ledger.proof()).holds


async def test_a_council_moves_on_from_where_it_moved_to(
    books: Path, source: Installation, target: Installation, tmp_path: Path
) -> None:
    await lived_in(target)
    await target.take_in("ledger")
    onward = Installation(target.databases, tmp_path / "onward")
    again = await onward.export("ledger", LEAVING)

    first = Manifest.read(books).tables
    other = {name for name, table in again.tables.items() if table != first[name]}
    assert other == {"access_record"}, "all else makes the same files, byte by byte"


async def test_numbers_in_other_rows_come_in_their_order(source: Installation, target: Installation) -> None:
    """Rows that a database numbers are read in that order: the latest holds."""
    async with connected(url_of(source.databases, "ledger", "superuser")) as db:
        for figure in (10, 30, 20):
            await db.execute(
                "INSERT INTO council_figure (council, name, figure, set_by, reason) VALUES ($1, 'n', $2, 'jo', 'r')",
                LEAVING,
                figure,
            )
    await source.export("ledger", LEAVING)
    await target.take_in("ledger")

    async with connected(url_of(target.databases, "ledger", "superuser")) as db:
        rows = await db.fetch("SELECT figure FROM council_figure WHERE council = $1 ORDER BY figure_id", LEAVING)
    assert [row["figure"] for row in rows] == [10, 30, 20]
