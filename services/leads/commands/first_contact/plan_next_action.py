"""The owner says what is next with a contacted lead."""

from datetime import datetime

from services.leads.documents import Lead
from services.leads.domain.errors import LeadNotRouted
from services.leads.domain.first_contact.next_action import NextAction, check_next_action
from services.leads.domain.lead_state import LeadState, require_contactable


def plan_next_action(lead_id: str, next_action: NextAction, *, by: str, at: datetime) -> Lead:
    """The lead with its next action, which completes the standard path; `by` is the caller's subject.

    Planning the same again changes nothing. Raises LeadNotFound, NotOwner, LeadClosed, LeadNotRouted (also before the
    first contact), FieldProblem.
    """
    lead = Lead.load(lead_id)
    lead.require_owner(by)
    require_contactable(LeadState(lead.state))
    if lead.state != LeadState.CONTACTED:
        raise LeadNotRouted("record the first contact before its next action", lead_id=lead_id)
    plan = check_next_action(next_action, at)
    if lead.next_action != {"text": plan.text, "due_time": plan.due_time}:
        lead.plan_next_action(plan, at)
        lead.commit()
    return lead
