"""How webhooks' tables move with a council. Secrets move sealed: where they arrive, the same key has to open them."""

from braid.kit.moving.declared import Moving, Waiting

MOVING = Moving(
    # Both installations would send them.
    waits=(
        Waiting(
            "webhooks that wait to be sent", "SELECT count(*) FROM delivery WHERE council = $1 AND state = 'waiting'"
        ),
    )
)
