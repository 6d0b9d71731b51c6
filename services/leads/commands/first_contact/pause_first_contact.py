"""Wait for the customer, and go on."""

from datetime import datetime

from pymongo.client_session import ClientSession

from chassis.documents import transaction
from services.leads.documents import Lead
from services.leads.documents.first_contact_rules import current_rules
from services.leads.domain.first_contact.qualification import check_why


def pause_first_contact(lead_id: str, *, why: str, by: str, at: datetime) -> Lead:
    """Stop the time of a lead that waits for its customer; it goes on by itself at the policy's cap.

    `by` is the caller's subject. Pausing a paused lead changes nothing. Raises LeadNotFound, FirstContactNotOpen,
    PauseUsedUp, FieldProblem.
    """
    reason = check_why(why)

    def work(session: ClientSession) -> Lead:
        lead = Lead.load(lead_id, session=session)
        lead.require_first_contact_open()
        if not lead.is_paused:
            lead.pause(reason, by, current_rules(session), at)
            lead.commit(reason, session=session)
        return lead

    return transaction(work)


def resume_first_contact(lead_id: str, *, at: datetime) -> Lead:
    """The customer has answered: the time runs on. Resuming a running lead changes nothing.

    Raises LeadNotFound, FirstContactNotOpen.
    """

    def work(session: ClientSession) -> Lead:
        lead = Lead.load(lead_id, session=session)
        lead.require_first_contact_open()
        if lead.is_paused:
            lead.resume(current_rules(session), at)
            lead.commit("the customer has answered", session=session)
        return lead

    return transaction(work)
