"""Periods of business days, both ends inclusive, as YYYY-MM-DD."""

from datetime import date, timedelta

from services.stores.domain.business_day import days_between

Period = tuple[str, str]
MAX_DAYS = 400
_YEARS = ("2000", "2099")


def period_of(first_day: str, last_day: str) -> Period:
    """Both ends, checked. Raises ValueError, also outside 2000 to 2099 and for more than MAX_DAYS days."""
    period = days_between(first_day, last_day)
    if not _YEARS[0] <= period[0][:4] <= period[1][:4] <= _YEARS[1]:
        raise ValueError(f"business days lie in the years {_YEARS[0]} to {_YEARS[1]}")
    if length(period) > MAX_DAYS:
        raise ValueError(f"at most {MAX_DAYS} days")
    return period


def length(period: Period) -> int:
    """How many days."""
    return (date.fromisoformat(period[1]) - date.fromisoformat(period[0])).days + 1


def days_of(period: Period) -> list[str]:
    """Every day."""
    first = date.fromisoformat(period[0])
    return [(first + timedelta(days=number)).isoformat() for number in range(length(period))]


def previous_period(period: Period, first_day: str = "") -> Period:
    """As long as `period`, from `first_day` on, or right before it. Raises ValueError for a day that is none."""
    days = timedelta(days=length(period))
    if first_day:
        first = date.fromisoformat(period_of(first_day, first_day)[0])
    else:
        first = date.fromisoformat(period[0]) - days
    return first.isoformat(), (first + days - timedelta(days=1)).isoformat()


def days_before(day: str, days: int) -> str:
    """The day so many days earlier."""
    return (date.fromisoformat(day) - timedelta(days=days)).isoformat()
