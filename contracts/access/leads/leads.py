"""Who may do what with leads: salespeople their own, supervisors their team, regional managers their region.

Marketing and administrators work with all leads but not with the contacts: they see a masked phone and no name.
"""

from collections.abc import Mapping

from chassis.access import Grant, Rule, Scope
from contracts.roles import Role

LEADERS: Mapping[str, Grant] = {
    Role.SUPERVISOR: Grant(Scope.TEAM),
    Role.REGIONAL_MANAGER: Grant(Scope.REGION),
    Role.GENERAL_MANAGER: Grant(Scope.ALL),
    Role.DIRECTOR: Grant(Scope.ALL),
}
SALES_LINE: Mapping[str, Grant] = {Role.SALESPERSON: Grant(Scope.OWN), **LEADERS}


def without_contacts(lead: str) -> Mapping[str, Grant]:
    """All rows, phones masked and contact names left out; `lead` is the path of the lead in the answer."""
    grant = Grant(Scope.ALL, hidden=(f"{lead}.contact_name",), masked=(f"{lead}.phone",))
    return {Role.MARKETING: grant, Role.ADMIN: grant}


def _accounts(account: str) -> Mapping[str, Grant]:
    """Customer success calls the customers; marketing and administrators do not."""
    masked = Grant(Scope.ALL, masked=(f"{account}.phone",))
    return {**SALES_LINE, Role.CUSTOMER_SUCCESS: Grant(), Role.MARKETING: masked, Role.ADMIN: masked}


RULES = (
    Rule("leads.CreateLead", {**SALES_LINE, **without_contacts("lead")}),
    Rule("leads.ImportLeads", {**LEADERS, Role.MARKETING: Grant(), Role.ADMIN: Grant()}),
    Rule("leads.GetLead", {**SALES_LINE, **without_contacts("lead")}),
    Rule("leads.ListLeads", {**SALES_LINE, **without_contacts("leads")}),
    Rule("leads.RouteLead", {**LEADERS, Role.ADMIN: without_contacts("lead")[Role.ADMIN]}),
    Rule("leads.ConfirmRouting", LEADERS),
    Rule("leads.ContactLead", {Role.SALESPERSON: Grant(Scope.OWN)}),
    Rule("leads.GetAccount", _accounts("account")),
    Rule("leads.ListAccounts", _accounts("accounts")),
    Rule("leads.ListResponsibilityEntries", {**SALES_LINE, Role.ADMIN: Grant()}),
    Rule("leads.ListSalespeople", {**SALES_LINE, Role.MARKETING: Grant(), Role.ADMIN: Grant()}),
    Rule(
        "leads.GetRoutingPolicy",
        {role: Grant() for role in (*SALES_LINE, Role.MARKETING, Role.ADMIN)},
    ),
    Rule(
        "leads.UpdateRoutingPolicy",
        {Role.GENERAL_MANAGER: Grant(), Role.DIRECTOR: Grant(), Role.ADMIN: Grant()},
    ),
)
