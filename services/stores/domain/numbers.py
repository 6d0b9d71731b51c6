"""Which receipt numbers of a terminal are known: sorted, disjoint, never touching inclusive ranges."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime

Range = tuple[int, int]
# A wider hole is a jump: flagged, and no gap until somebody confirms that the till made those receipts.
MAX_GAP = 10_000


def to_ranges(numbers: Iterable[int]) -> list[Range]:
    """The numbers as ranges."""
    ranges: list[Range] = []
    for number in sorted(set(numbers)):
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1] = (ranges[-1][0], number)
        else:
            ranges.append((number, number))
    return ranges


def with_numbers(seen: Sequence[Range], numbers: Iterable[int]) -> list[Range]:
    """`seen` and `numbers` together; the order in which numbers arrive makes no difference."""
    new = to_ranges(numbers)
    if not new:
        return list(seen)
    if not seen or new[0][0] > seen[-1][0]:  # nearly always: the till goes on
        merged, rest = list(seen[:-1]), [*seen[-1:], *new]
        return _merge(merged, rest)
    return _merge([], sorted([*seen, *new]))


def contains(seen: Sequence[Range], number: int) -> bool:
    """True when the number is in one of the ranges."""
    at = bisect_right(seen, (number, float("inf"))) - 1
    return at >= 0 and seen[at][1] >= number


def _merge(merged: list[Range], ranges: Iterable[Range]) -> list[Range]:
    for first, last in ranges:
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return merged


def missing(seen: Sequence[Range]) -> list[Range]:
    """The gaps: every number from 1 to the highest seen one that is not seen."""
    gaps: list[Range] = []
    expected = 1
    for first, last in seen:
        if first > expected:
            gaps.append((expected, first - 1))
        expected = last + 1
    return gaps


def dated_gaps(
    gaps: Sequence[tuple[int, int, datetime]], seen: Sequence[Range], now: datetime
) -> list[tuple[int, int, datetime]]:
    """Every gap of `seen` with the time since when it is known: that of the former gap it is a part of, or now."""
    if len(seen) == 1 and seen[0][0] == 1:
        return []
    starts = [gap[0] for gap in gaps]
    dated = []
    for first, last in missing(seen):
        at = bisect_right(starts, first) - 1
        is_part = at >= 0 and gaps[at][1] >= first
        dated.append((first, last, gaps[at][2] if is_part else now))
    return dated


def without(gap: Range, taken: Sequence[Range]) -> list[Range]:
    """What is left of a gap when the ranges of `taken` (sorted, disjoint) are cut out."""
    left, (first, last) = [], gap
    for start, end in taken:
        if start > first and first <= last:
            left.append((first, min(start - 1, last)))
        first = max(first, end + 1)
    if first <= last:
        left.append((first, last))
    return left


def is_jump(gap: Range, confirmed: Iterable[Range]) -> bool:
    """True for a hole that is too wide to be believed, unless somebody confirmed it."""
    is_wide = gap[1] - gap[0] + 1 > MAX_GAP
    return is_wide and not any(first <= gap[0] and gap[1] <= last for first, last in confirmed)


def missed(gaps: Iterable[Range], *, confirmed: Sequence[Range], lost: Sequence[Range]) -> list[Range]:
    """The gaps that somebody should look for: no jumps unless confirmed, no declared losses (sorted, disjoint)."""
    return [left for gap in gaps if not is_jump(gap, confirmed) for left in without(gap, lost)]


def merged_ranges(ranges: Iterable[Range]) -> list[Range]:
    """Sorted, disjoint and not touching."""
    return _merge([], sorted(ranges))
