"""A row in every table of every service, all about one person, with a mark in whatever can hold words."""

import json
import re
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid5

import asyncpg
from sqlalchemy import ARRAY, Boolean, CheckConstraint, Column, Date, DateTime, Integer, LargeBinary, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

#: What is looked for afterwards.
MARK = "Zebedee Quillfeather"
_IDS = UUID("5d0a1c1e-7a53-5a67-9d5c-3c4ad6f1b0aa")

#: By table and column, where a constraint or a rule asks for something, or what is there is no word of anybody's.
_VALUES: dict[str, dict[str, Any]] = {
    "account": {"code": "fund.available"},
    "journal_entry": {"kind": "award", "reverses": None},
    "journal_block": {"link": bytes(32)},
    "commitment": {"amount_pence": 2, "settled_pence": 0, "released_pence": 0},
    "fund_version": {"status": "confirmed"},
    "payee_account": {"sort_code": "200000", "account_number": "12345678", "confirmed_by": None},
    "recovery": {"state": "ended", "pence": 9, "received_pence": 0, "let_off_pence": 0, "decided_by": "b"},
    "planned_item": {"use": "care.personal"},
    "spend_query": {"answered_on": date(2009, 7, 1)},
    "payment_due": {"state": "taken"},
    "payment_item": {"state": "settled"},
    "scenario": {"people_form": "stored", "status": "done", "problem": None},
    "evaluation": {"status": "done", "problem": None},
    "statutory_return": {"la_code": "503", "status": "done", "problem": None},
    "assessment": {"state": "agreed"},
    "legal_hold": {"lifted_on": date(2009, 7, 1)},
    "dead_letter": {"resolution": None},
    "subscription": {"old_secret": None},
    "response": {"taken_back_at": datetime(2009, 7, 1, tzinfo=UTC)},
}

#: In order: accounts are numbered as they come.
_NUMBERS = {"gone": 1, "other": 2}


def id_of(name: str, whose: str) -> UUID:
    """The one id of a kind, such as ``budget_id``, that belongs to somebody."""
    return uuid5(_IDS, f"{whose}/{name}")


def marked_row(table: Table, council: str, whose: str, mark: str = MARK) -> dict[str, Any]:
    """A row about somebody, with the mark in each column that can hold words."""
    row = {column.name: _value(table, column, whose, mark) for column in _told_columns(table)}
    row |= _VALUES.get(table.name, {}) | {"council": council} | _named(table, whose, mark)
    told = {column.name for column in _told_columns(table)}
    return {name: row[name] for name in row if name in told}


def _told_columns(table: Table) -> list[Column[Any]]:
    """Columns that the database does not fill by itself."""
    return [column for column in table.columns if column.identity is None and column.computed is None]


def _named(table: Table, whose: str, mark: str) -> dict[str, Any]:
    """What names somebody by the text or the bytes of an id."""
    person = str(id_of("person_id", whose))
    if table.name == "idempotency_key":
        return {"body": json.dumps({"person_id": person, "name": mark}).encode(), "key": person}
    if table.name in ("outbox", "dead_letter", "parked_key"):
        return {"key": person.encode(), "topic": "braid.example.v1", "consumer": "notes", "published_at": _now()}
    if table.name == "payment_result":
        return {"end_to_end_id": id_of("payment_id", whose).hex}
    return {"consumer": "notes"} if table.name == "inbox" else {}


def _now() -> datetime:
    return datetime(2026, 3, 2, 12, tzinfo=UTC)


def _value(table: Table, column: Column[Any], whose: str, mark: str) -> Any:
    if isinstance(column.type, Uuid):
        return id_of(column.name, whose)
    if isinstance(column.type, ARRAY):
        return [mark] if isinstance(column.type.item_type, Text) else [100]
    words: list[tuple[Any, Any]] = [
        (JSONB, json.dumps({"words": mark})),
        (LargeBinary, mark.encode()),
        (Text, _listed(table, column) or mark),
    ]
    found = [value for kind, value in words if isinstance(column.type, kind)]
    if found or column.nullable:
        return found[0] if found else None
    kinds: list[tuple[Any, Any]] = [
        (Boolean, False),
        (Integer, _NUMBERS[whose]),
        (Date, date(2009, 6, 1)),
        (DateTime, _now()),
    ]
    return next(value for kind, value in kinds if isinstance(column.type, kind))


def _listed(table: Table, column: Column[Any]) -> str | None:
    """The first of the values that a constraint lists for a column."""
    constraints = (str(each.sqltext) for each in table.constraints if isinstance(each, CheckConstraint))
    found = (re.search(rf"\b{column.name} IN \(\s*'([^']+)'", constraint) for constraint in constraints)
    return next((match.group(1) for match in found if match), None)


async def insert(everybody: asyncpg.Connection, table: Table, row: dict[str, Any]) -> None:
    """Insert a row, past triggers and references."""
    places = ", ".join(f"${number}" for number in range(1, len(row) + 1))
    names = ", ".join(f'"{name}"' for name in row)
    await everybody.execute(f"INSERT INTO {table.name} ({names}) VALUES ({places})", *row.values())


async def columns_with(everybody: asyncpg.Connection, *words: str) -> set[str]:
    """Every ``table.column`` in a database that holds one of some words, as text, in JSON, in lists or in bytes."""
    columns = await everybody.fetch(
        "SELECT table_name, column_name, udt_name FROM information_schema.columns"
        " JOIN information_schema.tables USING (table_schema, table_name)"
        " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        " AND udt_name IN ('text', 'varchar', 'jsonb', 'json', '_text', 'bytea')"
    )
    found = set()
    for table, column, kind in columns:
        # Escaped, bytes that are ASCII stay as they are.
        value = f"encode(\"{column}\", 'escape')" if kind == "bytea" else f'"{column}"::text'
        query = f'SELECT EXISTS (SELECT FROM "{table}" WHERE {value} ILIKE ANY ($1))'
        if await everybody.fetchval(query, [f"%{word}%" for word in words]):
            found.add(f"{table}.{column}")
    return found
