"""A lead that nobody contacted moves to the next candidate, with its account."""

from datetime import datetime

from pymongo.client_session import ClientSession

from services.leads.commands.ownership.moving import belong_to
from services.leads.commands.routing.desk import Desk
from services.leads.commands.routing.routing_turn import decide
from services.leads.commands.routing.workload import count_contacted
from services.leads.documents import FOLLOWING, Account, Lead, Opportunity, ResponsibilityEntry
from services.leads.documents.first_contact_steps import LAPSED
from services.leads.domain.first_contact import moving
from services.leads.domain.lead_state import LeadState
from services.leads.domain.ownership.responsibility import EntryKind
from services.leads.domain.routing.candidates import SalespersonFacts, is_eligible, top_candidates

BY_SLA = "sla_policy"
# An account with more open leads than this is no new one that can go from hand to hand.
COMPANIONS = 50


def move_lapsed_lead(lead_id: str, *, moves: int, at: datetime) -> None:
    """Give the lead to the next candidate as of `at` (UTC), or tell the supervisor that it cannot move.

    `moves` is how often it had moved when the limit was over. A lead that was contacted, paused, closed or moved
    meanwhile stays as it is. The account goes along, and with it the account's other untouched leads: an account has
    one owner. An account that its owner works on already does not move. Raises LeadNotFound.
    """

    def work(session: ClientSession) -> None:
        lead = Lead.load(lead_id, session=session)
        if lead.state == LeadState.ASSIGNED and lead.first_contact_step == LAPSED and lead.moves == moves:
            _move(lead, at, session)

    decide(work)


def _move(lead: Lead, at: datetime, session: ClientSession) -> None:
    desk = Desk([lead], at, session)
    companions = _companions(lead, session)
    if lead.moves >= desk.first_contact.limit_for(lead.urgency).max_moves:
        owner, refusal = None, moving.MOVES_USED_UP
    elif companions is None:
        owner, refusal = None, moving.ACCOUNT_IN_USE
    else:
        owner, refusal = _next_candidate(lead, at, desk), moving.NO_CANDIDATE
    if owner is None:
        lead.strand(refusal, at)
        desk.change(lead, refusal)
    else:
        _hand_on([lead, *(companions or ())], owner, at, desk, session)
    desk.write()


def _hand_on(leads: list[Lead], owner: SalespersonFacts, at: datetime, desk: Desk, session: ClientSession) -> None:
    """The account of these leads, they themselves, and whatever else is open on it belong to `owner`."""
    account_id, previous = leads[0].account_id, leads[0].owner_id
    reasons = moving.reasons(owner.name, previous)
    why = reasons["en"]
    account = Account.load(account_id, session=session)
    account.belong_to(owner)
    desk.change(account, why)
    for lead in leads:
        count_contacted(previous, session, lead.assign_time)
        lead.move_to(owner, desk.first_contact, dict(reasons), at)
        desk.change(lead, why)
        desk.count_assigned(owner.id)
        desk.change(
            ResponsibilityEntry(
                account_id=account_id,
                lead_id=lead.id,
                kind=EntryKind.SLA_MOVED,
                owner_id=owner.id,
                previous_owner_id=previous,
                team_id=owner.team_id,
                region=account.region,
                since=at,
                decided_by=BY_SLA,
                why=why,
            )
        )
    for following in FOLLOWING:
        if following.document is not Lead:
            where = {following.account: account_id, **following.open}
            found = following.document.collection().find(where, {"outbox": 0}, session=session)
            for follower in list(map(following.document._from_son, found)):
                belong_to(follower, owner)
                desk.change(follower, why)


def _companions(lead: Lead, session: ClientSession) -> list[Lead] | None:
    """The account's other untouched leads; None when its owner works on the account already."""
    of_account = {"account_id": lead.account_id, "_id": {"$ne": lead.id}}
    if Opportunity.collection().find_one({"account_id": lead.account_id, "state": "open"}, {"_id": 1}, session=session):
        return None
    touched = {**of_account, "state": LeadState.CONTACTED}
    if Lead.collection().find_one(touched, {"_id": 1}, session=session):
        return None
    untouched = {**of_account, "state": LeadState.ASSIGNED, "owner_id": lead.owner_id}
    found = list(Lead.collection().find(untouched, {"outbox": 0}, session=session).limit(COMPANIONS + 1))
    leads = [Lead._from_son(row) for row in found]
    # Who waits for the customer is in touch with him.
    return None if len(leads) > COMPANIONS or any(each.is_paused for each in leads) else leads


def _next_candidate(lead: Lead, at: datetime, desk: Desk) -> SalespersonFacts | None:
    """The best of those once offered who can still take it and has not had it, else the policy's best one now."""
    tried = {lead.owner_id, *lead.moved_from}
    for candidate in lead.candidates:
        person = desk.find_salesperson(candidate["salesperson_id"])
        if person and person.id not in tried and is_eligible(person, lead.region, at, desk.policy):
            return person
    others = [person for person in desk.salespeople() if person.id not in tried]
    best = top_candidates(lead.needs, lead.region, at, others, desk.policy)
    return desk.find_salesperson(best[0].salesperson_id) if best else None
