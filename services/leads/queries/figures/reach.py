"""Whose rows a figure may count for a caller."""

from dataclasses import replace

from chassis.access import Scope
from chassis.errors import PermissionDenied
from chassis.principal import Principal
from contracts.access import TABLE
from contracts.roles import Role
from services.leads.domain.figures.definitions import OF_CHANNELS, Figure
from services.leads.domain.figures.errors import FigureNotVisible
from services.leads.domain.figures.members import Grouping

_OPERATION = "leads.GetFigure"
# They see what the channels bring, and nothing of a person's work.
_OF_CHANNELS_ONLY = frozenset({str(Role.MARKETING), str(Role.ADMIN)})


def scope_for(figure: Figure, groupings: frozenset[Grouping], by: Principal) -> Scope:
    """The rows that count when the figure is told apart, or filtered, by these. Raises FigureNotVisible."""
    roles = by.roles
    if not figure.is_of_channels or not groupings <= OF_CHANNELS:
        roles = roles - _OF_CHANNELS_ONLY
    try:
        scope = TABLE.decide(_OPERATION, replace(by, roles=roles)).scope
    except PermissionDenied:
        raise FigureNotVisible(f"{figure.name} is not shown to you so", name=figure.name) from None
    if figure.needs_all_rows and scope is not Scope.ALL:
        raise FigureNotVisible(f"{figure.name} is about the whole company", name=figure.name)
    return scope


def may_see(figure: Figure, by: Principal) -> bool:
    """Whether the caller may ask for it at all."""
    try:
        scope_for(figure, frozenset({Grouping.TOTAL}), by)
    except FigureNotVisible:
        return False
    return True
