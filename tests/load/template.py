"""What the stories of the fourteen early users left in the databases, as rows to be repeated under other ids.

The stories were told through the gateway, so every row is one that the platform itself wrote. A copy has other ids
wherever an id stands, also inside documents, another council where asked, other references and other names. The journal
is not among the rows: its entries are posted anew, so that each council has a chain of its own (`tests.load.filling`).

Where the platform works an id out from others, as it does for awards, funds and budgets, a copy has another than it
would work out: nothing of a copied person may be decided anew.
"""

import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from io import BytesIO
from pathlib import Path
from uuid import UUID

import asyncpg

from braid.command_line.demonstration import EXAMPLE_COUNCIL

#: Early users, each with a budget.
PEOPLE = 14
#: What is no standing row of a person: mail, keys of requests, access records, the journal, and what runs of payments
#: made, which are a council's.
LEFT_OUT = frozenset(
    {"alembic_version", "outbox", "inbox", "idempotency_key", "access_record", "stream", "council_choice"}
    | {"account", "account_day", "chain_head", "commitment", "journal_block", "journal_entry", "journal_leg"}
    | {"journal_proof", "payment_item", "payment_result", "payment_run", "payment_run_step", "timed_council"}
)
#: What other councils' people have none of, where there is no room for a million whole records: what is read for one
#: person alone, by that person's id.
READ_BY_PERSON_ALONE = frozenset(
    {"given_answer", "assessment_change", "plan_change", "agreed_needs", "case_facts", "award", "award_seen"}
    | {"approved_plan", "holding_change", "plan_holding", "planned_item", "payment_part", "payment_matter"}
)
#: The longest document that stays where there is no room, in characters.
DOCUMENT_MOST = 100
_ID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


@dataclass(frozen=True)
class Table:
    """A table's rows in PostgreSQL's text format, cut where something is renamed: every second piece is a name."""

    service: str
    name: str
    columns: Sequence[str]
    pieces: Sequence[bytes]
    pieces_short: Sequence[bytes]

    def rows(self, names: Mapping[bytes, bytes], *, short: bool) -> bytes:
        """The rows, renamed.

        Args:
            names: what each name becomes.
            short: with documents left empty.
        """
        pieces = self.pieces_short if short else self.pieces
        return b"".join(names[piece] if place % 2 else piece for place, piece in enumerate(pieces))


@dataclass(frozen=True)
class TemplateEntry:
    """An entry of the journal, as the stories posted it; legs are stream, account, fund and pence."""

    entry_id: UUID
    kind: str
    value_date: str
    budget_id: UUID
    use: str | None
    subject_id: UUID | None
    reason: str
    legs: Sequence[tuple[str, str, UUID | None, int]]


@dataclass(frozen=True)
class Template:
    """Rows and entries of the fourteen."""

    tables: Sequence[Table]
    entries: Sequence[TemplateEntry]
    persons_names: frozenset[bytes]
    references: frozenset[bytes]

    def names(self, council: str, number: int) -> dict[bytes, bytes]:
        """What every name becomes in a council's copy of that number."""
        chance = random.Random(f"{council}/{number}")
        found: dict[bytes, bytes] = {EXAMPLE_COUNCIL.encode(): council.encode()}
        for table in self.tables:
            for name in table.pieces[1::2]:
                if name in found:
                    continue
                if name in self.persons_names:
                    found[name] = made_up_name(chance).encode()
                elif name in self.references:
                    found[name] = b"copy-%d-%s" % (number, name)
                else:
                    found[name] = str(renamed(UUID(name.decode()), council, number)).encode()
        return found


def renamed(identifier: UUID, council: str, number: int) -> UUID:
    """The id that stands for another in a council's copy of that number."""
    return UUID(bytes=blake2b(f"{identifier}/{council}/{number}".encode(), digest_size=16).digest())


def made_up_name(chance: random.Random) -> str:
    """A name of nobody: some 40 given names and 6,400 family names, so that few share one."""
    given = chance.choice(_GIVEN) + chance.choice(("", "a", "e", "o"))
    return f"{given.title()} {''.join(chance.choice(_SYLLABLES) for _ in range(3)).title()}"


_GIVEN = ("dor", "lil", "mart", "wilm", "elin", "tam", "rhod", "silv", "corin", "jos")
_SYLLABLES = (
    *("bar", "cas", "den", "fal", "gor", "hal", "ing", "kel", "lam", "mor"),
    *("nor", "pel", "rad", "sel", "tor", "ving", "wad", "wick", "yar", "zeal"),
)


async def take_template(admin_url: str, services: Sequence[str], folder: Path) -> None:
    """Write down what the stories left, for `read_template`, in a folder that is there."""
    for service in services:
        db = await asyncpg.connect(f"{admin_url.rsplit('/', 1)[0]}/braid_{service}")
        try:
            for table in await db.fetch(_TABLES):
                if table["name"] not in LEFT_OUT:
                    await _take(db, service, table["name"], folder)
            if service == "ledger":
                entries = [dict(row) for row in await db.fetch(_ENTRIES, EXAMPLE_COUNCIL)]
                (folder / "entries.json").write_text(json.dumps(entries, default=str))
        finally:
            await db.close()


async def _take(db: asyncpg.Connection, service: str, table: str, folder: Path) -> None:
    columns = await db.fetch(_COLUMNS, table)
    if "council" not in [column["name"] for column in columns]:
        return
    rows = BytesIO()
    listed = ", ".join(f'"{column["name"]}"' for column in columns)
    # Names of tables and columns come from the catalogue.
    query = f"SELECT {listed} FROM \"{table}\" WHERE council = '{EXAMPLE_COUNCIL}'"
    await db.copy_from_query(query, output=rows)
    if rows.getvalue():
        (folder / f"{service}.{table}.rows").write_bytes(rows.getvalue())
        (folder / f"{service}.{table}.json").write_text(json.dumps([dict(column) for column in columns]))


def read_template(folder: Path) -> Template:
    """What `take_template` wrote."""
    raw = {file.stem: file.read_bytes() for file in sorted(folder.glob("*.rows"))}
    columns = {name: json.loads((folder / f"{name}.json").read_text()) for name in raw}
    person = [line.split(b"\t") for line in raw["assessment.person"].splitlines()]
    place = {column["name"]: number for number, column in enumerate(columns["assessment.person"])}
    persons_names = frozenset(row[place["name"]] for row in person)
    references = frozenset(row[place["reference"]] for row in person)
    words = (*sorted(persons_names | references, key=len, reverse=True), EXAMPLE_COUNCIL.encode())
    names = re.compile(b"(" + _ID.encode() + b"|" + b"|".join(re.escape(word) for word in words) + b")")
    tables = [
        Table(
            name.split(".")[0],
            name.split(".")[1],
            [column["name"] for column in columns[name]],
            names.split(rows),
            names.split(_short(rows, [column["is_document"] for column in columns[name]])),
        )
        for name, rows in raw.items()
    ]
    entries = [_entry(told) for told in json.loads((folder / "entries.json").read_text())]
    return Template(tables, entries, persons_names, references)


def _entry(told: Mapping[str, str]) -> TemplateEntry:
    return TemplateEntry(
        UUID(told["entry_id"]),
        told["kind"],
        told["value_date"],
        UUID(told["budget_id"]),
        told["use"],
        UUID(told["subject_id"]) if told["subject_id"] else None,
        told["reason"],
        [
            (leg["stream"], leg["code"], UUID(leg["fund_id"]) if leg["fund_id"] else None, leg["pence"])
            for leg in json.loads(told["legs"])
        ],
    )


def _short(rows: bytes, is_document: Sequence[bool]) -> bytes:
    """Rows with every long document left empty."""
    return b"".join(b"\t".join(_fields(line, is_document)) + b"\n" for line in rows.splitlines())


def _fields(line: bytes, is_document: Sequence[bool]) -> Iterator[bytes]:
    for field, document in zip(line.split(b"\t"), is_document, strict=True):
        empty = {b"{": b"{}", b"[": b"[]"}.get(field[:1])
        yield empty if document and empty and len(field) > DOCUMENT_MOST else field


_TABLES = """
SELECT c.relname AS name FROM pg_class AS c INNER JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname = 'public' ORDER BY c.relname
"""
_COLUMNS = """
SELECT column_name AS name, data_type = 'jsonb' AS is_document FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = $1 AND is_generated = 'NEVER' ORDER BY ordinal_position
"""
_ENTRIES = """
SELECT e.entry_id, e.kind, e.value_date, e.budget_id, e.use, e.subject_id, e.reason,
    json_agg(json_build_object('stream', a.stream, 'code', a.code, 'fund_id', a.fund_id, 'pence', l.amount_pence))
        AS legs
FROM journal_entry AS e
INNER JOIN journal_leg AS l ON l.council = e.council AND l.sequence = e.sequence
INNER JOIN account AS a USING (account_id)
WHERE e.council = $1 GROUP BY e.council, e.sequence ORDER BY e.sequence
"""
