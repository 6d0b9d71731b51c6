"""Which days people work, in China."""

from collections.abc import Iterable
from datetime import date

import chinese_calendar

_SATURDAY = 5


def work_days(days: Iterable[date], until: date) -> tuple[date, ...]:
    """The working days among `days` that are not after `until`."""
    return tuple(day for day in days if day <= until and _is_work_day(day))


def _is_work_day(day: date) -> bool:
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:  # holidays of that year are not announced: Monday to Friday, as planned so far
        return day.weekday() < _SATURDAY
