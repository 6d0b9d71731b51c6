"""Texts that people give with a decision about ownership."""

from collections.abc import Mapping

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


def check_attributes(attributes: Mapping[str, str]) -> dict[str, str]:
    """The dynamic attributes of an account, at most 12. Raises FieldProblem."""
    if len(attributes) > ATTRIBUTES:
        raise FieldProblem("attributes", "TOO_MANY", f"最多 {ATTRIBUTES} 个属性", f"at most {ATTRIBUTES} attributes")
    checked = {}
    for name, value in attributes.items():
        key = required("attributes", name, ATTRIBUTE_NAME_LENGTH)
        if "." in key or "$" in key or "\0" in key:
            raise FieldProblem("attributes", "BAD_NAME", "属性名不能含 . 或 $", "a name must not contain . or $")
        checked[key] = required(f"attributes[{key}]", value, ATTRIBUTE_LENGTH)
    return checked


def check_level(level: str) -> str:
    """A, B, C or VIP. Raises FieldProblem."""
    if level not in LEVELS:
        known = ", ".join(LEVELS)
        raise FieldProblem("level", "UNKNOWN_LEVEL", f"未知级别，可用：{known}", f"unknown level, known are {known}")
    return level
