"""Names of the stream and of its figures."""

from functools import cache

from services.funding_streams.domain.decision import DISABLED_FACILITIES_GRANT

STREAM = DISABLED_FACILITIES_GRANT


@cache
def figure_name(short: str) -> str:
    """Return the full name of one of the stream's own figures or settings."""
    return f"{STREAM}.{short}"
