"""Who should get a lead: filters first, then points, each with its reason.

The points of everybody are plain numbers; words are made for the three who are offered alone, since a bulk routing
compares millions of pairs.
"""

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.leads.domain.routing import explanations
from services.leads.domain.routing.routing_policy import Part, RoutingPolicy
from services.leads.domain.routing.wanted import Wanted, wanted_by
from services.leads.domain.routing.win_rate import Outcomes, SegmentRate, company_rate

OFFERED = 3
WHOLE_BP = 10_000
NO_ATTRIBUTES: Mapping[str, str] = {}


@dataclass(frozen=True)
class LeaveSpan:
    """Away from `start` (inclusive) to `end` (exclusive), both UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True, kw_only=True)
class SalespersonFacts:
    """What routing knows about a salesperson at the moment of the decision."""

    id: str
    name: str
    team_id: str
    # Empty when there is none.
    supervisor_id: str
    # Empty: works in every region.
    region: str
    tags: frozenset[str]
    active: bool
    leaves: tuple[LeaveSpan, ...]
    # All leads that wait for the first contact, and those of them that were assigned this month.
    open_untouched: int
    assigned_this_month: int
    untouched_this_month: int = 0
    # Deals won and lost by segment.
    outcomes: Outcomes = field(default_factory=dict)


@dataclass(frozen=True)
class ScorePart:
    """Points in thousandths with their reason in words, by language tag."""

    part: Part
    score_milli: int
    explanation: Mapping[str, str]


@dataclass(frozen=True)
class Candidate:
    """One of those offered, with the reason for every point."""

    salesperson_id: str
    name: str
    team_id: str
    parts: tuple[ScorePart, ...]

    @property
    def score_milli(self) -> int:
        """The sum of the parts."""
        return sum(part.score_milli for part in self.parts)


def is_on_leave(leaves: Iterable[LeaveSpan], at: datetime) -> bool:
    """Whether one of the leaves covers the moment."""
    return any(leave.start <= at < leave.end for leave in leaves)


def is_eligible(person: SalespersonFacts, region: str, at: datetime, policy: RoutingPolicy) -> bool:
    """Active, not on leave, working in the lead's region, and not yet full of untouched leads of this month."""
    return bool(_eligible((person,), region, at, policy))


def _eligible(
    staff: Iterable[SalespersonFacts], region: str, at: datetime, policy: RoutingPolicy
) -> list[SalespersonFacts]:
    cap = policy.untouched_cap
    return [
        person
        for person in staff
        if person.active
        and person.untouched_this_month < cap
        and (not region or person.region == region or not person.region)
        and not (person.leaves and is_on_leave(person.leaves, at))
    ]


def top_candidates(
    needs: Iterable[str],
    region: str,
    at: datetime,
    salespeople: Iterable[SalespersonFacts],
    policy: RoutingPolicy,
    attributes: Mapping[str, str] = NO_ATTRIBUTES,
) -> tuple[Candidate, ...]:
    """The best three that are eligible, best first; empty when nobody is. `attributes` are the known account's.

    Equal points go to whoever got fewer leads this month, then to the one with fewer open ones, then by id. That rule,
    and points that never rise with more leads, keep equal salespeople within one lead of each other.
    """
    staff = salespeople if isinstance(salespeople, Sequence) else tuple(salespeople)
    eligible = _eligible(staff, region, at, policy)
    if not eligible:
        return ()
    tags = {tag for person in eligible for tag in person.tags} if attributes else frozenset[str]()
    wanted = wanted_by(tuple(needs), attributes, tags, policy)
    rate = company_rate(wanted.segment, (person.outcomes for person in staff), policy.prior_deals)
    scale = _Scale(wanted, region, min([person.assigned_this_month for person in eligible]), rate, policy)
    best = heapq.nsmallest(OFFERED, [scale.rank(person) for person in eligible])
    by_id = {person.id: person for person in eligible}
    return tuple(scale.candidate(by_id[rank[-1]]) for rank in best)


class _Scale:
    """The points of one lead."""

    def __init__(self, wanted: Wanted, region: str, fewest: int, rate: SegmentRate, policy: RoutingPolicy) -> None:
        self._wanted, self._region, self._fewest, self._rate = wanted, region, fewest, rate
        self._whole_milli = wanted.whole_milli
        self._tags = frozenset(tag for tag, _ in wanted.weights)
        self._cap = policy.untouched_cap
        self._weights = [policy.weight_milli(part) for part in Part]
        self._strangers_rate_bp = rate.rate_bp(0, 0)
        self._alike: dict[tuple[int, int, str], int] = {}

    def rank(self, person: SalespersonFacts) -> tuple[int, int, int, str]:
        """Sorts the best first."""
        return (-self._sum(person), person.assigned_this_month, person.open_untouched, person.id)

    def candidate(self, person: SalespersonFacts) -> Candidate:
        """The person with the reason for every point."""
        parts = zip(Part, self._points(person), self._reasons(person), strict=True)
        return Candidate(person.id, person.name, person.team_id, tuple(ScorePart(*part) for part in parts))

    def _sum(self, person: SalespersonFacts) -> int:
        if person.outcomes or not self._tags.isdisjoint(person.tags):
            return sum(self._points(person))
        # Most people match nothing and have the same numbers as many others, and so the same points.
        numbers = (person.untouched_this_month, person.assigned_this_month, person.region)
        known = self._alike.get(numbers)
        if known is None:
            known = self._alike[numbers] = sum(self._points(person))
        return known

    def _points(self, person: SalespersonFacts) -> tuple[int, int, int, int, int]:
        """In the order of Part: the weighted share of what is wanted, the win rate, the share of room below the cap,
        all for whoever got the fewest this month and half with one more, all for the lead's own region."""
        tag_match, win_rate, load, fairness, region = self._weights
        return (
            tag_match * self._wanted.matched_milli(person.tags) // self._whole_milli if self._whole_milli else 0,
            win_rate * self._rate_bp(person) // WHOLE_BP,
            load * (self._cap - person.untouched_this_month) // self._cap,
            fairness // (1 + person.assigned_this_month - self._fewest),
            0 if not self._region else region if person.region == self._region else region // 2,
        )

    def _rate_bp(self, person: SalespersonFacts) -> int:
        if not person.outcomes:
            return self._strangers_rate_bp
        return self._rate.rate_bp(*self._rate.outcome(person.outcomes))

    def _reasons(self, person: SalespersonFacts) -> tuple[explanations.Words, ...]:
        wanted = self._wanted
        matched = tuple(need for need in wanted.needs if need in person.tags)
        attributes = tuple(value for value in wanted.attributes if value in person.tags)
        share_bp = WHOLE_BP * wanted.matched_milli(person.tags) // self._whole_milli if self._whole_milli else 0
        won, lost = self._rate.outcome(person.outcomes)
        ahead = person.assigned_this_month - self._fewest
        return (
            explanations.tag_match(wanted.needs, matched, attributes, share_bp),
            explanations.win_rate(wanted.segment, won, lost, self._rate.mean_bp, self._rate_bp(person)),
            explanations.load(person.untouched_this_month, self._cap),
            explanations.fairness(person.assigned_this_month, ahead),
            _region_words(person.region, self._region),
        )


def _region_words(works_in: str, region: str) -> explanations.Words:
    if not region:
        return explanations.region_unknown()
    return explanations.same_region(region) if works_in == region else explanations.any_region(region)
