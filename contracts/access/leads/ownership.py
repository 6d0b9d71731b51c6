"""Who may do what: who owns what: policies of routing, claims, hand-overs, the responsibility log.

Leaders decide within their team or region; the policy of all belongs to those who see all.
"""

from collections.abc import Mapping

from chassis.access import Grant, Rule, Scope
from contracts.access.leads.leads import LEADERS, SALES_LINE
from contracts.roles import Role

_HEAD_OFFICE: Mapping[str, Grant] = {
    Role.GENERAL_MANAGER: Grant(),
    Role.DIRECTOR: Grant(),
    Role.ADMIN: Grant(),
}
_POLICY_READERS: Mapping[str, Grant] = {role: Grant() for role in (*LEADERS, Role.MARKETING, Role.ADMIN)}
_LEADERS_AND_ADMIN: Mapping[str, Grant] = {**LEADERS, Role.ADMIN: Grant()}
_SALES_LINE_AND_ADMIN: Mapping[str, Grant] = {**SALES_LINE, Role.ADMIN: Grant()}

RULES: tuple[Rule, ...] = (
    Rule("leads.ListRoutingPolicyVersions", _POLICY_READERS),
    Rule("leads.GetRoutingPolicyVersion", _POLICY_READERS),
    Rule("leads.RollBackRoutingPolicy", _HEAD_OFFICE),
    Rule("leads.PreviewRoutingPolicy", _HEAD_OFFICE),
    Rule("leads.RouteUnroutable", _LEADERS_AND_ADMIN),
    Rule("leads.ListOverrides", _LEADERS_AND_ADMIN),
    Rule("leads.CountOverrides", _LEADERS_AND_ADMIN),
    Rule("leads.ClaimAccount", {Role.SALESPERSON: Grant(Scope.OWN)}),
    Rule("leads.TransferAccount", LEADERS),
    Rule("leads.GetConflict", SALES_LINE),
    Rule("leads.ListConflicts", SALES_LINE),
    Rule("leads.DecideConflict", LEADERS),
    Rule("leads.HandOver", _LEADERS_AND_ADMIN),
    Rule("leads.GetHandOver", _LEADERS_AND_ADMIN),
    Rule("leads.ListHandOvers", _LEADERS_AND_ADMIN),
    Rule("leads.ReturnHandOver", _LEADERS_AND_ADMIN),
    Rule("leads.ListWaitingHandOvers", _LEADERS_AND_ADMIN),
    Rule("leads.GetOwnerAt", _SALES_LINE_AND_ADMIN),
    Rule("leads.GetLeadOwnerAt", _SALES_LINE_AND_ADMIN),
    Rule("leads.ListLeadResponsibilityEntries", _SALES_LINE_AND_ADMIN),
)
