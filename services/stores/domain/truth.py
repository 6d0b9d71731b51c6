"""How much of the truth a figure holds: whether its days are final, and what came after that."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from services.stores.domain.business_day import FINAL_AFTER, final_time

MAX_CORRECTIONS = 100


@dataclass(frozen=True, slots=True)
class Correction:
    """What arrived on one day (UTC) for a business day that was final by then; contained in the day's figures."""

    store_id: str
    business_day: str
    arrival_day: str
    final_time: datetime | None
    revenue_minor: int
    receipts: int
    units_milli: int


@dataclass(frozen=True, slots=True)
class Truth:
    """What every answer says of itself. `corrections` are the latest MAX_CORRECTIONS of `correction_count`."""

    terminals_heard: int
    terminals_enrolled: int
    freshness_time: datetime | None
    watermark_time: datetime
    is_final: bool
    corrections: tuple[Correction, ...]
    correction_count: int
    # Up to here no receipt of the enrolled terminals is missing; None while one has never been complete.
    complete_time: datetime | None = None


def watermark(now: datetime) -> datetime:
    """Business days that ended before this instant are final."""
    return now - FINAL_AFTER


def is_final(last_day: str, clocks: Iterable[tuple[str, int]], now: datetime) -> bool:
    """True when a period that ends with `last_day` is final for all of these (time zone, closing hour)."""
    return all(final_time(last_day, time_zone, closing_hour) <= now for time_zone, closing_hour in clocks)


def latest(corrections: Iterable[Correction]) -> tuple[tuple[Correction, ...], int]:
    """The latest arrivals first, at most MAX_CORRECTIONS, and how many there are."""
    found = sorted(corrections, key=lambda each: (each.business_day, each.store_id))
    found.sort(key=lambda each: each.arrival_day, reverse=True)
    return tuple(found[:MAX_CORRECTIONS]), len(found)
