"""Nothing that outlives its transaction is set on a connection, so that another's request can never meet it there."""

import re

from tests.architecture.source import ROOT

#: Locks, settings, tables and subscriptions of a session, which a pool of connections would hand on with it.
OF_A_SESSION = re.compile(
    r"pg_(?:try_)?advisory_lock(?:_shared)?\(|set_config\([^)]*,\s*false\)|\bCREATE TEMP|\bLISTEN\s+\w|\bSET SESSION\b"
)
#: Where it is right, and why.
MAY = {
    "braid/kit/moving/arriving.py": "a connection of its own, whose tables end with their transaction",
    "braid/kit/prepare_database.py": "a connection of its own, closed when the databases are there",
    "services/ledger/posting/gatherer.py": "a connection of its own, on which each council is set anew",
}


def test_session_state_is_kept_in_named_places_alone() -> None:
    files = [path for part in ("braid", "services", "gateway") for path in (ROOT / part).rglob("*")]
    found = {
        str(path.relative_to(ROOT))
        for path in files
        if path.suffix in (".py", ".sql") and OF_A_SESSION.search(path.read_text())
    }

    assert found == set(MAY)
