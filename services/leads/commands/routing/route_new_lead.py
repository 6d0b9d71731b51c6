"""Route the leads that come in: whoever's turn it is decides for all that wait, in one transaction.

When many wait, it is an import, and the other new leads of the pool are taken along without waiting for their events.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pymongo.client_session import ClientSession

from services.leads.commands.routing.desk import Desk
from services.leads.commands.routing.route_lead import route_at
from services.leads.commands.routing.routing_turn import TURN, decide_leased
from services.leads.documents import Lead
from services.leads.domain.errors import LeadNotFound
from services.leads.domain.lead_state import LeadState

WAITING = 32  # messages that wait in one worker
TOGETHER = 250  # leads in one transaction
BURST = 16  # so many that wait are no coincidence
BULK_LIMIT_S = 12.0
REMEMBERED = 20_000


@dataclass(eq=False)
class _Waiting:
    """A lead until it is routed. Its change is told and audited in the context of its own event."""

    lead_id: str
    at: datetime
    context: Context = field(default_factory=copy_context)
    is_routed: bool = False


_waiting: list[_Waiting] = []
# Leads that this process routed before their event came: spares looking them up. A lead never becomes new again.
_routed: OrderedDict[str, None] = OrderedDict()


def route_new_lead(lead_id: str, *, at: datetime) -> None:
    """Route a lead that came in at `at`; a lead that was routed already stays as it is. Raises LeadNotFound."""
    if _routed.pop(lead_id, 0) is None:
        return
    mine = _Waiting(lead_id, at)
    _waiting.append(mine)
    try:
        with TURN:
            if not mine.is_routed:
                _route_waiting(mine)
    finally:
        _waiting.remove(mine)


def route_new_leads(region: str) -> int:
    """Route all new leads of the region, oldest first, a transaction for each 250; returns how many were routed.

    Each is decided as of the time at which it came in.
    """
    done = 0
    while True:
        with TURN:
            together = _new_ones(region, TOGETHER, without=())
            if not together:
                return done
            routed = _route(region, together)
        done += len(routed)


def _route_waiting(mine: _Waiting) -> None:
    pool, together = _gather(mine)
    if together:
        for each in _route(pool, together):
            each.is_routed = True
            if each not in _waiting:
                _routed[each.lead_id] = None
        while len(_routed) > REMEMBERED:
            _routed.popitem(last=False)


def _route(pool: str, together: list[_Waiting]) -> list[_Waiting]:
    limit_s = BULK_LIMIT_S if len(together) > WAITING else 4.0
    try:
        return decide_leased(pool, lambda session: _route_together(together, session), limit_s=limit_s)
    except Exception:
        if len(together) == 1:
            raise
        # It may have been another's fault.
        return decide_leased(pool, lambda session: _route_together(together[:1], session))


def _gather(mine: _Waiting) -> tuple[str, list[_Waiting]]:
    """The pool of this lead, and those of it that are routed now, this one first; nothing when it was routed before."""
    others = [each for each in _waiting if each is not mine and not each.is_routed]
    ids = [mine.lead_id, *(each.lead_id for each in others)]
    rows = {row["_id"]: row for row in Lead.collection().find({"_id": {"$in": ids}}, {"region": 1, "state": 1})}
    if mine.lead_id not in rows:
        raise LeadNotFound(f"there is no lead {mine.lead_id}", lead_id=mine.lead_id)
    pool: str = rows[mine.lead_id]["region"]
    for each in (mine, *others):
        each.is_routed = each.lead_id in rows and rows[each.lead_id]["state"] != LeadState.NEW
    if mine.is_routed:
        return pool, []
    together = [mine, *(each for each in others if _is_in(pool, rows.get(each.lead_id)) and not each.is_routed)]
    if len(together) >= BURST:
        without = [each.lead_id for each in together]
        together += _new_ones(pool, TOGETHER - len(together), without=without)
    return pool, together[:TOGETHER]


def _is_in(pool: str, row: Mapping[str, Any] | None) -> bool:
    return row is not None and row["region"] == pool


def _new_ones(pool: str, limit: int, *, without: Sequence[str]) -> list[_Waiting]:
    """New leads of the pool, oldest first."""
    where = {"state": LeadState.NEW.value, "region": pool, "_id": {"$nin": list(without)}}
    rows = Lead.collection().find(where, {"create_time": 1}).sort("_id", 1).limit(max(1, limit))
    return [_Waiting(row["_id"], row["create_time"]) for row in rows]


def _route_together(together: list[_Waiting], session: ClientSession) -> list[_Waiting]:
    """Those that are routed now: the first always, another unless it has to see the first ones written."""
    leads = Lead.load_many([each.lead_id for each in together], session=session)
    desk = Desk([lead for lead in leads.values() if lead.state == LeadState.NEW], together[0].at, session)
    routed = []
    for each in together:
        lead = leads.get(each.lead_id)
        if lead is None or (lead.state == LeadState.NEW and not desk.can_take(lead, each.at)):
            continue
        if lead.state == LeadState.NEW:
            each.context.run(route_at, desk, lead, each.at)
        routed.append(each)
    desk.write()
    return routed
