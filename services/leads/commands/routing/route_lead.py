"""Find the owner of a lead."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pymongo.client_session import ClientSession

from services.leads.commands.routing.assigning import Decision, assign, take_back_proposal
from services.leads.commands.routing.desk import Desk
from services.leads.commands.routing.routing_turn import decide_in_pool
from services.leads.documents import Lead
from services.leads.domain.errors import LeadNotFound
from services.leads.domain.lead_state import LeadState
from services.leads.domain.ownership.responsibility import EntryKind
from services.leads.domain.routing import explanations
from services.leads.domain.routing.candidates import NO_ATTRIBUTES, SalespersonFacts, is_eligible, top_candidates
from services.leads.domain.routing.routing_policy import RoutingMode

BY_POLICY = "routing_policy"


def route_lead(lead_id: str, *, mode: RoutingMode | None, at: datetime) -> Lead:
    """Compute the candidates and assign (auto) or propose (confirm); `mode` None means the policy's.

    The lead of a known account goes to that account's owner in either mode. Raises LeadNotFound, LeadClosed,
    LeadAlreadyRouted.
    """

    def work(session: ClientSession) -> Lead:
        lead = Lead.load(lead_id, session=session)
        lead.require_routable()
        _route_alone(lead, mode, at, session)
        return lead

    return decide_in_pool(pool_of(lead_id), work)


def assign_lapsed_lead(lead_id: str, *, at: datetime) -> None:
    """Nobody confirmed until `at`: number 1 gets the lead. A lead that was decided meanwhile stays as it is.

    Who of the three has left, is away or is full by now is passed over; when none can, the policy is asked again.
    """

    def work(session: ClientSession) -> None:
        lead = Lead.load(lead_id, session=session)
        if lead.state == LeadState.PROPOSED:
            _route_alone(lead, RoutingMode.AUTO, at, session, lapsed=True)

    decide_in_pool(pool_of(lead_id), work)


def retry_lead(lead_id: str, *, at: datetime) -> None:
    """Route a lead that nobody could take before, as of `at`; one that was decided meanwhile stays as it is."""

    def work(session: ClientSession) -> None:
        lead = Lead.load(lead_id, session=session)
        if lead.state == LeadState.UNROUTABLE:
            _route_alone(lead, None, at, session)

    decide_in_pool(pool_of(lead_id), work)


def pool_of(lead_id: str) -> str:
    """The pool that routes the lead: its region, which never changes. Raises LeadNotFound."""
    found = Lead.collection().find_one({"_id": lead_id}, {"region": 1})
    if found is None:
        raise LeadNotFound(f"there is no lead {lead_id}", lead_id=lead_id)
    return str(found["region"])


def _route_alone(
    lead: Lead, mode: RoutingMode | None, at: datetime, session: ClientSession, *, lapsed: bool = False
) -> None:
    take_back_proposal(lead, session)
    desk = Desk([lead], at, session)
    route_at(desk, lead, at, mode=mode, lapsed=lapsed)
    desk.write()


def route_at(desk: Desk, lead: Lead, at: datetime, *, mode: RoutingMode | None = None, lapsed: bool = False) -> None:
    """Decide about one lead as of `at`; the caller writes the desk."""
    account = desk.find_account(lead)
    owner = desk.find_salesperson(account.owner_id) if account else None
    if account is not None and owner is not None:
        reasons = explanations.known_account(account.name)
        decision = Decision(owner, BY_POLICY, reasons, at, kind=EntryKind.KNOWN_ACCOUNT)
        assign(lead, account, decision, desk)
        return
    offered = _still_able(lead, at, desk) if lapsed else []
    if not offered:
        attributes = account.attributes if account else NO_ATTRIBUTES
        lead.offer(top_candidates(lead.needs, lead.region, at, desk.salespeople(), desk.policy, attributes))
        offered = lead.candidates
    first = desk.find_salesperson(offered[0]["salesperson_id"]) if offered else None
    if first is None:
        lead.give_up_routing(desk.when_to_retry(lead.region, at))
        desk.change(lead)
    elif (mode or desk.policy.mode) is RoutingMode.CONFIRM:
        lead.propose(at, at + desk.policy.confirm_limit)
        desk.change(lead)
        desk.count_assigned(first.id)
    else:
        assign(lead, account, _by_policy(offered[0], first, lead, at, lapsed=lapsed), desk)


def _still_able(lead: Lead, at: datetime, desk: Desk) -> list[dict[str, Any]]:
    """Those of the proposal who can still take the lead, best first."""
    return [
        candidate
        for candidate in lead.candidates
        if (person := desk.find_salesperson(candidate["salesperson_id"]))
        and is_eligible(person, lead.region, at, desk.policy)
    ]


def _by_policy(
    offered: Mapping[str, Any], first: SalespersonFacts, lead: Lead, at: datetime, *, lapsed: bool
) -> Decision:
    parts = [part["explanation"] for part in offered["parts"]]
    reasons = explanations.chosen_by_score(offered["name"], offered["score_milli"], parts)
    kind = EntryKind.ROUTED
    if lapsed:
        kind, reasons = EntryKind.LAPSED, explanations.confirmation_lapsed(reasons)
    elif lead.state == LeadState.UNROUTABLE:
        reasons = explanations.retried(reasons)
    rank = 1 + [each["salesperson_id"] for each in lead.candidates].index(first.id)
    return Decision(first, BY_POLICY, reasons, at, kind=kind, rank=rank)
