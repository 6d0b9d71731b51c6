"""What can be wrong with intake beside the single lead."""

from services.leads.domain.errors import LeadsError


class IntakeKeyMissing(LeadsError):
    """Forms and webhooks need a secret of the installation: a default one would be everybody's."""

    reason = "INTAKE_KEY_MISSING"

    def __init__(self) -> None:
        super().__init__("SALELOOP_INTAKE_KEY is not set: forms and webhooks are closed")


class FormNotFound(LeadsError):
    """There is no such form, or it takes nothing at the moment."""

    code = "NOT_FOUND"
    reason = "FORM_NOT_FOUND"


class FormTokenInvalid(LeadsError):
    """The token is not one of this form, or was altered."""

    code = "INVALID_ARGUMENT"
    reason = "FORM_TOKEN_INVALID"
    field = "form_token"


class FormTooFast(LeadsError):
    """No person fills in a form that fast; a person who did sends it again."""

    reason = "FORM_TOO_FAST"


class FormExpired(LeadsError):
    """The form was opened too long ago."""

    reason = "FORM_EXPIRED"


class FormTokenUsed(LeadsError):
    """The token brought a lead with other content before."""

    code = "ALREADY_EXISTS"
    reason = "FORM_TOKEN_USED"


class RateLimited(LeadsError):
    """Too many submissions; metadata "retry_after_seconds" says when to try again."""

    code = "RESOURCE_EXHAUSTED"
    reason = "RATE_LIMITED"


class WebhookSourceNotFound(LeadsError):
    """There is no such source."""

    code = "NOT_FOUND"
    reason = "WEBHOOK_SOURCE_NOT_FOUND"


class WebhookRefused(LeadsError):
    """Unknown source, wrong signature or too old: the sender is not told which."""

    code = "UNAUTHENTICATED"
    reason = "WEBHOOK_REFUSED"

    def __init__(self) -> None:
        super().__init__("no active source has signed this within the last 5 minutes")


class MappingNotFound(LeadsError):
    """There is no such column mapping, or it was deleted."""

    code = "NOT_FOUND"
    reason = "MAPPING_NOT_FOUND"


class ImportNotFound(LeadsError):
    """There is no such import, or the caller may not see it."""

    code = "NOT_FOUND"
    reason = "IMPORT_NOT_FOUND"


class ImportFileDeleted(LeadsError):
    """The file of an import is kept for 30 days; what is wrong with its rows is still listed."""

    code = "NOT_FOUND"
    reason = "IMPORT_FILE_DELETED"


class ImportEnded(LeadsError):
    """An import that has ended cannot be cancelled."""

    reason = "IMPORT_ENDED"


class MergeNotFound(LeadsError):
    """There is no such merge, or the caller may not see it."""

    code = "NOT_FOUND"
    reason = "MERGE_NOT_FOUND"


class AccountIsMerged(LeadsError):
    """The account is part of another one by now."""

    reason = "ACCOUNT_MERGED"


class MergeNeedsReason(LeadsError):
    """The owners differ: whoever decides says why."""

    reason = "MERGE_NEEDS_REASON"
    field = "why"


class MergeTooLarge(LeadsError):
    """More documents would move than one transaction takes."""

    reason = "MERGE_TOO_LARGE"


class MergeNotLast(LeadsError):
    """A later merge of the winner has to be undone first."""

    reason = "MERGE_NOT_LAST"


class AccountNameTaken(LeadsError):
    """Another account has this company name: they may be duplicates."""

    code = "ALREADY_EXISTS"
    reason = "ACCOUNT_NAME_TAKEN"
    field = "account.name"


class LevelNeedsSupervisor(LeadsError):
    """The level decides on prices, so nobody changes it for his own customers."""

    code = "PERMISSION_DENIED"
    reason = "LEVEL_NEEDS_SUPERVISOR"


class ChangedMeanwhile(LeadsError):
    """Somebody else changed it since it was read."""

    code = "ABORTED"
    reason = "CHANGED_MEANWHILE"
