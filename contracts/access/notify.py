"""Who may read messages, move task cards and set up channels.

Inboxes are always the caller's own, whatever the scope. Robots' addresses and secrets never leave notify.
"""

from chassis.access import Grant, Rule, Scope
from contracts.roles import Role

_PEOPLE = tuple(role for role in Role if role not in (Role.GATEWAY, Role.PUBLIC))
_OWN = {role: Grant(Scope.OWN) for role in _PEOPLE}
_CARDS = _OWN | {Role.ADMIN: Grant(), Role.DIRECTOR: Grant()}

RULES = (
    Rule("notify.ListInboxItems", _OWN),
    Rule("notify.ReadInboxItem", _OWN),
    Rule("notify.ListTaskCards", _CARDS),
    Rule("notify.AcknowledgeTaskCard", _CARDS),
    Rule("notify.CompleteTaskCard", _CARDS),
    Rule("notify.ListDeliveries", {Role.ADMIN: Grant(), Role.DIRECTOR: Grant(), Role.SRE: Grant()}),
    Rule("notify.PutChannel", {Role.ADMIN: Grant()}),
    Rule("notify.ListChannels", {Role.ADMIN: Grant(), Role.SRE: Grant()}),
)
