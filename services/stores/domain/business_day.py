"""A store's own day and hour: its time zone and closing hour."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

HOURS_OF_WEEK = 168


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


def days_between(first_day: str, last_day: str) -> tuple[str, str]:
    """Both ends of a period of business days, checked. Raises ValueError."""
    first, last = date.fromisoformat(first_day), date.fromisoformat(last_day)
    if first > last:
        raise ValueError("the first day is after the last day")
    return first.isoformat(), last.isoformat()
