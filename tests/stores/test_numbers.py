"""Seen numbers as ranges."""

from datetime import UTC, datetime
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.stores.domain.numbers import contains, dated_gaps, missed, missing, to_ranges, with_numbers

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


@given(st.lists(numbers, max_size=6))
def test_a_gap_keeps_the_time_since_when_it_is_known(batches: list[set[int]]) -> None:
    seen: list[tuple[int, int]] = []
    gaps: list[tuple[int, int, datetime]] = []
    opened: dict[int, datetime] = {}
    for minute, batch in enumerate(batches):
        now = datetime(2026, 1, 1, 0, minute, tzinfo=UTC)
        seen = with_numbers(seen, batch)
        gaps = dated_gaps(gaps, seen, now)
        for number in (n for first, last in missing(seen) for n in range(first, last + 1)):
            opened.setdefault(number, now)
        assert [(first, last) for first, last, _ in gaps] == missing(seen)
        assert all(since == opened[number] for first, last, since in gaps for number in range(first, last + 1))


@given(numbers, numbers)
def test_a_number_is_contained_exactly_when_it_was_seen(seen: set[int], asked: set[int]) -> None:
    assert {n for n in asked if contains(to_ranges(seen), n)} == seen & asked


def test_a_jump_is_no_gap_until_confirmed_and_a_loss_is_none_any_more() -> None:
    gaps = [(5, 9), (20, 10_020)]
    assert missed(gaps, confirmed=[], lost=[]) == [(5, 9)]
    assert missed(gaps, confirmed=[(20, 10_020)], lost=[(6, 7)]) == [(5, 5), (8, 9), (20, 10_020)]
    assert missed([(20, 10_019)], confirmed=[], lost=[(1, 30_000)]) == []
