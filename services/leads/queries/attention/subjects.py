"""What a request is about: an account, named by itself, by a lead or by an opportunity."""

from dataclasses import dataclass

from chassis.access import Scope
from chassis.principal import Principal
from services.leads.documents import Opportunity
from services.leads.domain.errors import FieldProblem, LeadNotRouted
from services.leads.queries.accounts import Row, get_account
from services.leads.queries.leads import get_lead
from services.leads.queries.visible_rows import owned_rows


@dataclass(frozen=True)
class Subject:
    """The account, as its stored row, and what it was named by."""

    account: Row
    lead_id: str = ""
    opportunity_id: str = ""


def find_subject(
    by: Principal, scope: Scope, *, account_id: str = "", lead_id: str = "", opportunity_id: str = ""
) -> Subject:
    """The one that is named, within the caller's reach.

    Raises FieldProblem unless exactly one is named, AccountNotFound, LeadNotFound, LeadNotRouted.
    """
    if sum(map(bool, (account_id, lead_id, opportunity_id))) != 1:
        raise FieldProblem(
            "account_id", "NOT_ONE", "须指明客户、线索、商机之一", "name one: an account, a lead or an opportunity"
        )
    if account_id:
        return Subject(get_account(account_id, by, scope))
    if lead_id:
        found = get_lead(lead_id, by, scope)["account_id"]
        if not found:
            raise LeadNotRouted("the lead has no owner yet", lead_id=lead_id)
        return Subject(get_account(found, by, scope), lead_id=lead_id)
    row = Opportunity.collection().find_one({"$and": [{"_id": opportunity_id}, owned_rows(by, scope)]})
    if row is None:
        raise FieldProblem("opportunity_id", "UNKNOWN", "没有这个商机", "there is no such opportunity")
    return Subject(get_account(row["account_id"], by, scope), opportunity_id=opportunity_id)
