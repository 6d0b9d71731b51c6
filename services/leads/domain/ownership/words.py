"""Texts that people give with a decision about ownership."""

from services.leads.domain.errors import FieldProblem

REASON_LENGTH = 1_000
EVIDENCE_LENGTH = 4_000
ATTRIBUTES = 12
ATTRIBUTE_NAME_LENGTH = 50
ATTRIBUTE_LENGTH = 500
LEVELS = ("A", "B", "C", "VIP")


def required(field: str, text: str, limit: int = REASON_LENGTH) -> str:
    """The text without its margins. Raises FieldProblem when there is none, or too much."""
    words = text.strip()
    if not words:
        raise FieldProblem(field, "MISSING", "不能为空", "must not be empty")
    return within(field, words, limit)


def within(field: str, text: str, limit: int = REASON_LENGTH) -> str:
    """The text without its margins. Raises FieldProblem when there is too much."""
    words = text.strip()
    if len(words) > limit:
        raise FieldProblem(field, "TOO_LONG", f"最多 {limit} 个字符", f"at most {limit} characters")
    return words
