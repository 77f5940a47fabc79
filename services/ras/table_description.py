"""A council's published allocation tables, as they stand in their files: points, sums, prices and every source."""

import json
from functools import cache
from typing import Any

import yaml

from services.ras.table_files import PARAMETERS, released_tables


@cache
def published(council: str) -> tuple[dict[str, Any], ...]:
    """Every released table of a council, oldest first; empty where it has published none."""
    # Reading the tables checks the files against their release; only then are they shown.
    ids = {(table.table_id, table.version) for table in released_tables().tables if table.council == council}
    names = sorted(
        name for name in json.loads((PARAMETERS / "released.json").read_text()) if "allocation_tables/" in name
    )
    documents = [yaml.safe_load((PARAMETERS / name).read_text()) for name in names]
    return tuple(document for document in documents if (document["id"], document["version"]) in ids)
