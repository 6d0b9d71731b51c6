"""Find the owner of a lead."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pymongo.client_session import ClientSession

from services.leads.commands.assigning import (
    Decision,
    assign,
    find_account,
    find_salespeople,
    find_salesperson,
    take_back_proposal,
)
from services.leads.commands.routing_turn import decide
from services.leads.commands.workload import count_assigned
from services.leads.documents import Lead, StoredPolicy
from services.leads.domain import explanations
from services.leads.domain.lead_state import LeadState
from services.leads.domain.routing import SalespersonFacts, is_eligible, top_candidates
from services.leads.domain.routing_policy import RoutingMode, RoutingPolicy

BY_POLICY = "routing_policy"


def route_lead(lead_id: str, *, mode: RoutingMode | None, at: datetime) -> Lead:
    """Compute the candidates and assign (auto) or propose (confirm); `mode` None means the policy's.

    The lead of a known account goes to that account's owner in either mode. Raises LeadNotFound, LeadClosed,
    LeadAlreadyRouted.
    """

    def work(session: ClientSession) -> Lead:
        lead = Lead.load(lead_id, session=session)
        lead.require_routable()
        _route(lead, mode, at, session)
        return lead

    return decide(work)


def route_new_lead(lead_id: str, *, at: datetime) -> None:
    """Route a lead that came in at `at`; a lead that was routed already stays as it is."""

    def work(session: ClientSession) -> None:
        lead = Lead.load(lead_id, session=session)
        if lead.state == LeadState.NEW:
            _route(lead, None, at, session)

    decide(work)


def assign_lapsed_lead(lead_id: str, *, at: datetime) -> None:
    """Nobody confirmed until `at`: number 1 gets the lead. A lead that was decided meanwhile stays as it is.

    Who of the three has left, is away or is full by now is passed over; when none can, the policy is asked again.
    """

    def work(session: ClientSession) -> None:
        lead = Lead.load(lead_id, session=session)
        if lead.state == LeadState.PROPOSED:
            _route(lead, RoutingMode.AUTO, at, session, lapsed=True)

    decide(work)


def _route(lead: Lead, mode: RoutingMode | None, at: datetime, session: ClientSession, *, lapsed: bool = False) -> None:
    policy = StoredPolicy.current(session).policy
    take_back_proposal(lead, session)
    account = find_account(lead, session)
    owner = find_salesperson(account.owner_id, at, session) if account else None
    if account is not None and owner is not None:
        decision = Decision(owner, BY_POLICY, explanations.known_account(account.name), at)
        assign(lead, account, decision, policy, session)
        return
    salespeople = {person.id: person for person in find_salespeople(lead.region, at, session)}
    offered = _still_able(lead, salespeople, at, policy) if lapsed else []
    if not offered:
        candidates = top_candidates(lead.needs, lead.region, at, salespeople.values(), policy)
        lead.offer(candidates)
        offered = lead.candidates
    if not offered:
        lead.give_up_routing()
        lead.commit(session=session)
    elif (mode or policy.mode) is RoutingMode.CONFIRM:
        lead.propose(at, at + policy.confirm_limit)
        lead.commit(session=session)
        count_assigned(offered[0]["salesperson_id"], at, session)
    else:
        first = offered[0]
        decision = Decision(salespeople[first["salesperson_id"]], BY_POLICY, _reasons(first, lapsed), at)
        assign(lead, account, decision, policy, session)


def _still_able(
    lead: Lead, salespeople: Mapping[str, SalespersonFacts], at: datetime, policy: RoutingPolicy
) -> list[dict[str, Any]]:
    """Those of the proposal who can still take the lead, best first."""
    return [
        candidate
        for candidate in lead.candidates
        if (person := salespeople.get(candidate["salesperson_id"])) and is_eligible(person, lead.region, at, policy)
    ]


def _reasons(first: Mapping[str, Any], lapsed: bool) -> explanations.Words:
    parts = [part["explanation"] for part in first["parts"]]
    reasons = explanations.chosen_by_score(first["name"], first["score_milli"], parts)
    return explanations.confirmation_lapsed(reasons) if lapsed else reasons
