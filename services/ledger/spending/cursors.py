"""Cursors of lists that are ordered by a day and an id."""

import base64
import binascii
from datetime import date
from uuid import UUID


class CursorRefused(Exception):
    """A cursor is none that we gave."""


def cursor_of(day: date, row_id: UUID) -> str:
    """A cursor that stands behind a row."""
    return base64.urlsafe_b64encode(f"{day.isoformat()}/{row_id}".encode()).decode()


def place_of(cursor: str | None) -> tuple[date, UUID] | None:
    """Where a cursor stands; None at the beginning.

    Raises:
        CursorRefused: it is none of ours.
    """
    if cursor is None:
        return None
    try:
        day, row_id = base64.urlsafe_b64decode(cursor.encode()).decode().split("/")
        return date.fromisoformat(day), UUID(row_id)
    except (ValueError, binascii.Error) as error:
        raise CursorRefused("send the next of the page before, as it was given") from error
