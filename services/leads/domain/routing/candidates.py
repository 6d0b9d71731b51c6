"""Who should get a lead: filters first, then points, each with its reason."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from services.leads.domain.routing import explanations
from services.leads.domain.routing.routing_policy import Part, RoutingPolicy

OFFERED = 3


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
    open_untouched: int
    assigned_this_month: int


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
    """Active, not on leave, working in the lead's region, and not yet full of untouched leads."""
    return (
        person.active
        and not is_on_leave(person.leaves, at)
        and (not region or person.region in ("", region))
        and person.open_untouched < policy.untouched_cap
    )


def top_candidates(
    needs: Iterable[str],
    region: str,
    at: datetime,
    salespeople: Iterable[SalespersonFacts],
    policy: RoutingPolicy,
) -> tuple[Candidate, ...]:
    """The best three that are eligible, best first; empty when nobody is.

    Equal points go to whoever got fewer leads this month, then to the one with fewer open ones, then by id. That rule,
    and points that never rise with more leads, keep equal salespeople within one lead of each other.
    """
    eligible = [person for person in salespeople if is_eligible(person, region, at, policy)]
    if not eligible:
        return ()
    fewest = min(person.assigned_this_month for person in eligible)
    wanted = tuple(needs)
    scored = [(_candidate(person, wanted, region, fewest, policy), person) for person in eligible]
    scored.sort(key=lambda pair: _rank(*pair))
    return tuple(candidate for candidate, _ in scored[:OFFERED])


def _rank(candidate: Candidate, person: SalespersonFacts) -> tuple[int, int, int, str]:
    return (-candidate.score_milli, person.assigned_this_month, person.open_untouched, person.id)


def _candidate(
    person: SalespersonFacts, needs: tuple[str, ...], region: str, fewest: int, policy: RoutingPolicy
) -> Candidate:
    parts = (
        _tag_match(person, needs, policy.weight_milli(Part.TAG_MATCH)),
        _load(person, policy.untouched_cap, policy.weight_milli(Part.LOAD)),
        _fairness(person, fewest, policy.weight_milli(Part.FAIRNESS)),
        _region(person, region, policy.weight_milli(Part.REGION)),
    )
    return Candidate(person.id, person.name, person.team_id, parts)


def _tag_match(person: SalespersonFacts, needs: tuple[str, ...], weight_milli: int) -> ScorePart:
    """The share of the lead's needs that the person has a tag for."""
    matched = tuple(need for need in needs if need in person.tags)
    score = weight_milli * len(matched) // len(needs) if needs else 0
    return ScorePart(Part.TAG_MATCH, score, explanations.tag_match(needs, matched))


def _load(person: SalespersonFacts, cap: int, weight_milli: int) -> ScorePart:
    """The share of room left below the cap."""
    score = weight_milli * (cap - person.open_untouched) // cap
    return ScorePart(Part.LOAD, score, explanations.load(person.open_untouched, cap))


def _fairness(person: SalespersonFacts, fewest: int, weight_milli: int) -> ScorePart:
    """All points for whoever got the fewest this month, half with one more, a third with two more, and so on."""
    ahead = person.assigned_this_month - fewest
    score = weight_milli // (1 + ahead)
    return ScorePart(Part.FAIRNESS, score, explanations.fairness(person.assigned_this_month, ahead))


def _region(person: SalespersonFacts, region: str, weight_milli: int) -> ScorePart:
    """All points for the lead's own region, half for somebody who works everywhere."""
    if not region:
        return ScorePart(Part.REGION, 0, explanations.region_unknown())
    if person.region == region:
        return ScorePart(Part.REGION, weight_milli, explanations.same_region(region))
    return ScorePart(Part.REGION, weight_milli // 2, explanations.any_region(region))
