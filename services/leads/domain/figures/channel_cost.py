"""What may be set as the cost of a channel."""

import re

from services.leads.domain.errors import FieldProblem
from services.leads.domain.figures.of_money import CURRENCY
from services.leads.domain.intake.draft import Channel

# A thousand billion CNY is more than any company spends.
COST_LIMIT_MINOR = 10**14
WHY_LENGTH = 500
_MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")


def check_channel_cost(channel: str, month: str, currency: str, amount_minor: int, why: str) -> None:
    """Raises FieldProblem."""
    if channel not in tuple(Channel):
        raise FieldProblem("channel", "UNKNOWN_CHANNEL", "未知渠道", "unknown channel")
    if not _MONTH.fullmatch(month):
        raise FieldProblem("month", "INVALID", "月份格式应为 2026-11", "a month looks like 2026-11")
    if currency != CURRENCY:
        raise FieldProblem("cost.currency_code", "INVALID", f"币种应为{CURRENCY}", f"the currency is {CURRENCY}")
    if not 0 <= amount_minor <= COST_LIMIT_MINOR:
        raise FieldProblem("cost.amount_minor", "OUT_OF_RANGE", "金额超出范围", "the amount is out of range")
    if len(why) > WHY_LENGTH:
        raise FieldProblem("why", "TOO_LONG", f"不超过{WHY_LENGTH}字", f"at most {WHY_LENGTH} characters")
