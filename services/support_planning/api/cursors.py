"""Places in lists that are in the order of moments: where one page ends and the next one goes on."""

from datetime import datetime
from uuid import UUID

from braid.kit.paging import cursor_refused

Place = tuple[datetime, UUID]


def cursor_of(moment: datetime, its_id: UUID) -> str:
    """The cursor behind a thing of a list."""
    return f"{moment.isoformat()}/{its_id}"


def place_of(cursor: str) -> Place:
    """The place that a cursor names.

    Raises:
        Problem: 422, it is none of ours.
    """
    told, _, its_id = cursor.partition("/")
    try:
        moment, found = datetime.fromisoformat(told), UUID(its_id)
    except ValueError as error:
        raise cursor_refused() from error
    if moment.tzinfo is None:
        raise cursor_refused()
    return moment, found
