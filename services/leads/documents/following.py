"""What belongs to whoever owns the account, and goes with it when the owner changes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chassis.documents import Aggregate
from services.leads.documents.account_money_risk import AccountMoneyRisk
from services.leads.documents.customer_stock import CustomerStock
from services.leads.documents.engagement import Engagement
from services.leads.documents.lead import Lead
from services.leads.documents.nurture_run import NurtureRun
from services.leads.documents.opportunity import Opportunity
from services.leads.documents.proposal import Proposal
from services.leads.documents.refused_jump import RefusedJump
from services.leads.documents.visit import Visit
from services.leads.documents.voice import Voice
from services.leads.domain.lead_state import LeadState


@dataclass(frozen=True)
class Following:
    """A document class with an owner_id, perhaps a team_id and a supervisor_id. The field `account` holds its account's
    id; `open` says which of its documents still go along: the others stay with the person who closed them.
    """

    document: type[Aggregate]
    open: Mapping[str, Any] = field(default_factory=dict)
    account: str = "account_id"


FOLLOWING = (
    Following(Lead, {"state": {"$ne": LeadState.CLOSED.value}}),
    Following(Opportunity, {"state": "open"}),
    Following(Proposal),
    Following(RefusedJump),
    Following(NurtureRun, {"state": "running"}),
    Following(Visit),
    Following(Voice),
    Following(CustomerStock),
    Following(Engagement, account="_id"),
    Following(AccountMoneyRisk, account="_id"),
)
