"""How much one caller may ask: a bucket of tokens each, filled at a steady rate, in every replica of the gateway."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from time import monotonic

from braid.kit.identity import Principal
from braid.kit.problems import Problem

#: Callers remembered at once; whoever asked longest ago is forgotten first, and begins anew with a full bucket.
CALLERS_MAX = 10_000


@dataclass
class _Bucket:
    tokens: float
    filled_at_s: float


class RateLimit:
    """Lets each caller ask so often, and refuses what is above it.

    Args:
        per_second: requests at which a bucket is filled.
        burst: requests that a full bucket lets through at once.
        clock: in seconds.
    """

    def __init__(self, per_second: float, burst: int, *, clock: Callable[[], float] = monotonic) -> None:
        self._per_second = per_second
        self._burst = burst
        self._clock = clock
        self._buckets: OrderedDict[tuple[str, str], _Bucket] = OrderedDict()

    def take(self, principal: Principal) -> None:
        """Take one request out of a caller's bucket.

        Raises:
            Problem: 429, it is empty; ``Retry-After`` says when it no longer is.
        """
        bucket = self._bucket_of((principal.council, principal.subject))
        if bucket.tokens < 1:
            wait_s = ceil((1 - bucket.tokens) / self._per_second)
            detail = f"At most {self._per_second:g} requests a second, and {self._burst} at once."
            raise Problem(429, "too-many-requests", "Too many requests", detail, headers={"Retry-After": str(wait_s)})
        bucket.tokens -= 1

    def _bucket_of(self, caller: tuple[str, str]) -> _Bucket:
        now = self._clock()
        bucket = self._buckets.pop(caller, None) or _Bucket(self._burst, now)
        self._buckets[caller] = bucket
        if len(self._buckets) > CALLERS_MAX:
            self._buckets.popitem(last=False)
        bucket.tokens = min(self._burst, bucket.tokens + (now - bucket.filled_at_s) * self._per_second)
        bucket.filled_at_s = now
        return bucket
