"""Seen numbers as ranges."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.stores.domain.numbers import missing, to_ranges, with_numbers

numbers = st.sets(st.integers(1, 60))


@given(st.lists(numbers, max_size=6))
def test_the_order_of_batches_makes_no_difference(batches: list[set[int]]) -> None:
    forwards: list[tuple[int, int]] = []
    backwards: list[tuple[int, int]] = []
    for batch in batches:
        forwards = with_numbers(forwards, batch)
    for batch in reversed(batches):
        backwards = with_numbers(backwards, batch)
    assert forwards == backwards == to_ranges(set().union(*batches))


@given(numbers)
def test_seen_and_missing_together_are_every_number_up_to_the_highest(seen: set[int]) -> None:
    ranges = to_ranges(seen)
    gaps = {number for first, last in missing(ranges) for number in range(first, last + 1)}
    assert gaps | seen == set(range(1, max(seen, default=0) + 1))
    assert not gaps & seen


@given(numbers)
def test_ranges_are_sorted_and_never_touch(seen: set[int]) -> None:
    ranges = to_ranges(seen)
    assert all(first <= last for first, last in ranges)
    assert all(before[1] + 1 < after[0] for before, after in pairwise(ranges))


def test_a_till_misses_104_to_109() -> None:
    assert missing(with_numbers([(1, 103)], [110, 111])) == [(104, 109)]
