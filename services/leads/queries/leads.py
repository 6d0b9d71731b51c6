"""Reading leads."""

from collections.abc import Mapping, Sequence
from typing import Any

from chassis.access import Scope
from chassis.pages import Page
from chassis.principal import Principal
from services.leads.documents import Lead
from services.leads.domain.errors import LeadNotFound
from services.leads.domain.lead_state import LeadState
from services.leads.queries.visible_rows import rows_of_owner, visible_leads, ways_to_leads

Row = Mapping[str, Any]

_LEFT_OUT = {"outbox": 0, "handled": 0, "deadlines": 0}
# What the sender of a repeated external id learns of a lead that belongs to others.
_SEEN_BY_ALL = ("_id", "version", "state", "external_id", "channel", "create_time")


def get_lead(lead_id: str, by: Principal, scope: Scope) -> Row:
    """The lead. Raises LeadNotFound, also for one that the caller may not see."""
    row = Lead.collection().find_one({"$and": [{"_id": lead_id}, visible_leads(by, scope)]}, _LEFT_OUT)
    if row is None:
        raise LeadNotFound(f"there is no lead {lead_id}", lead_id=lead_id)
    return row


def require_lead_in_reach(lead_id: str, by: Principal, scope: Scope) -> None:
    """Raises LeadNotFound for a lead that the caller may not see."""
    get_lead(lead_id, by, scope)


def list_leads(by: Principal, scope: Scope, page: Page, *, state: str, owner_id: str) -> tuple[Sequence[Row], str]:
    """One page of leads, newest first, and the next page's token; empty filters let everything through."""
    where: list[dict[str, Any]] = []
    if state:
        where.append({"state": state})
    if page.after is not None:
        where.append({"_id": {"$lt": page.after[0]}})
    # In each way by itself, so that each brings its rows in order from its index and nothing is sorted in memory.
    reach = [rows_of_owner(owner_id, by, scope)] if owner_id else ways_to_leads(by, scope)
    ways = [{"$and": [way, *_each_state(way, state), *where]} for way in reach]
    condition = ways[0] if len(ways) == 1 else {"$or": ways}
    rows = list(Lead.collection().find(condition, _LEFT_OUT).sort("_id", -1).limit(page.size + 1))
    return page.cut(rows, lambda row: (row["_id"],))


def _each_state(way: Mapping[str, Any], state: str) -> list[dict[str, Any]]:
    """The index of a region has the state between region and id: named one by one, each state's part is in order."""
    is_by_region = "region" in way and way.get("owner_id", "") == ""
    return [{"state": {"$in": list(LeadState)}}] if is_by_region and not state else []


def lead_as_seen(lead: Lead, by: Principal, scope: Scope) -> Row:
    """The lead that an intake met: whole when it is new or in the caller's reach, else only that it is there."""
    row: Row = lead.to_mongo()
    if lead.version == 1 or scope is Scope.ALL:
        return row
    if Lead.collection().find_one({"$and": [{"_id": lead.id}, visible_leads(by, scope)]}, {"_id": 1}):
        return row
    blank: Row = Lead(id=lead.id).to_mongo()
    return {**blank, **{name: row[name] for name in _SEEN_BY_ALL}}
