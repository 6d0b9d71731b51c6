"""What belongs to whoever owns the account, and goes with it when the owner changes."""

from collections.abc import Mapping
from typing import Any

from chassis.documents import Aggregate
from services.leads.documents.lead import Lead
from services.leads.documents.opportunity import Opportunity
from services.leads.domain.lead_state import LeadState

# Each document class carries account_id and owner_id, and may carry team_id and supervisor_id; the condition says which
# of its documents are still open. Closed ones stay with the person who closed them.
FOLLOWING: tuple[tuple[type[Aggregate], Mapping[str, Any]], ...] = (
    (Lead, {"state": {"$ne": LeadState.CLOSED.value}}),
    (Opportunity, {"state": "open"}),
)
