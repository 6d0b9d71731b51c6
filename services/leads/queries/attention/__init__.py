"""What attention can tell, each within the rows that the caller may see."""

from services.leads.queries.attention.assets import asset_authors, get_asset, read_asset_file, search_assets
from services.leads.queries.attention.engagements import get_engagement, list_engagements
from services.leads.queries.attention.nurture import list_nurture_packages, list_nurture_runs, require_run_in_reach
from services.leads.queries.attention.risk import list_accounts_at_risk, scripts_by_cause
from services.leads.queries.attention.subjects import Subject, find_subject
from services.leads.queries.attention.suggestions import list_suggestions
from services.leads.queries.attention.voices import list_voices, require_voice_in_reach, voice_wall

__all__ = [
    "Subject",
    "asset_authors",
    "find_subject",
    "get_asset",
    "get_engagement",
    "list_accounts_at_risk",
    "list_engagements",
    "list_nurture_packages",
    "list_nurture_runs",
    "list_suggestions",
    "list_voices",
    "read_asset_file",
    "require_run_in_reach",
    "require_voice_in_reach",
    "scripts_by_cause",
    "search_assets",
    "voice_wall",
]
