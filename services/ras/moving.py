"""How the tables of resource allocation move with a council."""

from braid.kit.moving.declared import Moving, Waiting

MOVING = Moving(
    # A process works on it and writes down how far it has got.
    waits=(
        Waiting(
            "scenarios that wait or run",
            "SELECT count(*) FROM scenario WHERE council = $1 AND status IN ('waiting', 'running')",
        ),
    )
)
