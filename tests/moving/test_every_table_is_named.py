"""Every table of every service moves with its council or is named as staying, with the reason."""

import asyncpg
import pytest

from braid.command_line.embedded_platform import Databases
from braid.command_line.services import SERVICES, definition_of
from braid.kit.moving.catalogue import NotDeclared, tables_that_move
from braid.kit.moving.declared import STAYS_EVERYWHERE, Moving
from braid.kit.roles import Roles
from braid.kit.row_level_security import guard_by_council, let_owner_act
from tests.ledger.ledger_under_test import connected
from tests.ledger.test_council_guard import url_of


async def all_tables(db: asyncpg.Connection) -> set[str]:
    return {row["tablename"] for row in await db.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}


@pytest.mark.parametrize("service", SERVICES)
async def test_each_table_moves_or_is_named_as_staying_with_its_reason(databases: Databases, service: str) -> None:
    moving = definition_of(service).moving
    async with connected(url_of(databases, service, "superuser")) as db:
        moved = [table.name for table in await tables_that_move(db, moving)]

        assert {*moved, *moving.all_that_stays} == await all_tables(db)
    assert not set(moved) & set(moving.all_that_stays)
    assert all(moving.all_that_stays.values())


@pytest.mark.parametrize("service", SERVICES)
async def test_the_owner_may_act_for_a_council_on_every_table_that_moves(databases: Databases, service: str) -> None:
    """Whoever adds a guarded table lets the owner act on it (`let_owner_act`), or its rows would be left behind."""
    async with connected(url_of(databases, service, "superuser")) as db:
        moved = [table.name for table in await tables_that_move(db, definition_of(service).moving)]
        rows = await db.fetch(
            "SELECT c.relname AS name FROM pg_class AS c WHERE c.relname = ANY ($1) AND c.relrowsecurity AND NOT EXISTS"
            " (SELECT FROM pg_policies AS p WHERE p.tablename = c.relname AND p.cmd = 'ALL' AND $2 = ANY (p.roles))",
            moved,
            Roles(service).owner,
        )
    assert [row["name"] for row in rows] == []


async def test_a_table_that_nobody_named_stops_every_move(databases: Databases) -> None:
    async with connected(url_of(databases, "ras", "superuser")) as db:
        await db.execute("CREATE TABLE jotting (words text PRIMARY KEY)")

        with pytest.raises(NotDeclared, match="whether these tables move with a council: jotting"):
            await tables_that_move(db, Moving())


async def test_a_new_table_of_a_council_moves_by_itself(databases: Databases) -> None:
    async with connected(url_of(databases, "ras", "superuser")) as db:
        await db.execute("CREATE TABLE jotting (jotting_id uuid PRIMARY KEY, council text NOT NULL)")

        moved = [table.name for table in await tables_that_move(db, Moving())]

    assert "jotting" in moved
    assert not set(moved) & set(STAYS_EVERYWHERE)


async def test_a_table_that_the_owner_may_not_act_on_stops_every_move(databases: Databases) -> None:
    """Its rows would be left behind, and nobody would know."""
    async with connected(databases.owner_url("ras").replace("+asyncpg", "")) as db:
        await db.execute("CREATE TABLE jotting (jotting_id uuid PRIMARY KEY, council text NOT NULL)")
        for statement in guard_by_council("jotting", Roles("ras").app):
            await db.execute(statement)
        with pytest.raises(NotDeclared, match="the owner may not act for a council on these tables: jotting"):
            await tables_that_move(db, Moving())

        await db.execute(let_owner_act("jotting", Roles("ras").app, Roles("ras").owner))
        assert "jotting" in {table.name for table in await tables_that_move(db, Moving())}


async def test_what_is_said_of_a_table_that_is_not_there_is_refused(databases: Databases) -> None:
    async with connected(url_of(databases, "ras", "superuser")) as db:
        with pytest.raises(NotDeclared, match="these tables are not there: jotting"):
            await tables_that_move(db, Moving(stays={"jotting": "gone since"}))
