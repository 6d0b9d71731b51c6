"""When a lead is valid, and why one is closed."""

from dataclasses import dataclass
from enum import StrEnum

from services.leads.domain.errors import FieldProblem

EVIDENCE_LENGTH = 2_000
WHY_LENGTH = 1_000
# The roles of those who may vouch for a budget or a technical fit.
CONFIRMING_ROLES = frozenset(
    ("salesperson", "supervisor", "regional_manager", "general_manager", "director", "marketing")
)


class CloseReason(StrEnum):
    """Why a lead ends without a deal."""

    NO_BUDGET = "no_budget"
    NO_FIT = "no_fit"
    NO_INTEREST = "no_interest"
    UNREACHABLE = "unreachable"
    DUPLICATE = "duplicate"
    SPAM = "spam"
    OTHER = "other"


@dataclass(frozen=True)
class Qualification:
    """Who confirmed the budget, who the technical fit (ids of people), and what shows it."""

    budget_confirmed_by: str
    fit_confirmed_by: str
    evidence: str


def check_qualification(qualification: Qualification) -> Qualification:
    """The qualification with its words trimmed. Raises FieldProblem."""
    return Qualification(
        _words("budget_confirmed_by", qualification.budget_confirmed_by, WHY_LENGTH),
        _words("fit_confirmed_by", qualification.fit_confirmed_by, WHY_LENGTH),
        _words("evidence", qualification.evidence, EVIDENCE_LENGTH),
    )


def check_close(reason: str, why: str) -> tuple[CloseReason, str]:
    """The reason and its words; another reason than the preset ones needs words. Raises FieldProblem."""
    if reason not in set(CloseReason):
        known = ", ".join(CloseReason)
        raise FieldProblem("reason", "UNKNOWN_REASON", f"未知原因，可用：{known}", f"unknown reason, known are {known}")
    chosen = CloseReason(reason)
    return chosen, _words("why", why, WHY_LENGTH) if chosen is CloseReason.OTHER else check_why(why, may_be_empty=True)


def check_why(why: str, *, may_be_empty: bool = False) -> str:
    """A reason in a person's words. Raises FieldProblem."""
    if may_be_empty and not why.strip():
        return ""
    return _words("why", why, WHY_LENGTH)


def _words(field: str, text: str, limit: int) -> str:
    words = text.strip()
    if not words:
        raise FieldProblem(field, "MISSING", "不能为空", "must not be empty")
    if len(words) > limit:
        raise FieldProblem(field, "TOO_LONG", f"最多 {limit} 个字符", f"at most {limit} characters")
    return words
