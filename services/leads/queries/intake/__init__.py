"""What intake can tell: imports, doors to the outside, duplicates."""

from services.leads.queries.intake.doors import list_intake_forms, list_webhook_deliveries, list_webhook_sources
from services.leads.queries.intake.duplicates import list_account_merges, list_duplicates, require_merge_in_reach
from services.leads.queries.intake.imports import (
    PROBLEMS_SHOWN,
    bad_rows,
    get_import,
    list_column_mappings,
    list_imports,
    problems_of,
)

__all__ = [
    "PROBLEMS_SHOWN",
    "bad_rows",
    "get_import",
    "list_account_merges",
    "list_column_mappings",
    "list_duplicates",
    "list_imports",
    "list_intake_forms",
    "list_webhook_deliveries",
    "list_webhook_sources",
    "problems_of",
    "require_merge_in_reach",
]
