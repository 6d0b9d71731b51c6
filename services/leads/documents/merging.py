"""What goes along when two accounts become one: the one table of documents that point at an account.

Records that are written once (the responsibility log, the timeline) are not here: they stay as they were written and
are shown with the winner, see queries/account_family.py.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chassis.documents import Aggregate
from services.leads.documents.lead import Lead
from services.leads.documents.opportunity import Opportunity
from services.leads.domain.lead_state import LeadState


@dataclass(frozen=True)
class Moving:
    """Documents with an `account_id`; the open ones get the winner's owner too, the others keep who did them."""

    document: type[Aggregate]
    is_open: Callable[[Any], bool]


MOVING = (
    Moving(Lead, lambda lead: lead.state != LeadState.CLOSED),
    Moving(Opportunity, lambda opportunity: opportunity.state == "open"),
)
