"""The events of leads, made from what is stored. Nothing here decides anything."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from saleloop.leads.v1 import events_pb2 as events
from services.leads.domain.routing.candidates import Candidate
from services.leads.translate.leads import candidate_to_proto, urgency_number
from services.leads.translate.values import timestamp

if TYPE_CHECKING:
    from services.leads.documents import Account, Lead


def lead_created(lead: "Lead") -> events.LeadCreated:
    """A lead came in; its account is known when it is assigned."""
    return events.LeadCreated(
        lead_id=lead.id,
        channel=lead.channel,
        region=lead.region,
        urgency=urgency_number(lead.urgency),
        needs=lead.needs,
        create_time=timestamp(lead.create_time),
    )


def lead_routing_proposed(lead: "Lead", confirm_due: datetime) -> events.LeadRoutingProposed:
    """The candidates wait for a supervisor until `confirm_due`."""
    return events.LeadRoutingProposed(
        lead_id=lead.id,
        company=lead.company,
        candidates=[candidate_to_proto(candidate) for candidate in lead.candidates],
        confirm_due_time=timestamp(confirm_due),
        region=lead.region,
    )


def lead_routing_lapsed(lead: "Lead", confirm_due: datetime) -> events.LeadRoutingLapsed:
    """Nobody confirmed until `confirm_due`."""
    return events.LeadRoutingLapsed(lead_id=lead.id, confirm_due_time=timestamp(confirm_due))


def lead_assigned(lead: "Lead", team_id: str, reasons: dict[str, str]) -> events.LeadAssigned:
    """The lead has its owner, with the reason in words by language tag."""
    return events.LeadAssigned(
        lead_id=lead.id,
        account_id=lead.account_id,
        owner_id=lead.owner_id,
        team_id=team_id,
        company=lead.company,
        channel=lead.channel,
        urgency=urgency_number(lead.urgency),
        reasons=reasons,
        first_contact_due_time=timestamp(lead.first_contact_due_time),
        supervisor_id=lead.supervisor_id,
    )


def lead_unroutable(lead: "Lead") -> events.LeadUnroutable:
    """Nobody is eligible."""
    return events.LeadUnroutable(lead_id=lead.id, company=lead.company, region=lead.region)


def lead_contacted(lead: "Lead", is_in_time: bool) -> events.LeadContacted:
    """The owner took it up."""
    return events.LeadContacted(
        lead_id=lead.id,
        account_id=lead.account_id,
        owner_id=lead.owner_id,
        contact_time=timestamp(lead.contact_time),
        is_in_time=is_in_time,
    )


def account_changed(account: "Account") -> events.AccountChanged:
    """The whole state of an account as it will be after the commit."""
    return events.AccountChanged(
        account_id=account.id,
        name=account.name,
        region=account.region,
        owner_id=account.owner_id,
        team_id=account.team_id,
        level=account.level,
        version=account.version + 1,
        merged_into=account.merged_into or "",
    )


def candidate_stored(candidate: Candidate) -> dict[str, Any]:
    """A candidate in the form in which leads keep and events carry it."""
    return {
        "salesperson_id": candidate.salesperson_id,
        "name": candidate.name,
        "score_milli": candidate.score_milli,
        "parts": [
            {"name": part.part.value, "score_milli": part.score_milli, "explanation": dict(part.explanation)}
            for part in candidate.parts
        ],
    }
