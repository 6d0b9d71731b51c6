"""What the owner wants to do next with a lead."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.leads.domain.errors import FieldProblem

SUMMARY_LENGTH = 4_000
ACTION_LENGTH = 500
# A till or phone may be a little ahead of us; further back it is no plan any more.
PAST_ALLOWED = timedelta(days=1)
FUTURE_ALLOWED = timedelta(days=2 * 366)


@dataclass(frozen=True)
class NextAction:
    """A plan in words; `due_time` is UTC, None when it has no date."""

    text: str
    due_time: datetime | None = None


def check_summary(summary: str) -> str:
    """The summary of a contact: some text. Raises FieldProblem."""
    return _words("summary", summary, SUMMARY_LENGTH)


def check_next_action(action: NextAction, at: datetime) -> NextAction:
    """The plan, if it can be meant: some words, and a date that a person would plan for at `at` (UTC).

    Raises FieldProblem.
    """
    text = _words("next_action.text", action.text, ACTION_LENGTH)
    if action.due_time is not None and not at - PAST_ALLOWED <= action.due_time <= at + FUTURE_ALLOWED:
        raise FieldProblem(
            "next_action.due_time",
            "OUT_OF_RANGE",
            "日期须在今天之后的两年内",
            f"must be within {FUTURE_ALLOWED.days} days from now",
        )
    return NextAction(text, action.due_time)


def _words(field: str, text: str, limit: int) -> str:
    words = text.strip()
    if not words:
        raise FieldProblem(field, "MISSING", "不能为空", "must not be empty")
    if len(words) > limit:
        raise FieldProblem(field, "TOO_LONG", f"最多 {limit} 个字符", f"at most {limit} characters")
    return words
