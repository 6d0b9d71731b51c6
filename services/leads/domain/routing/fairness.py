"""How evenly leads fall on people."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isqrt

WHOLE_BP = 10_000


@dataclass(frozen=True)
class Fairness:
    """Of the leads that each person got. The Gini coefficient is 0 when all have the same."""

    fewest: int
    most: int
    standard_deviation_milli: int
    gini_bp: int

    @property
    def spread(self) -> int:
        """The difference between the most and the fewest."""
        return self.most - self.fewest


def fairness_of(numbers: Sequence[int]) -> Fairness:
    """How even the numbers are (none negative); of nobody everything is 0."""
    if not numbers:
        return Fairness(0, 0, 0, 0)
    count, total = len(numbers), sum(numbers)
    # In integers: the variance is (n * sum of squares - total^2) / n^2.
    deviation_milli = isqrt((count * sum(number * number for number in numbers) - total * total) * 1_000_000) // count
    ordered = sorted(numbers)
    weighted = sum((2 * place - count - 1) * number for place, number in enumerate(ordered, start=1))
    gini_bp = weighted * WHOLE_BP // (count * total) if total else 0
    return Fairness(ordered[0], ordered[-1], deviation_milli, gini_bp)
