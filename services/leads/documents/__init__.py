"""What leads stores. Each document guards its own steps; commands load, decide and commit."""

from services.leads.documents.account import Account
from services.leads.documents.confirmer import Confirmer
from services.leads.documents.following import FOLLOWING
from services.leads.documents.hand_over import HandOver
from services.leads.documents.lead import Lead
from services.leads.documents.opportunity import Opportunity
from services.leads.documents.ownership_conflict import OwnershipConflict
from services.leads.documents.responsibility_entry import ResponsibilityEntry
from services.leads.documents.salesperson import Salesperson
from services.leads.documents.stored_policy import PolicyVersion, StoredPolicy
from services.leads.documents.stored_sla_policy import StoredSlaPolicy
from services.leads.documents.timeline_entry import TimelineEntry

__all__ = [
    "FOLLOWING",
    "Account",
    "Confirmer",
    "HandOver",
    "Lead",
    "Opportunity",
    "OwnershipConflict",
    "PolicyVersion",
    "ResponsibilityEntry",
    "Salesperson",
    "StoredPolicy",
    "StoredSlaPolicy",
    "TimelineEntry",
]
