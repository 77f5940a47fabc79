"""No council sees or writes another's rows, on any table of any service; and every sum has room for eight bytes."""

import itertools
import re
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import ARRAY, Boolean, CheckConstraint, Column, Date, DateTime, Integer, LargeBinary, Table, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import make_url

from braid.command_line.embedded_platform import Databases
from braid.command_line.services import all_definitions
from braid.kit.roles import Roles
from tests.ledger.conftest import a_new_council
from tests.ledger.ledger_under_test import connected

SERVICES = [definition.name for definition in all_definitions()]

#: Tables that tell nothing of a council's people, what they hold, and all that the application's role may do with them.
UNGUARDED = {
    "parked_key": ("opaque keys that wait behind a dead letter, asked for one by one", {"SELECT", "INSERT"}),
    "alembic_version": ("the number of the migration", {"SELECT"}),
}
#: Such tables of one service.
UNGUARDED_IN = {
    "ledger": {"stream": ("numbers of the streams, which are public", {"SELECT"})},
    "support_planning": {
        "timed_council": (
            "councils that have timers, so that whoever looks for what is due asks each",
            {"SELECT", "INSERT"},
        )
    },
}
#: Guarded, and its council worked out from what it holds: `tests/kit/test_row_level_security.py` says who sees which.
WORKED_OUT = {"dead_letter"}
UNGUARDED_OF = {service: UNGUARDED | UNGUARDED_IN.get(service, {}) for service in SERVICES}
TABLES = [
    pytest.param(definition.name, table, id=f"{definition.name}.{table.name}")
    for definition in all_definitions()
    for table in definition.metadata.sorted_tables
    if "council" in table.columns and table.name not in {*UNGUARDED_OF[definition.name], *WORKED_OUT}
]

#: What constraints ask for, by table and column, where one of the values that they list will not do.
VALUES: dict[str, dict[str, Any]] = {
    "account": {"code": "council.bank"},
    "journal_entry": {"kind": "award"},
    "journal_block": {"link": bytes(32)},
    "fund_version": {"status": "confirmed"},
    "statutory_return": {"la_code": "503"},
    "payee_account": {"sort_code": "200000", "account_number": "12345678"},
}
#: Falling, so that a part of a sum is below it.
_ONES = itertools.count(30_000, -1)


def a_row(table: Table, council: str) -> dict[str, Any]:
    """A row that the table's constraints let pass."""
    needed = [
        column
        for column in table.columns
        if not column.nullable and column.server_default is None and column.identity is None
    ]
    row = {column.name: _listed(table, column) or _value(column) for column in needed}
    return row | VALUES.get(table.name, {}) | {"council": council}


def _listed(table: Table, column: Column[Any]) -> str | None:
    """The first of the values that a constraint lists for a column."""
    constraints = (str(each.sqltext) for each in table.constraints if isinstance(each, CheckConstraint))
    found = (re.search(rf"\b{column.name} IN \(\s*'([^']+)'", constraint) for constraint in constraints)
    return next((match.group(1) for match in found if match), None)


def _value(column: Column[Any]) -> Any:
    kinds: list[tuple[Any, Any]] = [
        (Uuid, uuid4()),
        (Boolean, False),
        (Integer, next(_ONES)),
        (Date, date(2009, 6, 1)),
        (DateTime, datetime.now(UTC)),
        (JSONB, "{}"),
        (LargeBinary, b"x"),
    ]
    if isinstance(column.type, ARRAY):
        return [_element(column.type)]
    fitting = [value for kind, value in kinds if isinstance(column.type, kind)]
    return fitting[0] if fitting else "text"


def _element(array: ARRAY[Any]) -> Any:
    return 100 if isinstance(array.item_type, Integer) else "text"


async def insert(db: asyncpg.Connection, table: Table, row: dict[str, Any]) -> None:
    places = ", ".join(f"${number}" for number in range(1, len(row) + 1))
    await db.execute(f"INSERT INTO {table.name} ({', '.join(row)}) VALUES ({places})", *row.values())


def url_of(databases: Databases, service: str, kind: str) -> str:
    settings = databases.settings_of(service)
    if kind == "superuser":
        name = Roles(service).database + databases.suffix
        return make_url(databases.admin_url).set(database=name).render_as_string(hide_password=False)
    assert settings.url is not None
    return settings.url.get_secret_value()


async def seen_by(db: asyncpg.Connection, table: Table, council: str) -> int | None:
    """How many of a council's rows a role sees; None where it may not even look."""
    try:
        return int(await db.fetchval(f"SELECT count(*) FROM {table.name} WHERE council = $1", council))
    except asyncpg.InsufficientPrivilegeError:
        return None


@pytest.mark.parametrize(("service", "table"), TABLES)
async def test_another_councils_rows_are_neither_seen_nor_written(
    shared_databases: Databases, service: str, table: Table
) -> None:
    """L31, on every table."""
    ours, theirs = a_new_council(), a_new_council()
    async with connected(url_of(shared_databases, service, "superuser")) as everybody:
        await everybody.execute("SET session_replication_role = replica")
        await insert(everybody, table, a_row(table, theirs))
        before = await everybody.fetch(f"SELECT * FROM {table.name} WHERE council = $1", theirs)
        async with connected(url_of(shared_databases, service, "app")) as app:
            await app.execute("SELECT set_config('braid.council', $1, false)", ours)

            assert await seen_by(app, table, theirs) in (0, None)
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await insert(app, table, a_row(table, theirs))
            for change in (f"UPDATE {table.name} SET council = council", f"DELETE FROM {table.name}"):
                assert await rows_changed(app, f"{change} WHERE council = $1", theirs) == 0

            if await seen_by(app, table, ours) is not None:
                await app.execute("SELECT set_config('braid.council', $1, false)", theirs)
                assert await seen_by(app, table, theirs) == 1, "the row is there for its own council"
        after = await everybody.fetch(f"SELECT * FROM {table.name} WHERE council = $1", theirs)

    assert len(before) == 1
    assert after == before


@pytest.mark.parametrize(("service", "table"), TABLES)
async def test_without_a_council_nothing_is_seen(shared_databases: Databases, service: str, table: Table) -> None:
    async with connected(url_of(shared_databases, service, "superuser")) as everybody:
        await everybody.execute("SET session_replication_role = replica")
        council = a_new_council()
        await insert(everybody, table, a_row(table, council))
    async with connected(url_of(shared_databases, service, "app")) as app:
        assert await seen_by(app, table, council) in (0, None)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await insert(app, table, a_row(table, council))


async def rows_changed(db: asyncpg.Connection, change: str, council: str) -> int:
    """How many rows a statement changed; none where it is not permitted."""
    try:
        return int((await db.execute(change, council)).split()[-1])
    except asyncpg.InsufficientPrivilegeError:
        return 0


@pytest.mark.parametrize("service", SERVICES)
async def test_every_table_with_a_council_is_guarded_even_from_its_owner(
    shared_databases: Databases, service: str
) -> None:
    async with connected(url_of(shared_databases, service, "superuser")) as db:
        rows = await db.fetch(
            "SELECT c.relname AS name, c.relrowsecurity AND c.relforcerowsecurity AS guarded, EXISTS ("
            "  SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'council' AND NOT attisdropped"
            ") AS of_a_council FROM pg_class c"
            " WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace"
        )

    guarded = {row["name"] for row in rows if row["guarded"]}
    assert guarded <= {row["name"] for row in rows if row["of_a_council"]}
    assert {row["name"] for row in rows} - guarded == set(UNGUARDED_OF[service])


@pytest.mark.parametrize(
    ("service", "table"), [(service, table) for service in SERVICES for table in UNGUARDED_OF[service]]
)
async def test_a_technical_table_gives_the_application_no_more_than_it_needs(
    shared_databases: Databases, service: str, table: str
) -> None:
    async with connected(url_of(shared_databases, service, "superuser")) as db:
        rights = await db.fetch(
            "SELECT privilege_type FROM information_schema.role_table_grants WHERE grantee = $1 AND table_name = $2",
            Roles(service).app,
            table,
        )

    assert {row["privilege_type"] for row in rights} == UNGUARDED_OF[service][table][1]


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("kind", ["app", "ops"])
async def test_no_role_of_a_running_service_can_step_around_the_guard(
    shared_databases: Databases, service: str, kind: str
) -> None:
    role = getattr(Roles(service), kind)
    async with connected(url_of(shared_databases, service, "superuser")) as db:
        can = await db.fetchrow(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = $1", role
        )
        owned = await db.fetchval("SELECT count(*) FROM pg_tables WHERE tableowner = $1", role)
        member_of = await db.fetchval(
            "SELECT count(*) FROM pg_auth_members WHERE member = (SELECT oid FROM pg_roles WHERE rolname = $1)", role
        )

    assert not any(can.values())
    assert (owned, member_of) == (0, 0)


@pytest.mark.parametrize("service", SERVICES)
async def test_every_sum_of_money_is_stored_in_eight_bytes(shared_databases: Databases, service: str) -> None:
    async with connected(url_of(shared_databases, service, "superuser")) as db:
        columns = await db.fetch(
            "SELECT table_name, column_name, udt_name FROM information_schema.columns WHERE table_schema = 'public'"
            " AND column_name ~ '(^|_)(pence|amount|thousandths)(_|$)'"
        )

    assert [tuple(row.values()) for row in columns if row["udt_name"] not in ("int8", "_int8")] == []


def test_the_services_that_keep_money_were_looked_at() -> None:
    with_money = {
        definition.name
        for definition in all_definitions()
        for table in definition.metadata.sorted_tables
        for column in table.columns
        if "pence" in column.name.split("_")
    }

    assert with_money == {"ras", "funding_streams", "ledger", "support_planning", "outcomes"}
