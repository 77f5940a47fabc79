"""Migrations since the last release leave all that its code relies on, or say what they take away and why they may."""

import asyncio
from pathlib import Path

import asyncpg
import pytest
from alembic.script import ScriptDirectory

from braid.command_line.embedded_platform import Databases
from braid.command_line.services import SERVICES, definition_of
from braid.kit.database import plain_url
from braid.kit.migrations import alembic_config, code_served_at, head_of, released_of, upgrade
from braid.kit.private_postgres import PrivatePostgres
from tests.real_parts.databases import PASSWORDS
from tests.upgrading.catalogue import Catalogue, catalogue_of, taken_away


def history_of(service: str) -> ScriptDirectory:
    package = definition_of(service).package
    return ScriptDirectory.from_config(alembic_config("postgresql://nowhere", package))


@pytest.mark.parametrize("service", SERVICES)
def test_the_code_of_the_last_release_is_served_by_a_database_of_this_one(service: str) -> None:
    """While this release is rolled out, and when it is gone back from."""
    package = definition_of(service).package

    served = code_served_at(history_of(service), head_of(package))

    assert released_of(package) in served, "each migration since the release states oldest_code, and no later one"


@pytest.mark.parametrize("service", SERVICES)
def test_what_the_last_release_relies_on_is_there_or_said_to_be_unused(service: str, postgres: PrivatePostgres) -> None:
    package = definition_of(service).package
    since = list(history_of(service).iterate_revisions(head_of(package), released_of(package)))
    stated = {name: why for each in since for name, why in getattr(each.module, "takes_away", {}).items()}
    if not since:
        return
    databases = Databases(postgres.admin_url(), PASSWORDS, "_only_adds")
    asyncio.run(databases.prepare(definition_of(service)))
    owner = databases.owner_url(service)
    upgrade(owner, package, released_of(package))
    before = asyncio.run(read(owner))
    upgrade(owner, package)

    taken = taken_away(before, asyncio.run(read(owner)))

    assert [each for each in taken if each.split(": ")[0] not in stated] == []
    assert set(stated) <= {each.split(": ")[0] for each in taken}, "nothing is stated that is not so"
    assert all(len(why.split()) > 2 for why in stated.values()), "since which release nothing uses it"


async def read(url: str) -> Catalogue:
    db = await asyncpg.connect(plain_url(url))
    try:
        return await catalogue_of(db)
    finally:
        await db.close()


async def taken_by(databases: Databases, *statements: str) -> list[str]:
    """What statements take away from a database of ours, which has them for this question only."""
    owner = await asyncpg.connect(plain_url(databases.owner_url("ras")))
    try:
        transaction = owner.transaction()
        await transaction.start()
        before = await catalogue_of(owner)
        for statement in statements:
            await owner.execute(statement)
        after = await catalogue_of(owner)
        await transaction.rollback()
        return taken_away(before, after)
    finally:
        await owner.close()


@pytest.mark.parametrize(
    ("statement", "taken"),
    [
        ("ALTER TABLE allocation DROP COLUMN notes", "column allocation.notes"),
        ("ALTER TABLE allocation RENAME COLUMN notes TO remarks", "column allocation.notes"),
        ("ALTER TABLE allocation ALTER version TYPE numeric", "column allocation.version: was bigint NOT NULL, is"),
        ("ALTER TABLE allocation ALTER days SET NOT NULL", "column allocation.days: was jsonb, is jsonb NOT NULL"),
        ("ALTER TABLE allocation ALTER notes DROP NOT NULL", "column allocation.notes: was jsonb NOT NULL, is jsonb"),
        ("ALTER TABLE allocation ALTER recorded_at DROP DEFAULT", "column allocation.recorded_at: was"),
        ("ALTER TABLE allocation ADD extra text NOT NULL", "column allocation.extra: is new and must be filled"),
        ("ALTER TABLE allocation ADD CHECK (version < 9)", "constraint allocation.allocation_version_check: is new"),
        ("CREATE UNIQUE INDEX one_a_day ON allocation (as_of)", "unique index one_a_day: is new"),
        ("DROP TABLE settlement", "table settlement"),
        ("ALTER TABLE settlement RENAME TO final_figure", "table settlement"),
        ("DROP FUNCTION forget_person(uuid)", "function forget_person(forgotten uuid)"),
        ("DROP POLICY own_council ON allocation", "policy allocation.own_council for ras_app"),
        ("ALTER POLICY own_council ON allocation USING (false)", "policy allocation.own_council for ras_app: was"),
        ("CREATE POLICY more ON allocation USING (true)", "policy allocation.more for public: is new"),
        ("ALTER TABLE allocation DISABLE ROW LEVEL SECURITY", "table allocation: was row security"),
        ("REVOKE INSERT ON allocation FROM ras_app", "right INSERT of ras_app on allocation"),
        (
            "CREATE TRIGGER never BEFORE UPDATE ON allocation EXECUTE FUNCTION suppress_redundant_updates_trigger()",
            "trigger allocation.never: is new",
        ),
    ],
)
async def test_what_takes_something_away_is_seen(databases: Databases, statement: str, taken: str) -> None:
    found = await taken_by(databases, statement)

    assert any(each.startswith(taken) for each in found), found


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE more (id bigint PRIMARY KEY, word text NOT NULL CHECK (word <> ''))",
        "ALTER TABLE allocation ADD extra text",
        "ALTER TABLE allocation ADD extra text NOT NULL DEFAULT ''",
        "ALTER TABLE allocation ADD extra bigint GENERATED ALWAYS AS IDENTITY",
        "CREATE INDEX sooner ON allocation (as_of)",
        "CREATE FUNCTION more() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "GRANT DELETE ON allocation TO ras_app",
        "CREATE POLICY more ON allocation TO ras_ops USING (true)",
    ],
)
async def test_what_only_adds_takes_nothing_away(databases: Databases, statement: str) -> None:
    assert await taken_by(databases, statement) == []


async def test_another_body_of_the_same_function_takes_nothing_away(databases: Databases) -> None:
    """Whether it does the same is for its own tests."""
    body = "CREATE OR REPLACE FUNCTION forget_person(forgotten uuid) RETURNS uuid[] LANGUAGE sql SECURITY DEFINER AS"

    assert await taken_by(databases, f"{body} 'SELECT ARRAY[]::uuid[]'") == []


@pytest.mark.parametrize("service", SERVICES)
def test_migrations_are_found_by_the_number_that_their_file_begins_with(service: str) -> None:
    """So code can tell, without Alembic, which migrations it knows."""
    for migration in history_of(service).walk_revisions():
        assert Path(migration.path).name.startswith(f"{migration.revision}_")
