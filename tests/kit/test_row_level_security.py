"""What each database role may not do, tried on every messaging table: the database refuses it, whatever code asks."""

from collections.abc import Mapping
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from braid.kit.row_level_security import SET_COUNCIL
from tests.kit.example_service import COUNCIL, OTHER_COUNCIL, ROLES, ExampleService, NumberSent, tables

TABLES = tuple(tables.names)
APP_MAY_NOT = [
    *(("SELECT 1 FROM " + name) for name in ("outbox", "inbox")),
    *(f"DELETE FROM {name}" for name in TABLES),
    *(f"TRUNCATE {name}" for name in TABLES),
    "UPDATE outbox SET published_at = now()",
    "UPDATE inbox SET recorded_at = now()",
    "UPDATE dead_letter SET value = ''",
    "UPDATE dead_letter SET council = DEFAULT",
    "UPDATE dead_letter SET cause = ''",
    "UPDATE parked_key SET key = ''",
    "UPDATE idempotency_key SET key = 'x'",
    "UPDATE idempotency_key SET council = 'x'",
    "UPDATE idempotency_key SET fingerprint = ''",
    "UPDATE forgotten_person SET messages_gone_at = now()",
    "SELECT forget_messages()",
    "UPDATE noted SET number = 0",
    "DELETE FROM noted",
]
OPS_MAY_NOT = [
    "SELECT 1 FROM noted",
    "INSERT INTO outbox (event_id, topic, headers) VALUES (gen_random_uuid(), 't', '{}')",
    "UPDATE outbox SET value = ''",
    "UPDATE outbox SET council = ''",
    "UPDATE dead_letter SET value = ''",
    "DELETE FROM dead_letter",
    "SELECT 1 FROM forgotten_person",
    "DELETE FROM forgotten_person",
    "SELECT forget_person(gen_random_uuid())",
    "UPDATE idempotency_key SET body = ''",
]
NOBODY_MAY = [
    f"SET ROLE {ROLES.owner}",
    "SET ROLE braid",
    "SET SESSION AUTHORIZATION braid",
    *(f"ALTER TABLE {name} DISABLE ROW LEVEL SECURITY" for name in ("outbox", "idempotency_key", "noted")),
    "DROP POLICY own_council ON noted",
    "CREATE TABLE mine (id integer)",
    "CREATE ROLE mine SUPERUSER",
    f"ALTER ROLE {ROLES.app} BYPASSRLS",
    "COPY noted TO PROGRAM 'cat'",
]


@pytest.mark.parametrize("statement", [*APP_MAY_NOT, *NOBODY_MAY, f"SET ROLE {ROLES.ops}"])
async def test_the_applications_role_is_refused(example: ExampleService, statement: str) -> None:
    await is_refused(example.app, statement)


@pytest.mark.parametrize("statement", [*OPS_MAY_NOT, *NOBODY_MAY, f"SET ROLE {ROLES.app}"])
async def test_the_operations_role_is_refused(example: ExampleService, statement: str) -> None:
    await is_refused(example.ops, statement)


async def is_refused(engine: AsyncEngine, statement: str) -> None:
    async with engine.connect() as db:
        await db.execute(text(SET_COUNCIL), {"council": COUNCIL})
        with pytest.raises(DBAPIError) as refused:
            await db.execute(text(statement))
    assert refused.value.orig
    # Insufficient privilege; or a role that does not exist, in whatever way the superuser is named here.
    assert getattr(refused.value.orig, "sqlstate", None) in {"42501", "22023"}


async def test_no_role_of_the_service_bypasses_row_level_security(example: ExampleService) -> None:
    async with example.app.connect() as db:
        query = text("SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles")
        roles = {row.rolname: tuple(row)[1:] for row in await db.execute(query)}
    assert {roles[name] for name in (ROLES.app, ROLES.ops, ROLES.owner)} == {(False, False, False, False)}


async def test_row_level_security_binds_even_the_owner_of_the_tables(example: ExampleService) -> None:
    async with example.app.connect() as db:
        query = text("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
        guarded = set((await db.execute(query)).scalars())
    assert guarded == {
        "outbox",
        "inbox",
        "dead_letter",
        "idempotency_key",
        "forgotten_person",
        "access_record",
        "noted",
    }


BURY = text(
    "INSERT INTO dead_letter (consumer, position, topic, headers, value, cause, error, attempts)"
    " VALUES ('c', :position, 't', '[]', :value, 'x', 'x', 1)"
)


@pytest.mark.parametrize(
    ("value", "seen_by"),
    [
        (f'{{"council": "{COUNCIL}"}}'.encode(), [COUNCIL]),
        (f'{{"council": "{OTHER_COUNCIL}"}}'.encode(), [OTHER_COUNCIL]),
        (b'{"council": ""}', []),
        (b'{"council": null}', []),
        (b'["council"]', []),
        (b"{", []),
        (b"\xff", []),
        (b"[" * 100_000, []),
        (None, []),
    ],
)
async def test_a_letter_is_seen_and_resolved_by_the_council_that_it_names_alone(
    example: ExampleService, value: bytes | None, seen_by: list[str]
) -> None:
    async with example.units.for_council("") as work:
        await work.session.execute(BURY, {"position": str(uuid4()), "value": value})
        await work.commit()

    found = []
    for council in (COUNCIL, OTHER_COUNCIL, ""):
        async with example.units.for_council(council) as work:
            resolved = await work.session.execute(text("UPDATE dead_letter SET resolved_at = now()"))
            if await work.session.scalar(text("SELECT count(*) FROM dead_letter")):
                found.append(council)
            assert resolved.rowcount == (council in seen_by)  # type: ignore[attr-defined]
    assert found == seen_by


async def test_another_councils_idempotency_keys_are_not_seen(example: ExampleService) -> None:
    await remember_an_answer(example, COUNCIL)
    assert await count_idempotency_keys(example, COUNCIL) == 1
    assert await count_idempotency_keys(example, OTHER_COUNCIL) == 0
    assert await count_idempotency_keys(example, "") == 0


async def test_another_councils_idempotency_keys_are_not_changed(example: ExampleService) -> None:
    await remember_an_answer(example, COUNCIL)
    async with example.units.for_council(OTHER_COUNCIL) as work:
        changed = await work.session.execute(text("UPDATE idempotency_key SET status = 500"))
        assert changed.rowcount == 0  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO idempotency_key (council, caller, key, fingerprint) VALUES (:council, 'c', 'k', '')",
        "INSERT INTO outbox (event_id, council, topic, headers) VALUES (gen_random_uuid(), :council, 't', '{}')",
        "INSERT INTO noted (council, person_id, number) VALUES (:council, gen_random_uuid(), 1)",
    ],
)
async def test_nothing_is_written_for_another_council(example: ExampleService, statement: str) -> None:
    async with example.units.for_council(OTHER_COUNCIL) as work:
        with pytest.raises(DBAPIError, match="row-level security"):
            await work.session.execute(text(statement), {"council": COUNCIL})


async def test_an_event_of_another_council_is_not_published(example: ExampleService) -> None:
    async with example.units.for_council(OTHER_COUNCIL) as work:
        with pytest.raises(DBAPIError, match="row-level security"):
            await work.publish(NumberSent(person_id=uuid4(), council=COUNCIL, number=1))


@pytest.mark.parametrize("setting", ["", "SET LOCAL row_security = off"])
async def test_without_a_council_no_row_is_seen(example: ExampleService, setting: str) -> None:
    await remember_an_answer(example, COUNCIL)
    async with example.app.connect() as db:
        if not setting:
            assert await db.scalar(text("SELECT count(*) FROM idempotency_key")) == 0
            return
        await db.execute(text(setting))
        with pytest.raises(DBAPIError, match="would be affected by row-level security"):
            await db.scalar(text("SELECT count(*) FROM idempotency_key"))


async def test_a_pooled_connection_forgets_the_council_of_the_transaction_before(example: ExampleService) -> None:
    await remember_an_answer(example, COUNCIL)
    async with example.app.connect() as db:
        await db.execute(text(SET_COUNCIL), {"council": COUNCIL})
        await db.commit()
        assert await db.scalar(text("SELECT count(*) FROM idempotency_key")) == 0


async def remember_an_answer(service: ExampleService, council: str) -> None:
    row: Mapping[str, object] = {"council": council, "caller": "c", "key": "k", "fingerprint": b"", "status": 200}
    async with service.units.for_council(council) as work:
        await work.session.execute(tables.idempotency_key.insert().values(**row))
        await work.commit()


async def count_idempotency_keys(service: ExampleService, council: str) -> object:
    async with service.units.for_council(council) as work:
        return await work.session.scalar(text("SELECT count(*) FROM idempotency_key"))
