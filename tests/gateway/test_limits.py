"""Token buckets, pure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.http.limits import RateLimit
from gateway.http.refusals import Refusal


class Clock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def allowed(limit: RateLimit, key: str = "a") -> bool:
    try:
        limit.take(key)
    except Refusal:
        return False
    return True


def test_a_burst_passes_and_then_the_rate_counts() -> None:
    clock = Clock()
    limit = RateLimit(rate=2, burst=3, now=clock)
    assert [allowed(limit) for _ in range(4)] == [True, True, True, False]
    clock.seconds += 0.5
    assert [allowed(limit) for _ in range(2)] == [True, False]


def test_everybody_has_a_bucket_of_their_own() -> None:
    limit = RateLimit(rate=1, burst=1, now=Clock())
    assert allowed(limit, "a")
    assert allowed(limit, "b")
    assert not allowed(limit, "a")


@given(st.lists(st.floats(0, 2), min_size=1, max_size=200))
def test_never_more_than_burst_and_rate_allow(pauses: list[float]) -> None:
    clock = Clock()
    limit = RateLimit(rate=5, burst=10, now=clock)
    start, passed = clock.seconds, 0
    for pause in pauses:
        clock.seconds += pause
        passed += allowed(limit)
    assert passed <= 10 + 5 * (clock.seconds - start) + 1e-6


def test_waiting_as_long_as_told_is_enough() -> None:
    clock = Clock()
    limit = RateLimit(rate=0.2, burst=1, now=clock)
    limit.take("a")
    with pytest.raises(Refusal) as refused:
        limit.take("a")
    assert (refused.value.code, refused.value.reason) == ("RESOURCE_EXHAUSTED", "RATE_LIMITED")
    clock.seconds += int(refused.value.headers["retry-after"])
    assert allowed(limit)


def test_memory_stays_bounded() -> None:
    limit = RateLimit(rate=1, burst=1, now=Clock())
    for number in range(20_000):
        limit.take(str(number))
    assert len(limit._buckets) <= 10_000
