"""What may be changed about an account."""

import re
from collections.abc import Mapping

from services.leads.domain.errors import FieldProblem
from services.leads.domain.intake.draft import COMPANY_LENGTH, one_line

LEVELS = ("A", "B", "C", "VIP")
ATTRIBUTES = 12
NAME_LENGTH, VALUE_LENGTH = 50, 200
# Letters of any script; no dots or dollars, which mean something to the database.
_ATTRIBUTE_NAME = re.compile(r"[^\W_][\w -]*")


def checked_account_name(name: str) -> str:
    """Raises FieldProblem."""
    line = one_line("account.name", name, COMPANY_LENGTH)
    if not line:
        raise FieldProblem("account.name", "MISSING", "缺少公司名称", "the company's name is missing")
    return line


def checked_level(level: str) -> str:
    """Raises FieldProblem."""
    if level not in LEVELS:
        known = ", ".join(LEVELS)
        raise FieldProblem("account.level", "UNKNOWN_LEVEL", f"未知级别，可用：{known}", f"known are {known}")
    return level


def checked_attributes(attributes: Mapping[str, str]) -> dict[str, str]:
    """At most 12, by name; those without a value are left out. Raises FieldProblem."""
    path = "account.attributes"
    checked: dict[str, str] = {}
    for name, value in attributes.items():
        clean = one_line(path, name, NAME_LENGTH)
        if not _ATTRIBUTE_NAME.fullmatch(clean):
            raise FieldProblem(
                path,
                "NOT_A_NAME",
                "属性名只能含字母、数字、空格、- 和 _",
                "names hold letters, digits, spaces, - and _",
            )
        if clean in checked:
            raise FieldProblem(path, "TWICE", f"属性 {clean} 重复", f"{clean} is given twice")
        if text := one_line(f"{path}.{clean}", value, VALUE_LENGTH):
            checked[clean] = text
    if len(checked) > ATTRIBUTES:
        raise FieldProblem(path, "TOO_MANY", f"最多 {ATTRIBUTES} 个属性", f"at most {ATTRIBUTES} attributes")
    return checked
