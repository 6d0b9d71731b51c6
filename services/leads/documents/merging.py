"""What goes along when two accounts become one: the one table of documents that point at an account.

Records that are written once (the responsibility log, the timeline) are not here: they stay as they were written and
are shown with the winner, see queries/account_family.py. What is kept under the account's own id (its stock, its
engagement, its money, a running package) stays with the loser, under its new owner.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chassis.documents import Aggregate
from services.leads.documents.lead import Lead
from services.leads.documents.opportunity import Opportunity
from services.leads.documents.proposal import Proposal
from services.leads.documents.refused_jump import RefusedJump
from services.leads.documents.visit import OPEN, Visit
from services.leads.documents.voice import Voice
from services.leads.domain.lead_state import LeadState


@dataclass(frozen=True)
class Moving:
    """Documents with an `account_id`; the open ones get the winner's owner too, the others keep who did them."""

    document: type[Aggregate]
    is_open: Callable[[Any], bool]


MOVING = (
    Moving(Lead, lambda lead: lead.state != LeadState.CLOSED),
    Moving(Opportunity, lambda opportunity: opportunity.state == "open"),
    Moving(Proposal, lambda _: False),
    Moving(RefusedJump, lambda _: False),
    Moving(Visit, lambda visit: visit.next_action_state == OPEN),
    Moving(Voice, lambda _: False),
)
