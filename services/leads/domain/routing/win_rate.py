"""How likely a person wins in a segment, when most have closed only a few deals there.

A Beta prior: the company's own rate counts like `prior_deals` closed deals, and the person's deals are added to them.
With few deals the estimate stays near the company's rate, with many it becomes the person's own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

WHOLE_BP = 10_000
UNKNOWN_BP = 5_000  # the rate of a company that has closed nothing yet

# Deals won and lost.
Outcome = tuple[int, int]
Outcomes = Mapping[str, Outcome]


@dataclass(frozen=True)
class SegmentRate:
    """A segment with the company's own rate in it; an empty segment stands for all."""

    segment: str
    mean_bp: int
    prior_deals: int

    def outcome(self, outcomes: Outcomes) -> Outcome:
        """A person's deals in the segment."""
        return outcome_in(self.segment, outcomes)

    def rate_bp(self, won: int, lost: int) -> int:
        """The estimated win rate of a person who won and lost so many, in basis points."""
        return shrunk_rate_bp(won, lost, self.mean_bp, self.prior_deals)


def company_rate(segment: str, staff: Iterable[Outcomes], prior_deals: int) -> SegmentRate:
    """The company's rate in the segment, itself drawn towards one half while there are few deals."""
    won = lost = 0
    for outcomes in staff:
        if outcomes:
            more_won, more_lost = outcome_in(segment, outcomes)
            won, lost = won + more_won, lost + more_lost
    return SegmentRate(segment, shrunk_rate_bp(won, lost, UNKNOWN_BP, prior_deals), prior_deals)


def outcome_in(segment: str, outcomes: Outcomes) -> Outcome:
    """Won and lost in the segment; in all of them when it is empty."""
    if segment:
        return outcomes.get(segment, (0, 0))
    return sum(won for won, _ in outcomes.values()), sum(lost for _, lost in outcomes.values())


def shrunk_rate_bp(won: int, lost: int, mean_bp: int, prior_deals: int) -> int:
    """The mean of the Beta posterior, in basis points; `prior_deals` is at least 1."""
    return (won * WHOLE_BP + mean_bp * prior_deals) // (won + lost + prior_deals)
