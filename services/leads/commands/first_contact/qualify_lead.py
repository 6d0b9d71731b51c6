"""A lead becomes valid at the hand-over from marketing."""

from datetime import datetime

from pymongo.client_session import ClientSession

from chassis.documents import transaction
from services.leads.documents import Account, Lead, Salesperson
from services.leads.documents.confirmer import Confirmer
from services.leads.domain.first_contact.errors import ConfirmerUnknown
from services.leads.domain.first_contact.qualification import Qualification, check_qualification


def qualify_lead(lead_id: str, qualification: Qualification, *, by: str, at: datetime) -> Lead:
    """The lead, valid from `at` (UTC) on; `by` is the caller's subject. Repeating it changes nothing.

    Raises LeadNotFound, LeadClosed, LeadNotRouted, LeadAlreadyQualified, ConfirmerUnknown, FieldProblem.
    """
    checked = check_qualification(qualification)
    _require_confirmer("budget_confirmed_by", checked.budget_confirmed_by)
    _require_confirmer("fit_confirmed_by", checked.fit_confirmed_by)

    def work(session: ClientSession) -> Lead:
        lead = Lead.load(lead_id, session=session)
        if lead.needs_qualification(checked):
            account = Account.find(lead.account_id, session=session)
            lead.qualify(checked, account.team_id if account else "", by, at)
            lead.commit(checked.evidence, session=session)
        return lead

    return transaction(work)


def _require_confirmer(field: str, person_id: str) -> None:
    works_here = {"_id": person_id, "active": True}
    if not any(kind.collection().find_one(works_here, {"_id": 1}) for kind in (Confirmer, Salesperson)):
        raise ConfirmerUnknown(field, person_id)
