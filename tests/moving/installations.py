"""An installation's databases, and what a council has in them, looked at without the code that moves it."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from braid.command_line.embedded_platform import Databases
from braid.command_line.services import definition_of
from braid.kit.database import plain_url
from braid.kit.moving.archive import Manifest
from braid.kit.moving.arriving import import_council
from braid.kit.moving.leaving import export_council
from braid.kit.moving.moves_recorded import Mover
from tests.ledger.ledger_under_test import LedgerUnderTest, connected
from tests.ledger.test_council_guard import url_of

MOVER = Mover("operations:jo", "The council changes its installation")
#: By column, numbers that a database gives: the rows are compared without them.
GIVEN_BY_THE_DATABASE = (
    "account_id", "stream_id", "accounts_from", "part_id", "figure_id", "period_lock_id", "proof_id", "read_id",
)  # fmt: skip
#: Of one table alone: elsewhere a number by that name is a person's or a plan's.
GIVEN_IN = {"delivery": ("number",)}
#: What stays behind, by the runbook.
STAYS = {"outbox", "dead_letter"}


@dataclass
class Installation:
    """One installation, and the folder that archives are written to and read from."""

    databases: Databases
    folder: Path

    async def export(self, service: str, council: str) -> Manifest:
        """Write a council's rows of a service, as the command does."""
        definition = definition_of(service)
        return await export_council(
            self.owner_url(service),
            service=service,
            moving=definition.moving,
            council=council,
            folder=self.folder / service,
            mover=MOVER,
        )

    async def take_in(self, service: str, folder: Path | None = None) -> Manifest:
        """Take in what was written, as the command does."""
        return await import_council(
            self.owner_url(service),
            service=service,
            moving=definition_of(service).moving,
            folder=folder or self.folder / service,
            mover=MOVER,
        )

    def owner_url(self, service: str) -> str:
        return plain_url(self.databases.owner_url(service))

    async def rows_of(self, service: str, council: str) -> dict[str, list[str]]:
        """Every row of a council in every table of a service, but for numbers that the database gave."""
        async with connected(url_of(self.databases, service, "superuser")) as db:
            tables = await db.fetch(
                "SELECT table_name AS name FROM information_schema.columns"
                " WHERE table_schema = 'public' AND column_name = 'council' ORDER BY 1"
            )
            return {
                table["name"]: await _rows(db, table["name"], council)
                for table in tables
                if table["name"] not in STAYS and table["name"] != "fund_rule"
            }


async def _rows(db: Any, table: str, council: str) -> list[str]:
    given = [*GIVEN_BY_THE_DATABASE, *GIVEN_IN.get(table, ())]
    query = f'SELECT to_jsonb(t) - $2::text[] AS row FROM "{table}" AS t WHERE t.council = $1'
    return sorted(json.dumps(json.loads(row["row"]), sort_keys=True) for row in await db.fetch(query, council, given))


@asynccontextmanager
async def a_ledger(installation: Installation, council: str) -> AsyncIterator[LedgerUnderTest]:
    """The ledger of an installation as a council uses it."""
    ledger = LedgerUnderTest(installation.databases, council)
    try:
        yield ledger
    finally:
        await ledger.close()


async def quiet(installation: Installation, service: str) -> None:
    """Mark all events as told, as the relay does."""
    async with connected(url_of(installation.databases, service, "superuser")) as db:
        await db.execute("UPDATE outbox SET published_at = clock_timestamp() WHERE published_at IS NULL")
