"""What a service says of its tables where a council moves: what stays and why, what comes first, what is numbered anew.

Every table with a ``council`` column moves unless it is named as staying; a table without one has to be named.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

#: Of the tables that every service has, those that stay, and why.
STAYS_EVERYWHERE: Mapping[str, str] = {
    "alembic_version": "the installation's own; the archive names the migration that it was taken at",
    "outbox": "all of it was told before a council may leave, on topics that stay behind",
    "dead_letter": "none is open when a council leaves; what was resolved tells of topics that stay behind",
    "parked_key": "none is parked where no letter is open",
}


@dataclass(frozen=True)
class Waiting:
    """What must not be there when a council leaves.

    Args:
        what: what waits, in words that follow its number.
        query: how many there are, for the council ``$1``.
    """

    what: str
    query: str


@dataclass(frozen=True)
class Translated:
    """A column whose values mean something in one database alone.

    Args:
        table, column: the column.
        leaves: what the archive holds in its place, of a row ``t``.
        arrives: what the column holds in the new database, of the archive's row ``t``; ``{distance}`` is how far the
            kept numbers lie above those of the archive.
        kind: the archive's type, where it is another than the column's.
    """

    table: str
    column: str
    leaves: str
    arrives: str
    kind: str | None = None


@dataclass(frozen=True)
class KeptNumbers:
    """Numbers that a database gives and that other rows name, so that all of a council's move by one distance.

    Args:
        table: whose numbers they are.
        column: its identity column; an `integer` or a `bigint`.
    """

    table: str
    column: str


@dataclass(frozen=True)
class Moving:
    """How one service's tables move.

    Args:
        stays: its own tables that stay, and why.
        after: by table, those whose rows have to be there before its own; foreign keys are known without it.
        order: by table, the order in which its rows are written; by default that of its primary key.
        translated: columns that mean something in one database alone. Other columns that a database numbers are left
            out, and numbered anew in the same order.
        kept_numbers: numbers that move by one distance.
        made_ready: by table, a statement that is run before its rows arrive, over the archive's rows, ``arriving``.
        waits: what must not be there when a council leaves, beside what every service has.
    """

    stays: Mapping[str, str] = field(default_factory=dict)
    after: Mapping[str, Sequence[str]] = field(default_factory=dict)
    order: Mapping[str, Sequence[str]] = field(default_factory=dict)
    translated: Sequence[Translated] = ()
    kept_numbers: KeptNumbers | None = None
    made_ready: Mapping[str, str] = field(default_factory=dict)
    waits: Sequence[Waiting] = ()

    @property
    def all_that_stays(self) -> Mapping[str, str]:
        """Every table that stays, and why."""
        return {**STAYS_EVERYWHERE, **self.stays}
