"""Working time counted minute by minute, and what the tests of it draw."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st

from services.leads.domain.first_contact.work_calendar import (
    WorkCalendar,
)

MONDAY = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai
MINUTE = timedelta(minutes=1)
SHANGHAI = timedelta(hours=8)
WEEK = 7 * 24 * 60
moments = st.integers(0, WEEK).map(lambda minutes: MONDAY + minutes * MINUTE)
amounts = st.integers(1, 2_000).map(lambda minutes: minutes * MINUTE)
some_days = settings(max_examples=60, deadline=None)


def is_worked(calendar: WorkCalendar, minute: datetime) -> bool:
    """Whether the minute that begins here is worked, said in other words than the calendar's."""
    local = minute + SHANGHAI  # China has had no summer time since 1991
    day: date = local.date()
    if not calendar.days.get(day, day.isoweekday() <= 5):
        return False
    of_day = local.hour * 60 + local.minute
    return any(opening <= of_day < closing for opening, closing in calendar.hours.spans)
