"""Who would have got past leads under another policy."""

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.leads.domain.routing.candidates import SalespersonFacts, top_candidates
from services.leads.domain.routing.fairness import Fairness, fairness_of
from services.leads.domain.routing.months import month_of
from services.leads.domain.routing.routing_policy import RoutingPolicy

WHOLE_BP = 10_000


@dataclass(frozen=True, kw_only=True)
class PastLead:
    """A lead that routing decided about. `contact_time` is None while it is untouched."""

    lead_id: str
    company: str
    region: str
    needs: tuple[str, ...]
    owner_id: str
    assign_time: datetime
    contact_time: datetime | None
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Replayed:
    """One lead under the other policy; `would_be_owner_id` is empty when nobody could have taken it."""

    lead: PastLead
    would_be_owner_id: str
    score_milli: int


@dataclass(frozen=True)
class Replay:
    """What the other policy would have done. `before` and `after` count leads by person."""

    replayed: tuple[Replayed, ...]
    before: Mapping[str, int]
    after: Mapping[str, int]
    fairness_before: Fairness
    fairness_after: Fairness

    @property
    def changed_bp(self) -> int:
        """The share of leads that somebody else, or nobody, would have got."""
        changed = sum(each.would_be_owner_id != each.lead.owner_id for each in self.replayed)
        return changed * WHOLE_BP // len(self.replayed) if self.replayed else 0

    @property
    def unroutable(self) -> int:
        """Leads that nobody could have taken."""
        return sum(not each.would_be_owner_id for each in self.replayed)


def replay(leads: Iterable[PastLead], staff: Sequence[SalespersonFacts], policy: RoutingPolicy) -> Replay:
    """Decide about the leads again, in the order of their assignment, with the staff of today.

    Everybody starts without leads, and each month starts anew. A lead counts as untouched until it was contacted in
    fact, whoever has it: nobody knows how soon another would have called.
    """
    people = {
        person.id: replace(person, open_untouched=0, assigned_this_month=0, untouched_this_month=0) for person in staff
    }
    month = ""
    untouched: list[tuple[datetime, str, str]] = []
    replayed = []
    for lead in sorted(leads, key=lambda each: (each.assign_time, each.lead_id)):
        at = lead.assign_time
        if month_of(at) != month:
            month = month_of(at)
            people = {key: replace(each, assigned_this_month=0, untouched_this_month=0) for key, each in people.items()}
        while untouched and untouched[0][0] <= at:
            _, counted_in, person_id = heapq.heappop(untouched)
            people[person_id] = _touched(people[person_id], is_of_month=counted_in == month)
        offered = top_candidates(lead.needs, lead.region, at, tuple(people.values()), policy, lead.attributes)
        replayed.append(
            Replayed(lead, offered[0].salesperson_id, offered[0].score_milli) if offered else Replayed(lead, "", 0)
        )
        if offered:
            person_id = offered[0].salesperson_id
            people[person_id] = _assigned(people[person_id])
            if lead.contact_time is not None:
                heapq.heappush(untouched, (lead.contact_time, month, person_id))
    return _result(replayed, staff)


def _assigned(person: SalespersonFacts) -> SalespersonFacts:
    return replace(
        person,
        open_untouched=person.open_untouched + 1,
        assigned_this_month=person.assigned_this_month + 1,
        untouched_this_month=person.untouched_this_month + 1,
    )


def _touched(person: SalespersonFacts, *, is_of_month: bool) -> SalespersonFacts:
    return replace(
        person,
        open_untouched=person.open_untouched - 1,
        untouched_this_month=person.untouched_this_month - (1 if is_of_month else 0),
    )


def _result(replayed: Sequence[Replayed], staff: Sequence[SalespersonFacts]) -> Replay:
    before = Counter(each.lead.owner_id for each in replayed)
    after = Counter(each.would_be_owner_id for each in replayed if each.would_be_owner_id)
    # Those who could get leads: the active ones, and whoever did get some.
    people = {person.id for person in staff if person.active} | set(before)
    return Replay(
        tuple(replayed),
        before,
        after,
        fairness_of([before[person_id] for person_id in people]),
        fairness_of([after[person_id] for person_id in people]),
    )
