"""Months, weeks and holidays as first and last days."""

import calendar
from datetime import date, timedelta

Days = tuple[date, date]

DAY = timedelta(days=1)
# New Year of the lunar calendar.
_SPRING = {
    2024: date(2024, 2, 10),
    2025: date(2025, 1, 29),
    2026: date(2026, 2, 17),
    2027: date(2027, 2, 6),
    2028: date(2028, 1, 26),
    2029: date(2029, 2, 13),
    2030: date(2030, 2, 3),
    2031: date(2031, 1, 23),
    2032: date(2032, 2, 11),
    2033: date(2033, 1, 31),
    2034: date(2034, 2, 19),
    2035: date(2035, 2, 8),
    2036: date(2036, 1, 28),
}
_FIXED = {"new_year": (1, 1, 3), "labour": (5, 1, 5), "national": (10, 1, 7)}
_SPRING_DAYS = 7
_AFTER_AT_LEAST = timedelta(days=14)
_PART_DAYS = {"early": (1, 10), "middle": (11, 20), "late": (21, 31)}


def month_days(year: int, month: int, part: str = "") -> Days:
    """A month, or its early, middle or late ten days."""
    first, last = _PART_DAYS.get(part, (1, 31))
    return date(year, month, first), date(year, month, min(last, calendar.monthrange(year, month)[1]))


def months_days(year: int, first_month: int, last_month: int) -> Days:
    """From the first day of a month to the last day of another of the same year."""
    return month_days(year, first_month)[0], month_days(year, last_month)[1]


def quarter_days(year: int, quarter: int) -> Days:
    """Quarter 1 to 4; 5 is the first of the next year."""
    year, index = year + (quarter - 1) // 4, (quarter - 1) % 4
    return months_days(year, index * 3 + 1, index * 3 + 3)


def add_months(day: date, months: int) -> date:
    """The same day some months later, or the last one of a shorter month."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def week_days(day: date, weeks: int) -> Days:
    """Monday to Sunday of the week so many weeks after the one of `day`."""
    monday = day - timedelta(days=day.weekday()) + timedelta(weeks=weeks)
    return monday, monday + timedelta(days=6)


def holiday_days(name: str, today: date) -> Days | None:
    """The next such holiday that is not over on `today`; None in a year that is not known."""
    for year in (today.year, today.year + 1):
        if name == "spring":
            if year not in _SPRING:
                return None
            days = (_SPRING[year], _SPRING[year] + timedelta(days=_SPRING_DAYS - 1))
        else:
            month, first, last = _FIXED[name]
            days = (date(year, month, first), date(year, month, last))
        if days[1] >= today:
            return days
    return None


def after(days: Days) -> Days:
    """What people call "after the holiday": the rest of its month, or a month when little of it is left."""
    first = days[1] + DAY
    last = month_days(first.year, first.month)[1]
    return first, last if last - first >= _AFTER_AT_LEAST else first + timedelta(days=30)
