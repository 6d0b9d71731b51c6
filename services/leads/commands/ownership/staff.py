"""Salespeople as the transaction sees them."""

from collections.abc import Iterable
from datetime import datetime

from pymongo.client_session import ClientSession

from services.leads.documents import Salesperson
from services.leads.documents.salesperson import salesperson_facts
from services.leads.domain.errors import SalespersonNotEligible
from services.leads.domain.routing.candidates import SalespersonFacts
from services.leads.domain.routing.months import month_of

_LEFT_OUT = {"outbox": 0, "handled": 0, "deadlines": 0}


def active_staff(
    at: datetime, session: ClientSession | None, only: Iterable[str] | None = None
) -> dict[str, SalespersonFacts]:
    """Those who have not left, by id; `only` names whom to look for (None: all)."""
    where = {"active": True} if only is None else {"active": True, "_id": {"$in": list(only)}}
    rows = Salesperson.collection().find(where, _LEFT_OUT, session=session)
    return {row["_id"]: salesperson_facts(row, month_of(at)) for row in rows}


def require_active(salesperson_id: str, at: datetime, session: ClientSession | None) -> SalespersonFacts:
    """A salesperson who has not left. Raises SalespersonNotEligible."""
    found = active_staff(at, session, (salesperson_id,)).get(salesperson_id)
    if found is None:
        raise SalespersonNotEligible("no salesperson with this id works here", salesperson_id=salesperson_id)
    return found
