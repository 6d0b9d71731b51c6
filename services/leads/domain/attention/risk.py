"""Which accounts are at risk, why, and how much it weighs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

WHOLE_BP = 10_000
QUARTER_MONTHS = 3
# More of the same adds: the second and third count like the first, further ones nothing.
COUNTED_MOST = 3


class Cause(StrEnum):
    """Why an account is at risk."""

    SILENCE = "silence"
    FIRST_CONTACT_BREACHED = "first_contact_breached"
    RECEIVABLE_OVERDUE = "receivable_overdue"
    HIGH_RISK = "high_risk"
    NEGATIVE_VOICE = "negative_voice"
    LOST_OPPORTUNITY = "lost_opportunity"
    FALLING_PURCHASES = "falling_purchases"


DEFAULT_POINTS: Mapping[str, int] = {
    Cause.SILENCE: 25,
    Cause.FIRST_CONTACT_BREACHED: 15,
    Cause.RECEIVABLE_OVERDUE: 20,
    Cause.HIGH_RISK: 30,
    Cause.NEGATIVE_VOICE: 10,
    Cause.LOST_OPPORTUNITY: 10,
    Cause.FALLING_PURCHASES: 20,
}
DEFAULT_FALLING_BP = 3_000

_WORDS: Mapping[Cause, tuple[str, str]] = {
    Cause.SILENCE: ("已沉默，且此前回复缓慢", "silent, after slow answers"),
    Cause.FIRST_CONTACT_BREACHED: ("{count} 条线索超时未联系", "first contact late: {count} leads"),
    Cause.RECEIVABLE_OVERDUE: ("{count} 期应收逾期", "receivables overdue: {count} instalments"),
    Cause.HIGH_RISK: ("处于高风险名单", "in the high-risk group"),
    Cause.NEGATIVE_VOICE: ("{count} 条负面反馈未解决", "unresolved complaints: {count}"),
    Cause.LOST_OPPORTUNITY: ("近 90 天丢单 {count} 个", "opportunities lost in 90 days: {count}"),
    Cause.FALLING_PURCHASES: ("采购额较上季度下降 {count}%", "purchases down {count}% on the quarter before"),
}


@dataclass(frozen=True)
class CauseFact:
    """One cause of an account: how often (for falling purchases: by how many percent), and since when (UTC)."""

    cause: Cause
    count: int = 1
    since: datetime | None = None


@dataclass(frozen=True)
class WeightedCause:
    """A cause with its points, explained by language tag."""

    cause: Cause
    points: int
    explanation: Mapping[str, str]
    since: datetime | None


@dataclass(frozen=True)
class Risk:
    """An account's causes, the heaviest first, and the sum of their points."""

    account_id: str
    points: int
    causes: tuple[WeightedCause, ...]


def weigh(account_id: str, facts: Iterable[CauseFact], points: Mapping[str, int]) -> Risk:
    """The risk that the facts (one for each cause) add up to. A cause without points does not count."""
    weighted = [_weighted(fact, points.get(fact.cause, 0)) for fact in facts]
    causes = sorted((each for each in weighted if each.points), key=lambda each: (-each.points, each.cause))
    return Risk(account_id, sum(each.points for each in causes), tuple(causes))


def ranked(risks: Iterable[Risk]) -> Sequence[Risk]:
    """Those at risk, the riskiest first; equal ones by their id, so that the order never changes by itself."""
    return sorted((risk for risk in risks if risk.points > 0), key=lambda risk: (-risk.points, risk.account_id))


def fall_bp(purchases: Mapping[str, int], now: datetime) -> int:
    """By how much the last three full months' purchases are below the three before, in basis points, rounded down.

    `purchases` are minor units by month ("2026-08", UTC). 0 when they rose, or when there were none before.
    """
    months = months_before(now, 2 * QUARTER_MONTHS)
    before = sum(purchases.get(month, 0) for month in months[:QUARTER_MONTHS])
    lately = sum(purchases.get(month, 0) for month in months[QUARTER_MONTHS:])
    return max(0, (before - lately) * WHOLE_BP // before) if before > 0 else 0


def months_before(now: datetime, count: int) -> list[str]:
    """The last `count` full months before `now`, oldest first: "2026-05", ..."""
    current = now.year * 12 + now.month - 1
    return [f"{month // 12}-{month % 12 + 1:02d}" for month in range(current - count, current)]


def _weighted(fact: CauseFact, points: int) -> WeightedCause:
    # A fall is one fact, however deep: its count is a percentage.
    times = 1 if fact.cause is Cause.FALLING_PURCHASES else min(fact.count, COUNTED_MOST)
    zh, en = _WORDS[fact.cause]
    told = {"zh": zh.format(count=fact.count), "en": en.format(count=fact.count)}
    return WeightedCause(fact.cause, points * times, told, fact.since)
