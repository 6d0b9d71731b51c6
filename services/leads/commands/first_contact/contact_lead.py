"""The owner takes up a lead."""

from datetime import datetime

from pymongo.client_session import ClientSession

from chassis.documents import transaction
from services.leads.commands.routing.workload import count_contacted
from services.leads.documents import Lead
from services.leads.domain.first_contact.next_action import NextAction, check_next_action, check_summary


def contact_lead(lead_id: str, *, summary: str, next_action: NextAction | None, by: str, at: datetime) -> Lead:
    """Record the first contact; `by` is the caller's subject. Repeating it changes nothing.

    Raises LeadNotFound, NotOwner, LeadClosed, FieldProblem.
    """

    def work(session: ClientSession) -> Lead:
        lead = Lead.load(lead_id, session=session)
        lead.require_owner(by)
        if lead.needs_contact():
            plan = None if next_action is None else check_next_action(next_action, at)
            lead.contact(check_summary(summary), plan, at)
            lead.commit(session=session)
            count_contacted(lead.owner_id, session, lead.assign_time)
        return lead

    return transaction(work)
