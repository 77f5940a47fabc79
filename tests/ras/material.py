"""Tables to test with: the released one, and synthetic or published ones from the files beside."""

from functools import lru_cache
from pathlib import Path

from services.ras.domain.allocation import AllocationTable
from services.ras.table_files import read_table, released_tables
from tests.ras import american_tables

FOLDER = Path(__file__).parent / "parameters"
QUESTIONNAIRES = {"questionnaires/synthetic/1.yaml": (FOLDER / "questionnaires/synthetic/1.yaml").read_text()}
AMERICAN = american_tables.texts()


@lru_cache
def a_table(table_id: str) -> AllocationTable:
    """The released table of a council, or one that exists for tests alone."""
    if table_id in ("example-council", "example-council:2"):
        return released_tables().released("example-council", 2 if table_id.endswith(":2") else 1)
    if table_id in AMERICAN:
        text, questions = AMERICAN[table_id]
        return read_table(text, {f"questionnaires/{table_id}/1.yaml": questions}, table_id)
    return read_table(table_text(table_id), QUESTIONNAIRES, table_id)


def table_text(table_id: str) -> str:
    """The YAML of a table that exists for tests alone."""
    return (FOLDER / f"allocation_tables/{table_id}.yaml").read_text()
