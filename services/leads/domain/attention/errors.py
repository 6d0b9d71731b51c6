"""What can be wrong with a request about attention."""

from services.leads.domain.errors import LeadsError


class NurturePackageNotFound(LeadsError):
    """There is no such package."""

    code = "NOT_FOUND"
    reason = "NURTURE_PACKAGE_NOT_FOUND"


class NurtureRunNotFound(LeadsError):
    """There is no such run, or the caller may not see it."""

    code = "NOT_FOUND"
    reason = "NURTURE_RUN_NOT_FOUND"


class NurtureRunning(LeadsError):
    """Another package runs for this account."""

    code = "ALREADY_EXISTS"
    reason = "NURTURE_RUNNING"


class EngagementNotFound(LeadsError):
    """The account gave no signal yet."""

    code = "NOT_FOUND"
    reason = "ENGAGEMENT_NOT_FOUND"


class SignalIdReused(LeadsError):
    """The same signal id came with other content."""

    code = "ALREADY_EXISTS"
    reason = "SIGNAL_ID_REUSED"


class VoiceNotFound(LeadsError):
    """There is no such voice, or the caller may not see it."""

    code = "NOT_FOUND"
    reason = "VOICE_NOT_FOUND"


class SuggestionNotFound(LeadsError):
    """There is no such suggestion."""

    code = "NOT_FOUND"
    reason = "SUGGESTION_NOT_FOUND"


class WeeklyItemNotFound(LeadsError):
    """This week's three do not contain it."""

    code = "NOT_FOUND"
    reason = "WEEKLY_ITEM_NOT_FOUND"


class AssetNotFound(LeadsError):
    """There is no such asset, or no such edition of it."""

    code = "NOT_FOUND"
    reason = "ASSET_NOT_FOUND"


class AttentionDataChanged(LeadsError):
    """Somebody else changed the package, policy, dictionary or asset since it was read."""

    code = "ABORTED"
    reason = "ATTENTION_DATA_CHANGED"
