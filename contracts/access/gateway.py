"""Who may do what with people, teams, logins, the clock and the audit."""

from collections.abc import Mapping

from chassis.access import Grant, Rule, Scope
from contracts.roles import Role

_PEOPLE_ROLES = tuple(role for role in Role if role not in (Role.GATEWAY, Role.PUBLIC))
_EVERYBODY_OWN: Mapping[str, Grant] = {role: Grant(Scope.OWN) for role in _PEOPLE_ROLES}
_LINE: Mapping[str, Grant] = {
    Role.SUPERVISOR: Grant(Scope.TEAM),
    Role.REGIONAL_MANAGER: Grant(Scope.REGION),
    Role.REGIONAL_SUPERVISOR: Grant(Scope.REGION),
    Role.GENERAL_MANAGER: Grant(Scope.ALL),
    Role.DIRECTOR: Grant(Scope.ALL),
    Role.ADMIN: Grant(Scope.ALL),
}
_ADMIN: Mapping[str, Grant] = {Role.ADMIN: Grant(Scope.ALL)}

RULES = (
    Rule("gateway.Login", public=True),
    Rule("gateway.RefreshLogin", public=True),
    Rule("gateway.Logout", public=True),
    Rule("gateway.GetMe", _EVERYBODY_OWN),
    Rule("gateway.ChangePassword", _EVERYBODY_OWN),
    Rule("gateway.CreatePerson", _ADMIN),
    Rule("gateway.GetPerson", {**_EVERYBODY_OWN, **_LINE}),
    Rule("gateway.ListPeople", {**_EVERYBODY_OWN, **_LINE}),
    Rule("gateway.UpdatePerson", _ADMIN),
    # Leave decides who gets leads, so the line enters it; everybody else their own.
    Rule("gateway.CreateLeave", {**_EVERYBODY_OWN, **_LINE}),
    Rule("gateway.DeleteLeave", {**_EVERYBODY_OWN, **_LINE}),
    Rule("gateway.CreateTeam", _ADMIN),
    Rule("gateway.ListTeams", {role: Grant(Scope.ALL) for role in _PEOPLE_ROLES}),
    Rule("gateway.UpdateTeam", _ADMIN),
    Rule("gateway.GetClock", {role: Grant(Scope.ALL) for role in _PEOPLE_ROLES}),
    Rule("gateway.StepClock", _ADMIN),
    Rule("gateway.ListAuditEntries", {role: Grant(Scope.ALL) for role in (Role.DIRECTOR, Role.ADMIN, Role.SRE)}),
)
