"""What leads can tell: each query within the rows that the caller may see."""

from services.leads.queries.accounts import get_account, list_accounts, list_responsibility_entries
from services.leads.queries.leads import get_lead, lead_as_seen, list_leads, require_lead_in_reach
from services.leads.queries.ownership import (
    get_conflict,
    get_hand_over,
    list_conflicts,
    list_hand_overs,
    list_waiting_hand_overs,
    require_conflict_decidable,
    require_salesperson_in_reach,
)
from services.leads.queries.responsibility import (
    account_owner_at,
    count_overrides,
    lead_owner_at,
    list_lead_responsibility_entries,
    list_overrides,
)
from services.leads.queries.routing import list_policy_versions, preview_routing_policy
from services.leads.queries.salespeople import list_salespeople

__all__ = [
    "account_owner_at",
    "count_overrides",
    "get_account",
    "get_conflict",
    "get_hand_over",
    "get_lead",
    "lead_as_seen",
    "lead_owner_at",
    "list_accounts",
    "list_conflicts",
    "list_hand_overs",
    "list_lead_responsibility_entries",
    "list_leads",
    "list_overrides",
    "list_policy_versions",
    "list_responsibility_entries",
    "list_salespeople",
    "list_waiting_hand_overs",
    "preview_routing_policy",
    "require_conflict_decidable",
    "require_lead_in_reach",
    "require_salesperson_in_reach",
]
