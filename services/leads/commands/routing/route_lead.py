"""Find the owner of a lead."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pymongo.client_session import ClientSession

from services.leads.commands.routing.assigning import Decision, assign, take_back_proposal
from services.leads.commands.routing.desk import Desk
from services.leads.commands.routing.routing_turn import decide
from services.leads.documents import Lead
from services.leads.domain.lead_state import LeadState
from services.leads.domain.routing import explanations
from services.leads.domain.routing.candidates import is_eligible, top_candidates
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

    return decide(work)


def assign_lapsed_lead(lead_id: str, *, at: datetime) -> None:
    """Nobody confirmed until `at`: number 1 gets the lead. A lead that was decided meanwhile stays as it is.

    Who of the three has left, is away or is full by now is passed over; when none can, the policy is asked again.
    """

    def work(session: ClientSession) -> None:
        lead = Lead.load(lead_id, session=session)
        if lead.state == LeadState.PROPOSED:
            _route_alone(lead, RoutingMode.AUTO, at, session, lapsed=True)

    decide(work)


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
        decision = Decision(owner, BY_POLICY, explanations.known_account(account.name), at)
        assign(lead, account, decision, desk)
        return
    offered = _still_able(lead, at, desk) if lapsed else []
    if not offered:
        lead.offer(top_candidates(lead.needs, lead.region, at, desk.salespeople(), desk.policy))
        offered = lead.candidates
    first = desk.find_salesperson(offered[0]["salesperson_id"]) if offered else None
    if first is None:
        lead.give_up_routing()
        desk.change(lead)
    elif (mode or desk.policy.mode) is RoutingMode.CONFIRM:
        lead.propose(at, at + desk.policy.confirm_limit)
        desk.change(lead)
        desk.count_assigned(first.id)
    else:
        assign(lead, account, Decision(first, BY_POLICY, _reasons(offered[0], lapsed), at), desk)


def _still_able(lead: Lead, at: datetime, desk: Desk) -> list[dict[str, Any]]:
    """Those of the proposal who can still take the lead, best first."""
    return [
        candidate
        for candidate in lead.candidates
        if (person := desk.find_salesperson(candidate["salesperson_id"]))
        and is_eligible(person, lead.region, at, desk.policy)
    ]


def _reasons(first: Mapping[str, Any], lapsed: bool) -> explanations.Words:
    parts = [part["explanation"] for part in first["parts"]]
    reasons = explanations.chosen_by_score(first["name"], first["score_milli"], parts)
    return explanations.confirmation_lapsed(reasons) if lapsed else reasons
