"""When a message that was not taken is sent again, and when a receiver that takes nothing is sent no more.

The waits are those that Standard Webhooks suggests: over three days in all, so that a weekend without anybody at the
receiver's loses nothing.
"""

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

#: Waits after the first, second, ... attempt; after the one behind the last the message is given up.
WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
ATTEMPTS_MOST = len(WAITS) + 1
#: Share by which a wait is shorter or longer by chance, so that what failed together does not come back together.
JITTER = 0.2
#: The longest that a receiver may ask us to wait.
RETRY_AFTER_MOST = timedelta(hours=24)
#: A receiver that has taken nothing for so long is sent no more until somebody says so.
FAILING_MOST = timedelta(days=5)


def wait_after(attempts: int, chance: float, asked: timedelta | None = None) -> timedelta | None:
    """How long to wait after an attempt that failed; None where it was the last.

    Args:
        attempts: how many there were, this one included.
        chance: a number from 0 to 1, drawn anew each time.
        asked: how long the receiver asked us to wait; never made shorter, and cut at `RETRY_AFTER_MOST`.
    """
    if attempts > len(WAITS):
        return None
    wait = WAITS[attempts - 1] * (1 - JITTER + 2 * JITTER * chance)
    return max(wait, asked) if asked else wait


def retry_after(told: str | None, now: datetime) -> timedelta | None:
    """How long a ``Retry-After`` asks to wait, in seconds or until a date; None where it says nothing that we can read.

    Args:
        told: the header's value.
        now: the time, with its zone.
    """
    if told is None:
        return None
    given = told.strip()
    if given.isascii() and given.isdigit():
        # A number with more digits is longer than we wait in any case.
        asked = timedelta(seconds=int(given[:9]))
    else:
        try:
            until = parsedate_to_datetime(given)
        except ValueError:
            return None
        asked = until - now if until.tzinfo else timedelta(0)
    return min(max(asked, timedelta(0)), RETRY_AFTER_MOST)
