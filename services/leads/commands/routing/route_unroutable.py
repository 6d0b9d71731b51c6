"""Route again what nobody could take: somebody came, came back, or has room again."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from pymongo.client_session import ClientSession

from services.leads.commands.routing.desk import Desk
from services.leads.commands.routing.route_lead import route_at
from services.leads.commands.routing.routing_turn import decide_in_pool
from services.leads.documents import Lead, Salesperson
from services.leads.domain.lead_state import LeadState

CHUNK = 100
Condition = Mapping[str, Any]


def route_unroutable(*, at: datetime, region: str = "", where: Condition | None = None) -> tuple[int, int]:
    """Route the unroutable leads that somebody of `region` could take (empty: of all), as of `at`, oldest first.

    `where` narrows them further. Returns how many were routed, and how many still wait.
    """
    waiting: dict[str, Any] = {"state": LeadState.UNROUTABLE.value}
    if region:
        waiting["region"] = {"$in": ["", region]}
    among = {"$and": [waiting, where or {}]}
    routed = 0
    for pool in Lead.collection().distinct("region", among):
        routed += _route_pool(pool, {"$and": [among, {"region": pool}]}, at)
    return routed, Lead.collection().count_documents(among)


def route_unroutable_for(salesperson_id: str, *, at: datetime) -> None:
    """The same for whatever this salesperson, who may have room now, could take."""
    found = Salesperson.collection().find_one({"_id": salesperson_id, "active": True}, {"region": 1})
    if found is not None:
        route_unroutable(at=at, region=found["region"])


def _route_pool(pool: str, among: Condition, at: datetime) -> int:
    routed, after = 0, ""
    while True:
        found = Lead.collection().find({"$and": [among, {"_id": {"$gt": after}}]}, {"_id": 1}).sort("_id", 1)
        ids = [row["_id"] for row in found.limit(CHUNK)]
        if not ids:
            return routed
        done = decide_in_pool(pool, partial(_route_together, ids, at))
        routed += done
        if done < len(ids):
            return (
                routed  # who is eligible does not depend on the lead: when nobody can take one, then none of the rest
            )
        after = ids[-1]


def _route_together(lead_ids: list[str], at: datetime, session: ClientSession) -> int:
    leads = Lead.load_many(lead_ids, session=session)
    open_ones = [lead for lead in leads.values() if lead.state == LeadState.UNROUTABLE]
    desk = Desk(open_ones, at, session)
    for lead in sorted(open_ones, key=lambda each: str(each.id)):
        if desk.can_take(lead, at):
            route_at(desk, lead, at)
    desk.write()
    return sum(lead.state != LeadState.UNROUTABLE for lead in open_ones)
