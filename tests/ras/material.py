"""Tables to test with: the released one, and synthetic or published ones from the files beside."""

from functools import lru_cache
from pathlib import Path

from services.ras.domain.allocation import AllocationTable
from services.ras.table_files import read_table, released_tables

FOLDER = Path(__file__).parent / "parameters"
QUESTIONNAIRES = {"questionnaires/synthetic/1.yaml": (FOLDER / "questionnaires/synthetic/1.yaml").read_text()}


@lru_cache
def a_table(table_id: str) -> AllocationTable:
    """The released table of a council, or one that exists for tests alone."""
    if table_id == "example-council":
        return next(table for table in released_tables().tables if table.table_id == table_id)
    return read_table(table_text(table_id), QUESTIONNAIRES, table_id)


def table_text(table_id: str) -> str:
    """The YAML of a table that exists for tests alone."""
    return (FOLDER / f"allocation_tables/{table_id}.yaml").read_text()
