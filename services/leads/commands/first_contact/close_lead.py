"""A lead ends without a deal."""

from datetime import datetime

from pymongo.client_session import ClientSession

from chassis.documents import transaction
from services.leads.commands.routing.assigning import take_back_proposal
from services.leads.commands.routing.workload import count_contacted
from services.leads.documents import Lead
from services.leads.domain.first_contact.qualification import check_close
from services.leads.domain.lead_state import LeadState


def close_lead(lead_id: str, *, reason: str, why: str, by: str, at: datetime) -> Lead:
    """The closed lead; `by` is the caller's subject. Closing a closed lead changes nothing.

    `reason` is one of CloseReason; "other" needs words. Raises LeadNotFound, FieldProblem.
    """
    chosen, words = check_close(reason, why)

    def work(session: ClientSession) -> Lead:
        lead = Lead.load(lead_id, session=session)
        if lead.state == LeadState.CLOSED:
            return lead
        take_back_proposal(lead, session)
        if lead.state == LeadState.ASSIGNED:
            count_contacted(lead.owner_id, session, lead.assign_time)
        lead.close(chosen, words, by, at)
        lead.commit(words or chosen.value, session=session)
        return lead

    return transaction(work)
