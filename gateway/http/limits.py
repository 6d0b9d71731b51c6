"""Rate limits by token bucket, in the memory of this process.

A second gateway process has its own buckets, so the installation allows as many times the rate as it has
gateways; that keeps a write to the database out of every request, and protects all the same.
"""

from collections import OrderedDict
from collections.abc import Callable

from gateway.http.refusals import try_again

_REMEMBERED = 10_000


class RateLimit:
    """`rate` requests a second for each key, `burst` at once."""

    def __init__(self, rate: float, burst: int, now: Callable[[], float]) -> None:
        self._rate, self._burst, self._now = rate, float(burst), now
        # key -> (tokens, seconds of the last look); the longest unused key is forgotten first.
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> None:
        """Count one request of `key`. Raises Refusal (429 with Retry-After) when its bucket is empty."""
        now = self._now()
        tokens, last = self._buckets.get(key, (self._burst, now))
        tokens = min(self._burst, tokens + (now - last) * self._rate)
        is_allowed = tokens >= 1.0
        self._buckets[key] = (tokens - 1.0 if is_allowed else tokens, now)
        self._buckets.move_to_end(key)
        if len(self._buckets) > _REMEMBERED:
            self._buckets.popitem(last=False)
        if not is_allowed:
            wait_seconds = (1.0 - tokens) / self._rate
            raise try_again("RESOURCE_EXHAUSTED", "RATE_LIMITED", "too many requests", wait_seconds)
