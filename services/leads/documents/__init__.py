"""What leads stores. Each document guards its own steps; commands load, decide and commit."""

from services.leads.documents.account import Account
from services.leads.documents.channel_cost import ChannelCost
from services.leads.documents.lead import Lead
from services.leads.documents.opportunity import Opportunity
from services.leads.documents.responsibility_entry import ResponsibilityEntry
from services.leads.documents.salesperson import Salesperson
from services.leads.documents.stored_policy import StoredPolicy
from services.leads.documents.timeline_entry import TimelineEntry

__all__ = [
    "Account",
    "ChannelCost",
    "Lead",
    "Opportunity",
    "ResponsibilityEntry",
    "Salesperson",
    "StoredPolicy",
    "TimelineEntry",
]
