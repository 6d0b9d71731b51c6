"""Who may do what: the time limits of the first contact, working time, and qualification."""

from chassis.access import Grant, Rule
from contracts.access.leads.leads import SALES_LINE, without_contacts
from contracts.roles import Role

_READERS = {role: Grant() for role in (*SALES_LINE, Role.MARKETING, Role.ADMIN)}
_RULERS = {Role.GENERAL_MANAGER: Grant(), Role.DIRECTOR: Grant(), Role.ADMIN: Grant()}

RULES = (
    Rule("leads.GetSlaPolicy", _READERS),
    Rule("leads.UpdateSlaPolicy", _RULERS),
    Rule("leads.ListCalendarDays", _READERS),
    Rule("leads.SetCalendarDay", _RULERS),
    Rule("leads.DeleteCalendarDay", _RULERS),
    Rule("leads.ProvideCalendarYear", _RULERS),
    Rule("leads.PauseFirstContact", SALES_LINE),
    Rule("leads.ResumeFirstContact", SALES_LINE),
    Rule("leads.ListFirstContactBoard", SALES_LINE),
    Rule("leads.PlanNextAction", {Role.SALESPERSON: SALES_LINE[Role.SALESPERSON]}),
    # Marketing hands the leads over without seeing their contacts.
    Rule("leads.QualifyLead", {**SALES_LINE, Role.MARKETING: without_contacts("lead")[Role.MARKETING]}),
    Rule("leads.CloseLead", {**SALES_LINE, Role.MARKETING: without_contacts("lead")[Role.MARKETING]}),
)
