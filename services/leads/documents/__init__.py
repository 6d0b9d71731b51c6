"""What leads stores. Each document guards its own steps; commands load, decide and commit."""

from services.leads.documents.account import Account
from services.leads.documents.lead import Lead
from services.leads.documents.loss_reason import LossReason
from services.leads.documents.opportunity import Opportunity
from services.leads.documents.proposal import Proposal
from services.leads.documents.refused_jump import RefusedJump
from services.leads.documents.responsibility_entry import ResponsibilityEntry
from services.leads.documents.salesperson import Salesperson
from services.leads.documents.stored_policy import StoredPolicy
from services.leads.documents.timeline_entry import TimelineEntry

__all__ = [
    "Account",
    "Lead",
    "LossReason",
    "Opportunity",
    "Proposal",
    "RefusedJump",
    "ResponsibilityEntry",
    "Salesperson",
    "StoredPolicy",
    "TimelineEntry",
]
