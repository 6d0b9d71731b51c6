"""The radar: what a receivable's state is, as a pure function of ledger and date."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

_DAY = timedelta(days=1)


class RadarState(StrEnum):
    """How worried to be. DUE begins with the due day and lasts until the yellow limit."""

    OPEN = "OPEN"
    DUE = "DUE"
    YELLOW = "YELLOW"
    RED = "RED"
    SETTLED = "SETTLED"


# What somebody is told about, in the order in which it happens to one receivable.
ALARMS = (RadarState.DUE, RadarState.YELLOW, RadarState.RED)


@dataclass(frozen=True)
class RadarPolicy:
    """From how many whole days overdue on a receivable is yellow and red."""

    yellow_days: int = 3
    red_days: int = 7

    def __post_init__(self) -> None:
        if not 0 < self.yellow_days < self.red_days:
            raise ValueError("yellow_days must be above zero and below red_days")

    def alarm_time(self, state: RadarState, due_time: datetime) -> datetime:
        """When a receivable due at `due_time` raises this alarm."""
        days = {RadarState.DUE: 0, RadarState.YELLOW: self.yellow_days, RadarState.RED: self.red_days}[state]
        return due_time + days * _DAY


@dataclass(frozen=True)
class Debt:
    """What is left of one instalment; `due_time` None means that it is not known yet."""

    outstanding_minor: int
    due_time: datetime | None


@dataclass(frozen=True)
class Bucket:
    """Everything outstanding whose days overdue lie in one range."""

    name: str
    outstanding_minor: int
    receivables: int


# (name, first day). None: before the due time.
_BUCKETS: tuple[tuple[str, int | None], ...] = (
    ("not_due", None),
    ("0-2", 0),
    ("3-6", 3),
    ("7-30", 7),
    ("31-60", 31),
    ("61-90", 61),
    ("over_90", 91),
)


def days_overdue(debt: Debt, at: datetime) -> int:
    """Whole days since the due time; 0 before it, and when nothing is outstanding."""
    if debt.outstanding_minor == 0 or debt.due_time is None or at < debt.due_time:
        return 0
    return (at - debt.due_time) // _DAY


def radar_state(debt: Debt, at: datetime, policy: RadarPolicy) -> RadarState:
    """The state of one receivable at a moment of business time (UTC)."""
    if debt.outstanding_minor == 0:
        return RadarState.SETTLED
    if debt.due_time is None or at < debt.due_time - _DAY:
        return RadarState.OPEN
    days = days_overdue(debt, at)
    if days >= policy.red_days:
        return RadarState.RED
    return RadarState.YELLOW if days >= policy.yellow_days else RadarState.DUE


def next_alarm(raised: int, debt: Debt, policy: RadarPolicy) -> datetime | None:
    """When the next alarm of a receivable is due, after `raised` of ALARMS; None when there is none left."""
    if debt.outstanding_minor == 0 or debt.due_time is None or raised >= len(ALARMS):
        return None
    return policy.alarm_time(ALARMS[raised], debt.due_time)


def is_high_risk(debts: Iterable[Debt], at: datetime, policy: RadarPolicy) -> bool:
    """An account is in the high-risk group as long as anything of it is red."""
    return any(radar_state(debt, at, policy) is RadarState.RED for debt in debts)


def ageing(debts: Sequence[Debt], at: datetime) -> list[Bucket]:
    """All buckets, also the empty ones; they add up to the outstanding sum of the debts."""
    amounts = dict.fromkeys((name for name, _ in _BUCKETS), 0)
    counts = dict.fromkeys(amounts, 0)
    for debt in debts:
        if debt.outstanding_minor:
            name = _bucket_name(debt, at)
            amounts[name] += debt.outstanding_minor
            counts[name] += 1
    return [Bucket(name, amounts[name], counts[name]) for name, _ in _BUCKETS]


def _bucket_name(debt: Debt, at: datetime) -> str:
    if debt.due_time is None or at < debt.due_time:
        return "not_due"
    days = days_overdue(debt, at)
    return next(name for name, first in reversed(_BUCKETS) if first is not None and first <= days)
