"""Telling a lost database from a bad message."""

from asyncpg import InternalClientError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

#: SQLSTATE classes and codes that say the server is away, starting, stopping or full: none is the message's fault.
_OUTAGE_CLASSES = ("08", "53")
_OUTAGE_CODES = ("57P01", "57P02", "57P03", "57P05")
#: SQLSTATE codes that say another transaction stood in the way: serialization, deadlock, a lock held too long.
_CONTENTION_CODES = ("40001", "40P01", "55P03")
#: How the driver words the use of a connection on which the server has said goodbye, but which has not closed yet.
_BETWEEN_GOODBYE_AND_CLOSE = "cannot switch to "


def is_outage(error: BaseException) -> bool:
    """Whether an error means that the database cannot be reached, rather than that the work is wrong."""
    if isinstance(error, OSError | PoolTimeout | InterfaceError):
        return True
    if isinstance(error, DBAPIError):
        if error.connection_invalidated:
            return True
        return _is_outage_code(getattr(error.orig, "sqlstate", None)) or (
            isinstance(error, OperationalError) and getattr(error.orig, "sqlstate", None) is None
        )
    if isinstance(error, InternalClientError):
        return str(error).startswith(_BETWEEN_GOODBYE_AND_CLOSE)
    return _is_outage_code(getattr(error, "sqlstate", None))


def is_contention(error: BaseException) -> bool:
    """Whether an error means that another transaction was in the way, so that the same work may succeed later."""
    return getattr(error.orig if isinstance(error, DBAPIError) else error, "sqlstate", None) in _CONTENTION_CODES


def _is_outage_code(code: str | None) -> bool:
    return code is not None and (code[:2] in _OUTAGE_CLASSES or code in _OUTAGE_CODES)
