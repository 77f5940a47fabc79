"""Cursors of lists: by a day and an id, or by an id in what was known at one time."""

import base64
import binascii
from collections.abc import Callable
from datetime import date, datetime
from typing import TypeVar
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
    return _read(cursor, date.fromisoformat) if cursor else None


def known_cursor_of(known_at: datetime, row_id: UUID) -> str:
    """A cursor that stands behind a row of what was known at a time, so that all pages are of that time."""
    return base64.urlsafe_b64encode(f"{known_at.isoformat()}/{row_id}".encode()).decode()


def known_place_of(cursor: str) -> tuple[datetime, UUID]:
    """The time that a cursor's pages are of, and where it stands.

    Raises:
        CursorRefused: it is none of ours.
    """
    known_at, row_id = _read(cursor, datetime.fromisoformat)
    if known_at.tzinfo is None:
        raise _not_ours()
    return known_at, row_id


_When = TypeVar("_When")


def _read(cursor: str, when: Callable[[str], _When]) -> tuple[_When, UUID]:
    try:
        told, row_id = base64.urlsafe_b64decode(cursor.encode()).decode().split("/")
        return when(told), UUID(row_id)
    except (ValueError, binascii.Error) as error:
        raise _not_ours() from error


def _not_ours() -> CursorRefused:
    return CursorRefused("send the next of the page before, as it was given")
