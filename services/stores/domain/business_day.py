"""A store's own day and hour: its time zone and closing hour."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

HOURS_OF_WEEK = 168
# Until then a day's figures are provisional; what comes later corrects them visibly.
FINAL_AFTER = timedelta(hours=48)


def require_time_zone(name: str) -> str:
    """The IANA name, when the machine knows it. Raises ValueError."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as unknown:
        raise ValueError(f"unknown time zone {name!r}") from unknown
    return name


def business_day(instant: datetime, time_zone: str, closing_hour: int) -> date:
    """The business day of an aware instant.

    A closing hour before noon belongs to the night after the day (a bar that closes at 2 counts 01:30 to the
    day before); one after noon ends the day early (what is sold after 22 counts to the next day). 0 is midnight.
    The wall clock decides, so a day has 23 or 25 hours when the clock is changed.
    """
    wall = instant.astimezone(ZoneInfo(time_zone)).replace(tzinfo=None)
    shift = timedelta(hours=-closing_hour if closing_hour < 12 else 24 - closing_hour)
    return (wall + shift).date()


def hour_of_week(instant: datetime, time_zone: str) -> int:
    """0 (Monday 00:00) to 167 (Sunday 23:00) on the store's wall clock."""
    wall = instant.astimezone(ZoneInfo(time_zone))
    return wall.weekday() * 24 + wall.hour


@lru_cache(maxsize=100_000)
def place_in_time(minute: int, time_zone: str, closing_hour: int) -> tuple[str, int]:
    """Business day (YYYY-MM-DD) and hour of the week of all instants of a minute, counted from 1970 in UTC.

    No zone has changed its clock within a minute since 2000.
    """
    instant = datetime.fromtimestamp(minute * 60, UTC)
    return business_day(instant, time_zone, closing_hour).isoformat(), hour_of_week(instant, time_zone)


@lru_cache(maxsize=10_000)
def final_time(day: str, time_zone: str, closing_hour: int) -> datetime:
    """When the figures of a business day are final (UTC)."""
    shift = timedelta(hours=closing_hour if closing_hour < 12 else closing_hour - 24)
    end = datetime.combine(date.fromisoformat(day) + timedelta(days=1), datetime.min.time(), ZoneInfo(time_zone))
    return (end + shift).astimezone(UTC) + FINAL_AFTER


def days_between(first_day: str, last_day: str) -> tuple[str, str]:
    """Both ends of a period of business days, checked. Raises ValueError."""
    first, last = date.fromisoformat(first_day), date.fromisoformat(last_day)
    if first > last:
        raise ValueError("the first day is after the last day")
    return first.isoformat(), last.isoformat()
