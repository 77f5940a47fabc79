"""Times that a restored database has taken back, as a setting names them: what was told in them did not happen."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class UndoneTime:
    """From the moment that a database was restored to, until its services began again.

    Args:
        after_ms: what was told up to then still holds, in milliseconds of the Unix epoch.
        until_ms: what was told later holds again.
    """

    after_ms: int
    until_ms: int

    def holds(self, told_ms: int) -> bool:
        """Whether something was told in this time."""
        return self.after_ms < told_ms <= self.until_ms


def undone_times(text: str) -> tuple[UndoneTime, ...]:
    """The times that a setting names.

    Args:
        text: ISO 8601 intervals with commas between them, each with a zone:
            ``2026-11-22T10:00:00Z/2026-11-22T13:30:00Z``; nothing for none.

    Raises:
        ValueError: it is something else, or ends before it begins.
    """
    return tuple(_undone_time(each.strip()) for each in text.split(",") if each.strip())


def _undone_time(text: str) -> UndoneTime:
    moments = [datetime.fromisoformat(each) for each in text.split("/")]
    if len(moments) != 2 or any(moment.tzinfo is None for moment in moments):  # noqa: PLR2004 (a beginning and an end)
        raise ValueError(f"{text!r} is not two moments with their zone and a slash between them")
    after_ms, until_ms = (int(moment.timestamp() * 1000) for moment in moments)
    if until_ms <= after_ms:
        raise ValueError(f"{text!r} ends before it begins")
    return UndoneTime(after_ms, until_ms)
