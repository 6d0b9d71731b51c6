"""What can be wrong with a question for a figure."""

from services.leads.domain.errors import LeadsError


class FigureNotFound(LeadsError):
    """There is no figure of this name."""

    code = "NOT_FOUND"
    reason = "FIGURE_NOT_FOUND"


class FigureNotGroupedSo(LeadsError):
    """The figure has no sense by this grouping, or filtered by this."""

    code = "INVALID_ARGUMENT"
    reason = "FIGURE_NOT_GROUPED_SO"
    field = "group_by"


class FigureNotVisible(LeadsError):
    """The figure is about people, or about money of the whole company, that the caller may not see."""

    code = "PERMISSION_DENIED"
    reason = "FIGURE_NOT_VISIBLE"


class FigureTooLarge(LeadsError):
    """The list behind the number is longer than a file takes."""

    code = "INVALID_ARGUMENT"
    reason = "FIGURE_TOO_LARGE"
    field = "part"
