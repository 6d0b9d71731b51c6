"""The needs survey and the other words of a person about an opportunity: what values they may have."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.leads.domain.errors import FieldProblem

LINES = 20
LINE_CHARS = 200
NOTE_CHARS = 4_000
AMOUNT_LIMIT_MINOR = 10**15
CLOSE_WITHIN = timedelta(days=5 * 366)


@dataclass(frozen=True)
class Amount:
    """Money in minor units of a currency (ISO 4217)."""

    minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class SurveyChange:
    """What a survey adds; empty and None leave what is there."""

    needs: tuple[str, ...] = ()
    budget: Amount | None = None
    decision_chain: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """True when it says nothing at all."""
        return not (self.needs or self.budget or self.decision_chain)


def check_survey(needs: Sequence[str], budget: Amount | None, decision_chain: Sequence[str]) -> SurveyChange:
    """The survey, if it can be meant. Raises FieldProblem."""
    change = SurveyChange(
        needs=check_lines("needs", needs),
        budget=None if budget is None else check_amount("budget", budget, low=1),
        decision_chain=check_lines("decision_chain", decision_chain),
    )
    if change.is_empty:
        raise FieldProblem("needs", "MISSING", "调研内容不能为空", "the survey says nothing")
    return change


def check_amount(field: str, amount: Amount, low: int = 0) -> Amount:
    """Raises FieldProblem."""
    if not low <= amount.minor <= AMOUNT_LIMIT_MINOR:
        raise FieldProblem(
            f"{field}.amount_minor",
            "OUT_OF_RANGE",
            f"须在 {low} 到 {AMOUNT_LIMIT_MINOR} 之间",
            f"must be from {low} to {AMOUNT_LIMIT_MINOR}",
        )
    if not (len(amount.currency) == 3 and amount.currency.isascii() and amount.currency.isupper()):
        raise FieldProblem(
            f"{field}.currency_code", "UNKNOWN_CURRENCY", "须为 ISO 4217 代码", "must be an ISO 4217 code"
        )
    return amount


def check_close_time(time: datetime, at: datetime) -> datetime:
    """A day that a person would expect a deal to close at, seen from `at` (UTC). Raises FieldProblem."""
    if not at - timedelta(days=1) <= time <= at + CLOSE_WITHIN:
        raise FieldProblem(
            "expected_close_time",
            "OUT_OF_RANGE",
            f"须在今后 {CLOSE_WITHIN.days} 天内",
            f"must be within {CLOSE_WITHIN.days} days from now",
        )
    return time


def check_lines(field: str, lines: Sequence[str], *, limit: int = LINES, chars: int = LINE_CHARS) -> tuple[str, ...]:
    """Each once, without blanks around. Raises FieldProblem."""
    if len(lines) > limit:
        raise FieldProblem(field, "TOO_MANY", f"最多 {limit} 项", f"at most {limit}")
    cleaned = (check_text(field, line, chars=chars, needed=True) for line in lines)
    return tuple(dict.fromkeys(cleaned))


def check_text(field: str, text: str, *, chars: int = NOTE_CHARS, needed: bool = False) -> str:
    """The text without blanks around. Raises FieldProblem."""
    words = text.strip()
    if needed and not words:
        raise FieldProblem(field, "MISSING", "不能为空", "must not be empty")
    if len(words) > chars:
        raise FieldProblem(field, "TOO_LONG", f"最多 {chars} 个字符", f"at most {chars} characters")
    return words
