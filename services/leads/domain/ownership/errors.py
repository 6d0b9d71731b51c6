"""What can be wrong with a request about ownership."""

from services.leads.domain.errors import LeadsError


class PolicyVersionNotFound(LeadsError):
    """There is no such version of the routing policy."""

    code = "NOT_FOUND"
    reason = "POLICY_VERSION_NOT_FOUND"


class ConflictNotFound(LeadsError):
    """There is no such conflict, or the caller may not see it."""

    code = "NOT_FOUND"
    reason = "CONFLICT_NOT_FOUND"


class ConflictAlreadyDecided(LeadsError):
    """Somebody else decided it, and otherwise."""

    reason = "CONFLICT_ALREADY_DECIDED"


class ConflictAboveTeam(LeadsError):
    """People of several teams claim the account: that is not for the supervisor of one of them."""

    code = "PERMISSION_DENIED"
    reason = "CONFLICT_ABOVE_TEAM"


class HandOverNotFound(LeadsError):
    """There is no such hand-over, or the caller may not see it."""

    code = "NOT_FOUND"
    reason = "HAND_OVER_NOT_FOUND"


class HandOverRunning(LeadsError):
    """One hand-over of this person is under way."""

    reason = "HAND_OVER_RUNNING"


class HandOverNotReturnable(LeadsError):
    """Only the finished hand-over of a leave goes back."""

    reason = "HAND_OVER_NOT_RETURNABLE"


class LogIsAppendOnly(LeadsError):
    """A line of the responsibility log is written once."""

    code = "INTERNAL"
    reason = "LOG_IS_APPEND_ONLY"
