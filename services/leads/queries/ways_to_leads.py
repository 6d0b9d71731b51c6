"""How the database comes to the leads that a caller sees: each way by one index that brings them in order.

Left to itself the database sometimes sorts a region's leads in memory, which takes seconds with a million of them.
"""

from typing import Any, NamedTuple

from chassis.access import Scope
from chassis.principal import Principal
from services.leads.domain.lead_state import LeadState
from services.leads.queries.visible_rows import owned_rows

Condition = dict[str, Any]

_NOBODY = ""


class Way(NamedTuple):
    """A condition, and the name of the index that serves it in the order of the ids."""

    condition: Condition
    served_by: str


def ways_to_leads(by: Principal, scope: Scope, *, state: str, owner_id: str) -> list[Way]:
    """The ways to what `visible_leads` says, of one owner when `owner_id` is given; no lead is on two of them.

    The list asks each of them for leads of `state`, or of any state when that is empty.
    """
    by_owner = "owner_state" if state else "owner"
    reach = owned_rows(by, scope)
    owners = reach.get("owner_id")
    if owner_id:
        allowed = [owner_id] if owners is None else _listed(owners)
        return [Way({**reach, "owner_id": owner_id}, by_owner)] if owner_id in allowed else []
    if scope is Scope.ALL:
        return [Way(reach, "state" if state else "_id_")]
    if owners is None and "region" not in reach:
        return []
    if owners is None:
        # The index of a region has the state before the id: with each state named, its part is in order.
        states = {"$in": [state] if state else list(LeadState)}
        of_nowhere: Condition = {"region": "", "state": states, "owner_id": _NOBODY}
        return [Way({**reach, "state": states}, "region_state"), Way(of_nowhere, "region_state")]
    if scope is Scope.OWN:
        return [Way(reach, by_owner)]
    waiting: Condition = {"region": {"$in": ["", by.region]}} if by.region else {}
    theirs = _listed(owners)
    condition = {"owner_id": {"$in": [_NOBODY, *theirs]}, "$or": [{"owner_id": {"$ne": _NOBODY}}, waiting]}
    return [Way(condition, by_owner)]


def _listed(owners: Any) -> list[str]:
    return list(owners["$in"]) if isinstance(owners, dict) else [owners]
