"""When a customer should buy again: stock below its safety level, or the usual time since the last purchase."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from statistics import median
from typing import Literal

Cause = Literal["below_safety_level", "usual_interval"]
Words = Mapping[str, str]

BELOW: Cause = "below_safety_level"
INTERVAL: Cause = "usual_interval"
PURCHASES_KEPT = 12
# Fewer purchases say nothing about a habit.
PURCHASES_NEEDED = 3


def is_below(on_hand: int, safety_level: int) -> bool:
    """True when less is there than the safety level; exactly the level is enough."""
    return on_hand < safety_level


def with_purchase(purchases: Sequence[date], day: date | None) -> tuple[date, ...]:
    """The last known purchases in order, each day once."""
    return tuple(sorted({*purchases, *([day] if day else [])})[-PURCHASES_KEPT:])


def usual_interval_days(purchases: Sequence[date]) -> int:
    """The median of the days between purchases; 0 while there are too few."""
    if len(purchases) < PURCHASES_NEEDED:
        return 0
    return round(median((later - earlier).days for earlier, later in pairwise(purchases)))


def usual_next_purchase(purchases: Sequence[date]) -> date | None:
    """The day on which the customer usually buys again; None while nobody can say."""
    interval = usual_interval_days(purchases)
    return purchases[-1] + timedelta(days=interval) if interval else None


def below_words(sku: str, on_hand: int, safety_level: int) -> Words:
    """Why to call now: the stock."""
    return {
        "zh": f"{sku} 库存 {on_hand}，低于安全库存 {safety_level}，缺 {safety_level - on_hand}",
        "en": f"{sku}: {on_hand} on hand, {safety_level - on_hand} below the safety level of {safety_level}",
    }


def interval_words(sku: str, last: date, interval_days: int) -> Words:
    """Why to call now: the habit."""
    return {
        "zh": f"{sku} 上次采购 {last}，通常每 {interval_days} 天采购一次，已到期",
        "en": f"{sku}: last bought on {last}, usually every {interval_days} days, which have passed",
    }
