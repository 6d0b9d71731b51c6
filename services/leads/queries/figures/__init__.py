"""Figures, each within the rows that the caller may see."""

from services.leads.queries.figures.asking import (
    Question,
    Told,
    answer_figure,
    list_figure_members,
    list_figures,
    members_for_file,
)
from services.leads.queries.figures.channel_costs import list_channel_costs

__all__ = [
    "Question",
    "Told",
    "answer_figure",
    "list_channel_costs",
    "list_figure_members",
    "list_figures",
    "members_for_file",
]
