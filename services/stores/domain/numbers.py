"""Which receipt numbers of a terminal are known: sorted, disjoint, never touching inclusive ranges."""

from collections.abc import Iterable, Sequence

Range = tuple[int, int]


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
    merged: list[Range] = []
    for first, last in sorted([*((a, b) for a, b in seen), *to_ranges(numbers)]):
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
