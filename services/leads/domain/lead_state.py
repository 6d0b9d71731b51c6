"""The states of a lead, and what may be done in which."""

from enum import StrEnum

from services.leads.domain.errors import LeadAlreadyRouted, LeadClosed, LeadNotRouted


class LeadState(StrEnum):
    """Where a lead stands between its intake and its end."""

    NEW = "new"
    PROPOSED = "proposed"
    ASSIGNED = "assigned"
    CONTACTED = "contacted"
    CLOSED = "closed"
    UNROUTABLE = "unroutable"


WITHOUT_OWNER = frozenset({LeadState.NEW, LeadState.PROPOSED, LeadState.UNROUTABLE})


def require_routable(state: LeadState) -> None:
    """Only a lead without owner is routed. Raises LeadClosed, LeadAlreadyRouted."""
    if state is LeadState.CLOSED:
        raise LeadClosed("the lead is closed")
    if state not in WITHOUT_OWNER:
        raise LeadAlreadyRouted("the lead already has an owner")


def require_contactable(state: LeadState) -> None:
    """Only a lead with an owner is contacted. Raises LeadClosed, LeadNotRouted."""
    if state is LeadState.CLOSED:
        raise LeadClosed("the lead is closed")
    if state in WITHOUT_OWNER:
        raise LeadNotRouted("the lead has no owner yet")
