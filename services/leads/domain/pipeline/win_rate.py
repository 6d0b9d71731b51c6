"""What a change of the win rate consists of: the part of each stage, exact to the last digit.

The win rate is the product of the stages' conversions (of the deals that reached a stage, the share that went on).
Each stage's part is its Shapley value: the change that its conversion makes, averaged over all orders in which the
conversions could have changed. Parts of this kind add up to the whole change, and do not depend on any order.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from math import factorial, prod

from services.leads.domain.pipeline.errors import NothingToCompare
from services.leads.domain.pipeline.stages import Stage, is_before

# Deals are lost in these; whoever leaves the last one is won.
LOSING_STAGES = (Stage.LEAD, Stage.PROPOSAL, Stage.QUOTE, Stage.CONTRACT)


@dataclass(frozen=True)
class ClosedDeal:
    """A deal that ended: won, or lost after having come as far as `furthest`."""

    is_won: bool
    furthest: Stage

    @property
    def lost_in(self) -> Stage:
        """The stage that lost it."""
        return losing_stage(self.furthest)


@dataclass(frozen=True)
class Passage:
    """How many deals reached a stage, and how many of them went on from it."""

    reached: int
    went_on: int


@dataclass(frozen=True)
class Explanation:
    """`parts` add up to `change`, which is the later rate less the earlier one."""

    before: Mapping[Stage, Passage]
    after: Mapping[Stage, Passage]
    rate_before: Fraction
    rate_after: Fraction
    parts: Mapping[Stage, Fraction]

    @property
    def change(self) -> Fraction:
        """Negative when the win rate fell."""
        return self.rate_after - self.rate_before

    @property
    def worst_stage(self) -> Stage | None:
        """The stage that lost most; None when none lost."""
        stage = min(LOSING_STAGES, key=self.parts.__getitem__)
        return stage if self.parts[stage] < 0 else None


def losing_stage(stage: Stage) -> Stage:
    """The stage to which a loss is booked: a deal that was to be paid counts as lost in the contract."""
    return Stage.CONTRACT if stage is Stage.PAYMENT else stage


def explain_change(before: Iterable[ClosedDeal], after: Iterable[ClosedDeal]) -> Explanation:
    """Trace the change of the win rate to the stages. Raises NothingToCompare when a period has no closed deal."""
    first, second = passages(before), passages(after)
    if not first[Stage.LEAD].reached or not second[Stage.LEAD].reached:
        raise NothingToCompare("其中一个时期没有结束的商机。In one of the periods no opportunity was closed.")
    old, new = _conversions(first, second), _conversions(second, first)
    parts = _shapley(old, new)
    return Explanation(first, second, _product(old), _product(new), dict(zip(LOSING_STAGES, parts, strict=True)))


def passages(deals: Iterable[ClosedDeal]) -> Mapping[Stage, Passage]:
    """For each stage how many reached it and went on."""
    lost: Counter[Stage] = Counter()
    won = 0
    for deal in deals:
        if deal.is_won:
            won += 1
        else:
            lost[deal.lost_in] += 1
    return {
        stage: Passage(
            reached=won + sum(number for where, number in lost.items() if not is_before(where, stage)),
            went_on=won + sum(number for where, number in lost.items() if is_before(stage, where)),
        )
        for stage in LOSING_STAGES
    }


def _conversions(own: Mapping[Stage, Passage], other: Mapping[Stage, Passage]) -> list[Fraction]:
    """The share that went on by stage. Of a stage that nobody reached nothing is known: as in the other period."""
    found = []
    for stage in LOSING_STAGES:
        known = own[stage] if own[stage].reached else other[stage]
        found.append(Fraction(known.went_on, known.reached) if known.reached else Fraction(1))
    return found


def _shapley(old: Sequence[Fraction], new: Sequence[Fraction]) -> list[Fraction]:
    count = len(old)
    parts = []
    for each in range(count):
        others = [number for number in range(count) if number != each]
        part = Fraction(0)
        for size in range(count):
            weight = Fraction(factorial(size) * factorial(count - size - 1), factorial(count))
            for changed in combinations(others, size):
                rest = _product(new[number] if number in changed else old[number] for number in others)
                part += weight * rest * (new[each] - old[each])
        parts.append(part)
    return parts


def _product(factors: Iterable[Fraction]) -> Fraction:
    return prod(factors, start=Fraction(1))
