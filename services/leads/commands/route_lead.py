"""Find the owner of a lead."""

from datetime import datetime

from pymongo.client_session import ClientSession

from services.leads.commands.assigning import (
    Decision,
    assign,
    find_account,
    find_salespeople,
    find_salesperson,
)
from services.leads.commands.routing_turn import decide
from services.leads.documents import Account, Lead, StoredPolicy
from services.leads.domain import explanations
from services.leads.domain.lead_state import LeadState
from services.leads.domain.routing import Candidate, SalespersonFacts, top_candidates
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

    Number 1 may have left or filled up since the proposal, so the policy is asked again.
    """

    def work(session: ClientSession) -> None:
        lead = Lead.load(lead_id, session=session)
        if lead.state == LeadState.PROPOSED:
            _route(lead, RoutingMode.AUTO, at, session, lapsed=True)

    decide(work)


def _route(lead: Lead, mode: RoutingMode | None, at: datetime, session: ClientSession, *, lapsed: bool = False) -> None:
    policy = StoredPolicy.current(session).policy
    account = find_account(lead, session)
    owner = find_salesperson(account.owner_id, at, session) if account else None
    if account is not None and owner is not None:
        reasons = explanations.known_account(account.name)
        assign(lead, account, Decision(owner, BY_POLICY, reasons, at), policy, session)
        return
    salespeople = find_salespeople(lead.region, at, session)
    candidates = top_candidates(lead.needs, lead.region, at, salespeople, policy)
    if not candidates:
        lead.give_up_routing()
        lead.commit(session=session)
    elif (mode or policy.mode) is RoutingMode.CONFIRM:
        lead.propose(candidates, at + policy.confirm_limit)
        lead.commit(session=session)
    else:
        _assign_first(lead, account, candidates, salespeople, policy, at, session, lapsed)


def _assign_first(
    lead: Lead,
    account: Account | None,
    candidates: tuple[Candidate, ...],
    salespeople: list[SalespersonFacts],
    policy: RoutingPolicy,
    at: datetime,
    session: ClientSession,
    lapsed: bool,
) -> None:
    first = candidates[0]
    reasons = explanations.chosen_by_score(first.name, first.score_milli, [part.explanation for part in first.parts])
    if lapsed:
        reasons = explanations.confirmation_lapsed(reasons)
    lead.offer(candidates)
    owner = next(person for person in salespeople if person.id == first.salesperson_id)
    assign(lead, account, Decision(owner, BY_POLICY, reasons, at), policy, session)
