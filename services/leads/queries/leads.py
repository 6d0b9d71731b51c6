"""Reading leads."""

from collections.abc import Mapping, Sequence
from typing import Any

from chassis.access import Scope
from chassis.pages import Page
from chassis.principal import Principal
from services.leads.documents import Lead
from services.leads.domain.errors import LeadNotFound
from services.leads.queries.visible_rows import visible_leads
from services.leads.queries.ways_to_leads import ways_to_leads

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
    where: list[dict[str, Any]] = [{"state": state}] if state else []
    if page.after is not None:
        where.append({"_id": {"$lt": page.after[0]}})
    rows: list[Row] = []
    for way in ways_to_leads(by, scope, state=state, owner_id=owner_id):
        found = Lead.collection().find({"$and": [way.condition, *where]}, _LEFT_OUT)
        rows += found.sort("_id", -1).limit(page.size + 1).hint(way.served_by)
    rows.sort(key=lambda row: str(row["_id"]), reverse=True)
    return page.cut(rows[: page.size + 1], lambda row: (row["_id"],))


def lead_as_seen(lead: Lead, by: Principal, scope: Scope) -> Row:
    """The lead that an intake met: whole when it is new or in the caller's reach, else only that it is there."""
    row: Row = lead.to_mongo()
    if lead.version == 1 or scope is Scope.ALL:
        return row
    if Lead.collection().find_one({"$and": [{"_id": lead.id}, visible_leads(by, scope)]}, {"_id": 1}):
        return row
    blank: Row = Lead(id=lead.id).to_mongo()
    return {**blank, **{name: row[name] for name in _SEEN_BY_ALL}}
