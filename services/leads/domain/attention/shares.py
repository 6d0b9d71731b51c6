"""Shares that add up to the whole."""

from collections.abc import Sequence

WHOLE_BP = 10_000


def shares_bp(counts: Sequence[int]) -> list[int]:
    """The share of each count in basis points; together exactly 10,000 (largest remainder, the first of equal ones).

    All zero when there is nothing to share. Counts are not negative.
    """
    total = sum(counts)
    if total == 0:
        return [0] * len(counts)
    whole = [count * WHOLE_BP // total for count in counts]
    by_remainder = sorted(range(len(counts)), key=lambda place: (-(counts[place] * WHOLE_BP % total), place))
    for place in by_remainder[: WHOLE_BP - sum(whole)]:
        whole[place] += 1
    return whole
