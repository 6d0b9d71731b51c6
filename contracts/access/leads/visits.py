"""Who may do what: work at the customer's: visit notes, photos, routes, stock, and the focus of a day.

Notes and photos are of people and sites, so marketing and administrators do not see them.
"""

from chassis.access import Grant, Rule, Scope
from contracts.access.leads.leads import LEADERS, SALES_LINE
from contracts.roles import Role

_READERS = {**SALES_LINE, Role.CUSTOMER_SUCCESS: Grant()}
_ALL_MAY = {role: Grant() for role in (*SALES_LINE, Role.MARKETING, Role.ADMIN)}
_EDITORS = (Role.GENERAL_MANAGER, Role.DIRECTOR, Role.MARKETING, Role.ADMIN)

RULES: tuple[Rule, ...] = (
    Rule("leads.RecordVisit", SALES_LINE),
    Rule("leads.GetVisit", _READERS),
    Rule("leads.ListVisits", _READERS),
    Rule("leads.ConfirmVisit", SALES_LINE),
    Rule("leads.GetNotePrecision", SALES_LINE),
    Rule("leads.CompleteNextAction", SALES_LINE),
    Rule("leads.AddSitePhoto", SALES_LINE),
    Rule("leads.GetSitePhoto", _READERS),
    Rule("leads.GetCompetitors", _ALL_MAY),
    Rule("leads.UpdateCompetitors", {role: Grant() for role in _EDITORS}),
    Rule("leads.SetAccountLocation", SALES_LINE),
    Rule("leads.CheckIn", SALES_LINE),
    Rule("leads.PlanVisitRoute", SALES_LINE),
    Rule("leads.ImportCustomerStock", SALES_LINE),
    Rule("leads.ListCustomerStock", _READERS),
    Rule("leads.GetDailyFocus", SALES_LINE),
    Rule("leads.RefreshDailyFocus", SALES_LINE),
    Rule("leads.CompleteFocusItem", {Role.SALESPERSON: Grant(Scope.OWN), **LEADERS}),
)
