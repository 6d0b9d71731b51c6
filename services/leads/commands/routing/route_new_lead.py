"""Route the leads that come in: whoever's turn it is decides for all that wait, in one transaction."""

from contextvars import Context, copy_context
from dataclasses import dataclass, field
from datetime import datetime

from pymongo.client_session import ClientSession

from services.leads.commands.routing.desk import Desk
from services.leads.commands.routing.route_lead import route_at
from services.leads.commands.routing.routing_turn import TURN, decide_in_turn
from services.leads.documents import Lead
from services.leads.domain.lead_state import LeadState

TOGETHER = 32  # leads in one transaction


@dataclass(eq=False)
class _Waiting:
    """A lead until it is routed. Its change is told and audited in the context of its own event."""

    lead_id: str
    at: datetime
    context: Context = field(default_factory=copy_context)
    is_routed: bool = False


_waiting: list[_Waiting] = []


def route_new_lead(lead_id: str, *, at: datetime) -> None:
    """Route a lead that came in at `at`; a lead that was routed already stays as it is. Raises LeadNotFound."""
    mine = _Waiting(lead_id, at)
    _waiting.append(mine)
    try:
        with TURN:
            if not mine.is_routed:
                _route_waiting(mine)
    finally:
        _waiting.remove(mine)


def _route_waiting(mine: _Waiting) -> None:
    others = [each for each in _waiting if each is not mine and not each.is_routed]
    together = [mine, *others[: TOGETHER - 1]]
    try:
        routed = decide_in_turn(lambda session: _route_together(together, session))
    except Exception:
        if len(together) == 1:
            raise
        routed = decide_in_turn(lambda session: _route_together([mine], session))  # it may have been another's fault
    for each in routed:
        each.is_routed = True


def _route_together(together: list[_Waiting], session: ClientSession) -> list[_Waiting]:
    """Those that are routed now: the first always, another unless it has to see the first ones written."""
    leads = Lead.load_many([each.lead_id for each in together], session=session)
    if together[0].lead_id not in leads:
        raise Lead.not_found(together[0].lead_id)
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
