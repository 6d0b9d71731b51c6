"""What a lead must look like to be taken in. A draft that exists is a valid one."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from services.leads.domain.errors import FieldProblem

COMPANY_LENGTH = 200
TEXT_LENGTH = 100
NEED_LENGTH = 50
NEEDS = 20
# In whole CNY; a thousand billion is more than any buyer has.
BUDGET_LIMIT = 10**12

_Choice = TypeVar("_Choice", bound=StrEnum)
_BUDGET = re.compile(r"(\d{1,13})(?:-(\d{1,13}))?")


class Channel(StrEnum):
    """Where an interest came in."""

    EXPO = "expo"
    OFFICIAL_ACCOUNT = "official_account"
    REFERRAL = "referral"
    WEBSITE = "website"
    PHONE = "phone"
    OTHER = "other"


class Urgency(StrEnum):
    """How soon the customer wants to buy."""

    RED = "red"
    YELLOW = "yellow"
    GREEN = "green"


@dataclass(frozen=True, kw_only=True)
class Intake:
    """What somebody sent, as text, before anything is known about it."""

    company: str
    phone: str
    channel: str = ""
    contact_name: str = ""
    region: str = ""
    budget_range: str = ""
    urgency: str = ""
    needs: tuple[str, ...] = ()
    external_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A lead that can be taken in: every value checked and in its one form."""

    company: str
    phone: str
    channel: Channel
    contact_name: str
    region: str
    budget_range: str
    urgency: Urgency
    needs: tuple[str, ...]
    external_id: str

    def fingerprint(self) -> str:
        """Equal for equal content: tells a repeated request from a reused request_id."""
        return hashlib.sha256(json.dumps(vars(self), ensure_ascii=False).encode()).hexdigest()


def check_intake(
    intake: Intake, normalise_phone: Callable[[str], str]
) -> tuple[Draft | None, tuple[FieldProblem, ...]]:
    """A draft, or everything that is wrong with it. `normalise_phone` gives E.164 or raises ValueError."""
    checks: dict[str, Callable[[Any], Any]] = {
        "company": _company,
        "phone": lambda phone: _phone(phone, normalise_phone),
        "channel": _channel,
        "contact_name": lambda text: one_line("contact_name", text),
        "region": lambda text: one_line("region", text),
        "budget_range": _budget_range,
        "urgency": _urgency,
        "needs": _needs,
        "external_id": lambda text: one_line("external_id", text),
    }
    values: dict[str, Any] = {}
    problems: list[FieldProblem] = []
    for field, check in checks.items():
        try:
            values[field] = check(getattr(intake, field))
        except FieldProblem as problem:
            problems.append(problem)
    return (None if problems else Draft(**values)), tuple(problems)


def one_line(field: str, text: str, limit: int = TEXT_LENGTH) -> str:
    """One line of text without what a person cannot see or a database cannot keep. Raises FieldProblem."""
    line = " ".join(text.split())
    if len(line) > limit:
        raise FieldProblem(field, "TOO_LONG", f"最多 {limit} 个字符", f"at most {limit} characters")
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in line):
        raise FieldProblem(field, "UNREADABLE", "含有无法识别的字符", "contains characters that cannot be read")
    return line


def _company(text: str) -> str:
    company = one_line("company", text, COMPANY_LENGTH)
    if not company:
        raise FieldProblem("company", "MISSING", "缺少公司名称", "the company is missing")
    return company


def _phone(text: str, normalise_phone: Callable[[str], str]) -> str:
    phone = one_line("phone", text)
    if not phone:
        raise FieldProblem("phone", "MISSING", "缺少电话", "the phone is missing")
    try:
        return normalise_phone(phone)
    except ValueError:
        # The number itself is not repeated: messages end in logs.
        raise FieldProblem("phone", "NOT_A_PHONE_NUMBER", "电话号码无效", "not a valid phone number") from None


def _channel(text: str) -> Channel:
    if not text.strip():
        return Channel.OTHER
    return _one_of(Channel, "channel", "UNKNOWN_CHANNEL", "未知渠道", text)


def _urgency(text: str) -> Urgency:
    """Nobody said how urgent it is: then it is neither red nor green."""
    if not text.strip():
        return Urgency.YELLOW
    return _one_of(Urgency, "urgency", "UNKNOWN_URGENCY", "未知紧急程度", text)


def _one_of(values: type[_Choice], field: str, problem: str, zh: str, text: str) -> _Choice:
    try:
        return values(text.strip().lower())
    except ValueError:
        known = ", ".join(values)
        raise FieldProblem(field, problem, f"{zh}，可用：{known}", f"unknown {field}, known are {known}") from None


def _budget_range(text: str) -> str:
    budget = one_line("budget_range", text)
    if not budget:
        return ""
    match = _BUDGET.fullmatch(budget)
    if match is None:
        raise FieldProblem(
            "budget_range", "NOT_A_RANGE", "预算须为整数元，如 50000-100000", "whole CNY like 50000-100000 expected"
        )
    low, high = int(match[1]), int(match[2] or match[1])
    if not low <= high <= BUDGET_LIMIT:
        raise FieldProblem(
            "budget_range",
            "OUT_OF_RANGE",
            f"预算须从低到高，且不超过 {BUDGET_LIMIT} 元",
            f"the low end comes first, and neither is above {BUDGET_LIMIT} CNY",
        )
    return f"{low}-{high}" if match[2] else str(low)


def _needs(texts: tuple[str, ...]) -> tuple[str, ...]:
    needs = dict.fromkeys(need for text in texts if (need := one_line("needs", text, NEED_LENGTH)))
    if len(needs) > NEEDS:
        raise FieldProblem("needs", "TOO_MANY", f"最多 {NEEDS} 个需求标签", f"at most {NEEDS} needs")
    return tuple(needs)
