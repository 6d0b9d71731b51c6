"""Reading opportunities, proposals, refused jumps and the timeline, within the rows that the caller may see."""

from services.leads.queries.pipeline.opportunities import (
    BoardFilter,
    get_opportunity,
    list_coaching,
    list_opportunities,
    list_refused_jumps,
    stage_totals,
)
from services.leads.queries.pipeline.proposals import get_proposal, list_proposals
from services.leads.queries.pipeline.timeline import list_timeline
from services.leads.queries.pipeline.win_rates import TracedChange, explain_win_rate
from services.leads.queries.pipeline.won_cases import similar_won_cases

__all__ = [
    "BoardFilter",
    "TracedChange",
    "explain_win_rate",
    "get_opportunity",
    "get_proposal",
    "list_coaching",
    "list_opportunities",
    "list_proposals",
    "list_refused_jumps",
    "list_timeline",
    "similar_won_cases",
    "stage_totals",
]
