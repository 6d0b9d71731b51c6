"""What can be wrong with a request about visits."""

from services.leads.domain.errors import LeadsError


class VisitNotFound(LeadsError):
    """There is no such visit, or the caller may not see it."""

    code = "NOT_FOUND"
    reason = "VISIT_NOT_FOUND"


class PhotoNotFound(LeadsError):
    """The visit has no such photo."""

    code = "NOT_FOUND"
    reason = "PHOTO_NOT_FOUND"


class TooManyPhotos(LeadsError):
    """A visit has no room for another photo."""

    reason = "TOO_MANY_PHOTOS"


class PhotoUnreadable(LeadsError):
    """The photo is damaged, so that nobody could say what it would give away."""

    code = "INVALID_ARGUMENT"
    reason = "PHOTO_UNREADABLE"
    field = "content"


class NoNextAction(LeadsError):
    """The visit left nothing to do."""

    reason = "NO_NEXT_ACTION"


class NotInFocus(LeadsError):
    """The account is not among those of the day."""

    code = "NOT_FOUND"
    reason = "NOT_IN_FOCUS"


class CompetitorsChanged(LeadsError):
    """Somebody else changed the competitors since they were read."""

    code = "ABORTED"
    reason = "COMPETITORS_CHANGED"


class SalespersonNotFound(LeadsError):
    """There is no such salesperson, or the caller may not see that person."""

    code = "NOT_FOUND"
    reason = "SALESPERSON_NOT_FOUND"
