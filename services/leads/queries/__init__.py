"""What leads can tell: each query within the rows that the caller may see."""

from services.leads.queries.accounts import get_account, list_accounts, list_responsibility_entries
from services.leads.queries.leads import get_lead, lead_as_seen, list_leads, require_lead_in_reach
from services.leads.queries.salespeople import list_salespeople

__all__ = [
    "get_account",
    "get_lead",
    "lead_as_seen",
    "list_accounts",
    "list_leads",
    "list_responsibility_entries",
    "list_salespeople",
    "require_lead_in_reach",
]
