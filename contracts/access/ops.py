"""Operations of the running system: only the gateway itself may call them."""

from chassis.access import Grant, Rule
from contracts.roles import Role

RULES = (
    Rule("ops.GetBacklog", {Role.GATEWAY: Grant()}),
    Rule("ops.SetBusinessClock", {Role.GATEWAY: Grant()}),
    Rule("ops.RepublishState", {Role.GATEWAY: Grant()}),
)
