"""What can be wrong with a request to leads. `code` and `reason` go out as google.rpc.Status and ErrorInfo."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


class LeadsError(Exception):
    """A rule said no. `reason` is a name of saleloop.leads.v1.ErrorReason, without its prefix."""

    code: ClassVar[str] = "FAILED_PRECONDITION"
    reason: ClassVar[str] = ""

    def __init__(self, message: str, **metadata: str) -> None:
        super().__init__(message)
        self.message = message
        self.metadata = metadata


class LeadNotFound(LeadsError):
    """There is no such lead, or the caller may not see it: the two look the same from outside."""

    code = "NOT_FOUND"
    reason = "LEAD_NOT_FOUND"


class AccountNotFound(LeadsError):
    """There is no such account, or the caller may not see it."""

    code = "NOT_FOUND"
    reason = "ACCOUNT_NOT_FOUND"


class NotOwner(LeadsError):
    """Only the owner records the first contact."""

    code = "PERMISSION_DENIED"
    reason = "NOT_OWNER"


class LeadClosed(LeadsError):
    """A closed lead takes no more steps."""

    reason = "LEAD_CLOSED"


class LeadNotRouted(LeadsError):
    """The lead has no owner yet."""

    reason = "LEAD_NOT_ROUTED"


class LeadAlreadyRouted(LeadsError):
    """The lead has an owner; routing does not take it away from him."""

    reason = "LEAD_ALREADY_ROUTED"


class OverrideNeedsReason(LeadsError):
    """The chosen person is not among the candidates and no reason was given."""

    reason = "OVERRIDE_NEEDS_REASON"


class SalespersonNotEligible(LeadsError):
    """The chosen person is unknown or has left, or the account belongs to somebody else."""

    reason = "SALESPERSON_NOT_ELIGIBLE"


class RequestIdTooLong(LeadsError):
    """An id of a request is a UUID or about as long."""

    code = "INVALID_ARGUMENT"
    reason = "INVALID_ARGUMENT"
    field = "request_id"


class RequestIdReused(LeadsError):
    """The same request_id came with other content."""

    code = "ALREADY_EXISTS"
    reason = "REQUEST_ID_REUSED"


class PolicyChanged(LeadsError):
    """Somebody else changed the routing policy since it was read."""

    code = "ABORTED"
    reason = "POLICY_CHANGED"


class ImportRefused(LeadsError):
    """The file as a whole cannot be taken in; nothing of it was."""

    code = "INVALID_ARGUMENT"
    field = "content"


class ImportUnreadable(ImportRefused):
    """The file is not text in UTF-8 or GBK, or not CSV."""

    reason = "IMPORT_UNREADABLE"


class ImportMissingColumn(ImportRefused):
    """A column without which no lead can be made is not in the header."""

    reason = "IMPORT_MISSING_COLUMN"


class ImportTooLarge(ImportRefused):
    """More rows than one import takes."""

    reason = "IMPORT_TOO_LARGE"


class FieldProblem(LeadsError):
    """A value that cannot be taken in: which field, why (a stable word), and in words by language tag."""

    code = "INVALID_ARGUMENT"
    reason = "INVALID_FIELD"

    def __init__(self, field: str, problem: str, zh: str, en: str) -> None:
        super().__init__(en, problem=problem)
        self.field = field
        self.problem = problem
        self.description = {"zh": zh, "en": en}


@dataclass(frozen=True)
class Violation:
    """One wrong field and what is wrong with it, as google.rpc.BadRequest tells it."""

    field: str
    description: str


class InvalidIntake(LeadsError):
    """What was sent is no lead; everything that is wrong with it is told at once."""

    code = "INVALID_ARGUMENT"
    reason = "INVALID_FIELD"

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        told = "; ".join(f"{problem.field}: {problem.message}" for problem in problems)
        super().__init__(told, problem=problems[0].problem)
        self.violations = tuple(Violation(problem.field, problem.message) for problem in problems)
