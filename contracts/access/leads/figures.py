"""Who may do what: the figures of leads, each with the list behind it.

Marketing and administrators get the channels' figures, and nothing that shows a person's work
(services/leads/queries/figures/reach.py).
"""

from chassis.access import Grant, Rule
from contracts.access.leads.leads import SALES_LINE
from contracts.roles import Role

_FIGURES = {**SALES_LINE, Role.MARKETING: Grant(), Role.ADMIN: Grant()}
_COSTS = {role: Grant() for role in (Role.MARKETING, Role.ADMIN, Role.DIRECTOR, Role.GENERAL_MANAGER)}

RULES: tuple[Rule, ...] = (
    Rule("leads.ListFigures", _FIGURES),
    Rule("leads.GetFigure", _FIGURES),
    Rule("leads.ListFigureMembers", _FIGURES),
    Rule("leads.ExportFigure", _FIGURES),
    Rule("leads.SetChannelCost", _COSTS),
    Rule("leads.ListChannelCosts", _COSTS),
)
