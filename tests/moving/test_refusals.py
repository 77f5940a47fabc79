"""What is not moved, and the one line that says why; nothing is left of it afterwards."""

import json
import shutil
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from braid.kit.moving.archive import MANIFEST, NotMoved, sha256_of
from tests.ledger.ledger_under_test import connected
from tests.ledger.test_council_guard import url_of
from tests.moving.conftest import LEAVING
from tests.moving.installations import Installation, a_ledger, quiet


async def superuser(installation: Installation, service: str, statement: str, *values: object) -> None:
    async with connected(url_of(installation.databases, service, "superuser")) as db:
        await db.execute(statement, *values)


def changed(manifest: Path, **said: object) -> None:
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | said))


async def nothing_came(target: Installation, service: str = "ledger") -> bool:
    return not any((await target.rows_of(service, LEAVING)).values())


async def test_a_council_whose_events_wait_does_not_leave(source: Installation) -> None:
    async with a_ledger(source, LEAVING) as ledger:
        await ledger.open_fund()

    with pytest.raises(NotMoved, match=f"ledger: {LEAVING} is not quiet: [1-9] events that wait to be told"):
        await source.export("ledger", LEAVING)

    assert not source.folder.exists() or not list(source.folder.iterdir())


@pytest.mark.parametrize(
    ("value", "what"),
    [
        (f'{{"council": "{LEAVING}"}}'.encode(), "1 open dead letters"),
        (b"\xff", "1 open dead letters whose council nobody can read"),
    ],
)
async def test_a_council_with_an_open_dead_letter_does_not_leave(source: Installation, value: bytes, what: str) -> None:
    """Nor does any while there is a letter that may be its own."""
    await superuser(
        source,
        "ras",
        "INSERT INTO dead_letter (consumer, position, topic, headers, value, cause, error, attempts)"
        " VALUES ('ras', 'braid.assessment.v1/0/1', 'braid.assessment.v1', '[]', $1, 'x', 'x', 1)",
        value,
    )

    with pytest.raises(NotMoved, match=f"ras: {LEAVING} is not quiet: {what}"):
        await source.export("ras", LEAVING)


async def test_a_council_whose_webhooks_wait_does_not_leave(source: Installation) -> None:
    await superuser(
        source,
        "webhooks",
        "INSERT INTO delivery (delivery_id, council, subscription_id, event_id, event_type, state, body, due_at,"
        " attempts, tries) VALUES ($1, $2, $1, $1, 't', 'waiting', '', now(), 0, 0)",
        uuid4(),
        LEAVING,
    )

    with pytest.raises(NotMoved, match="1 webhooks that wait to be sent"):
        await source.export("webhooks", LEAVING)


async def test_there_is_nothing_of_a_council_that_nobody_knows(source: Installation) -> None:
    with pytest.raises(NotMoved, match="ledger: there is nothing of E10999998"):
        await source.export("ledger", "E10999998")


async def test_an_archive_is_not_written_over(books: Path, source: Installation) -> None:
    with pytest.raises(NotMoved, match="is there already"):
        await source.export("ledger", LEAVING)


def test_an_archive_is_its_owners_alone_to_read(books: Path) -> None:
    assert books.stat().st_mode & 0o077 == 0
    assert all(file.stat().st_mode & 0o077 == 0 for file in books.iterdir())


async def test_another_services_archive_is_refused(books: Path, target: Installation) -> None:
    with pytest.raises(NotMoved, match="is of ledger, and not of ras"):
        await target.take_in("ras", books)


async def test_another_migrations_archive_is_refused(books: Path, target: Installation) -> None:
    changed(books / MANIFEST, revision="0003")

    with pytest.raises(NotMoved, match="the archive was taken at migration 0003, and this database is at"):
        await target.take_in("ledger")
    assert await nothing_came(target)


async def test_another_format_is_refused(books: Path, target: Installation) -> None:
    changed(books / MANIFEST, format=2)

    with pytest.raises(NotMoved, match="the archive is of format 2, this code reads 1"):
        await target.take_in("ledger")


@pytest.mark.parametrize("damage", ["a byte", "the end", "the file", "one more"])
async def test_a_damaged_archive_is_refused(books: Path, target: Installation, damage: str) -> None:
    file = books / "journal_leg.csv"
    content = file.read_bytes()
    match damage:
        case "a byte":
            file.write_bytes(content.replace(b"1300000", b"1300001", 1))
        case "the end":
            file.write_bytes(content[: content.rindex(b"\n", 0, -1) + 1])
        case "the file":
            file.unlink()
        case _:
            (books / "jotting.csv").write_text("words\n")

    with pytest.raises(NotMoved, match=r"journal_leg\.csv|jotting\.csv"):
        await target.take_in("ledger")
    assert await nothing_came(target)


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"format": 1}', b"\xff"])
async def test_a_manifest_that_cannot_be_read_is_refused(books: Path, target: Installation, content: bytes) -> None:
    (books / MANIFEST).write_bytes(content)

    with pytest.raises(NotMoved, match=r"manifest\.json is damaged"):
        await target.take_in("ledger")


async def test_an_archive_that_is_not_there_is_refused(target: Installation) -> None:
    with pytest.raises(NotMoved, match=r"manifest\.json: No such file"):
        await target.take_in("ledger")


async def rewritten(books: Path, table: str, before: bytes, after: bytes) -> None:
    """A file changed by somebody who mends its digest in the manifest as well."""
    file = books / f"{table}.csv"
    content = file.read_bytes()
    assert before in content
    file.write_bytes(content.replace(before, after, 1))
    told = json.loads((books / MANIFEST).read_text())
    told["tables"][table]["sha256"] = sha256_of(file)
    (books / MANIFEST).write_text(json.dumps(told))


async def test_legs_that_do_not_balance_are_refused_by_the_database_itself(books: Path, target: Installation) -> None:
    await rewritten(books, "journal_leg", b"1300000", b"1300001")

    with pytest.raises(NotMoved, match="do not balance"):
        await target.take_in("ledger")
    assert await nothing_came(target)


async def test_a_row_of_another_council_is_refused(books: Path, target: Installation) -> None:
    await rewritten(books, "budget", LEAVING.encode(), b"E10100009")

    with pytest.raises(NotMoved, match=r"budget\.csv has 1 rows of another council"):
        await target.take_in("ledger")
    assert await nothing_came(target)


async def test_fewer_rows_than_the_manifest_says_are_refused(books: Path, target: Installation) -> None:
    told = json.loads((books / MANIFEST).read_text())
    told["tables"]["fund"]["rows"] += 1
    (books / MANIFEST).write_text(json.dumps(told))

    with pytest.raises(NotMoved, match="fund would not be as the archive tells it"):
        await target.take_in("ledger")
    assert await nothing_came(target)


async def test_a_council_that_is_there_is_never_merged(books: Path, target: Installation) -> None:
    await target.take_in("ledger")
    before = await target.rows_of("ledger", LEAVING)

    with pytest.raises(
        NotMoved, match=f"{LEAVING} is here already: [a-z_]+ has rows of it, and nothing is ever merged"
    ):
        await target.take_in("ledger")

    assert await target.rows_of("ledger", LEAVING) == before


async def test_one_row_of_the_council_is_enough_to_refuse_it(books: Path, target: Installation) -> None:
    await superuser(target, "ledger", "INSERT INTO code_mapping VALUES ($1, 1, '{}', 'jo', now())", LEAVING)

    with pytest.raises(NotMoved, match="code_mapping has rows of it"):
        await target.take_in("ledger")


async def test_a_row_that_another_council_has_is_refused(
    books: Path, source: Installation, target: Installation
) -> None:
    """An id is nobody else's in the whole installation."""
    async with connected(url_of(source.databases, "ledger", "superuser")) as db:
        budget = await db.fetchval("SELECT budget_id FROM budget WHERE council = $1 LIMIT 1", LEAVING)
    await superuser(
        target,
        "ledger",
        "INSERT INTO budget (budget_id, council, person_id, opened_on) VALUES ($1, 'E10100077', $1, '2009-04-06')",
        budget,
    )

    with pytest.raises(NotMoved, match="budget: a row is here already, under another council"):
        await target.take_in("ledger")
    assert await nothing_came(target)


async def test_no_trigger_is_put_out_of_action_and_no_right_is_given_for_a_move(
    books: Path, target: Installation
) -> None:
    async def guards() -> list[asyncpg.Record]:
        async with connected(url_of(target.databases, "ledger", "superuser")) as db:
            triggers = await db.fetch(
                "SELECT tgrelid::regclass::text, tgname, tgenabled::text FROM pg_trigger ORDER BY 1, 2"
            )
            policies = await db.fetch("SELECT tablename, policyname, roles::text FROM pg_policies ORDER BY 1, 2")
        return [*triggers, *policies]

    before = await guards()
    await target.take_in("ledger")

    assert await guards() == before


async def test_who_took_the_record_out_and_who_took_it_in_is_in_the_access_records(
    books: Path, target: Installation
) -> None:
    await target.take_in("ledger")

    async with connected(url_of(target.databases, "ledger", "superuser")) as db:
        rows = await db.fetch(
            "SELECT subject, action, method, route, reason FROM access_record WHERE council = $1 ORDER BY recorded_at",
            LEAVING,
        )
    why = "The council changes its installation"
    assert [tuple(row) for row in rows] == [
        ("operations:jo", "move-council", "COMMAND", "braid council export", why),
        ("operations:jo", "move-council", "COMMAND", "braid council import", why),
    ]


async def test_messages_handled_before_are_handled_once_there_too(source: Installation, target: Installation) -> None:
    """Whose message it was is known from the transaction; nobody else's goes along."""
    ours, others = uuid4(), uuid4()
    for council, event in ((LEAVING, ours), ("E10100055", others)):
        async with connected(url_of(source.databases, "ras", "app")) as db, db.transaction():
            await db.execute("SELECT set_config('braid.council', $1, true)", council)
            await db.execute("INSERT INTO inbox (consumer, event_id) VALUES ('ras', $1)", event)
    await source.export("ras", LEAVING)
    await target.take_in("ras")

    async with connected(url_of(target.databases, "ras", "superuser")) as db:
        assert [row["event_id"] for row in await db.fetch("SELECT event_id FROM inbox")] == [ours]


async def test_what_was_begun_and_not_ended_is_no_archive(books: Path, source: Installation, tmp_path: Path) -> None:
    """A leftover of an export that died is not taken for one, and is in nobody's way."""
    shutil.rmtree(books)
    left_over = source.folder / ".ledger.being-written"
    left_over.mkdir()
    (left_over / "budget.csv").write_text("half")
    await quiet(source, "ledger")

    await source.export("ledger", LEAVING)

    assert not left_over.exists()
    assert (books / MANIFEST).exists()
