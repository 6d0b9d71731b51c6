"""What leads stores. Each document guards its own steps; commands load, decide and commit."""

from services.leads.documents.account import Account
from services.leads.documents.account_money import AccountMoney
from services.leads.documents.check_in import CheckInRecord
from services.leads.documents.competitor_list import CompetitorList
from services.leads.documents.customer_stock import CustomerStock
from services.leads.documents.focus_day import FocusDay
from services.leads.documents.lead import Lead
from services.leads.documents.opportunity import Opportunity
from services.leads.documents.responsibility_entry import ResponsibilityEntry
from services.leads.documents.salesperson import Salesperson
from services.leads.documents.stored_policy import StoredPolicy
from services.leads.documents.timeline_entry import TimelineEntry
from services.leads.documents.visit import Visit

__all__ = [
    "Account",
    "AccountMoney",
    "CheckInRecord",
    "CompetitorList",
    "CustomerStock",
    "FocusDay",
    "Lead",
    "Opportunity",
    "ResponsibilityEntry",
    "Salesperson",
    "StoredPolicy",
    "TimelineEntry",
    "Visit",
]
