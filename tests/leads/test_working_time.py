"""Working time, against a model that counts minute by minute."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.leads.domain.errors import FieldProblem
from services.leads.domain.first_contact.follow_up import (
    FirstContactRules,
)
from services.leads.domain.first_contact.work_calendar import (
    WorkCalendar,
    WorkHours,
    days_known,
    missing_years,
)
from services.leads.holidays import known_days, known_years
from tests.leads.working_minutes import MINUTE, MONDAY, SHANGHAI, amounts, is_worked, moments, some_days


@st.composite
def calendars(draw: st.DrawFn) -> WorkCalendar:
    edges = sorted(draw(st.lists(st.integers(0, 1440), min_size=2, max_size=6, unique=True)))
    spans = tuple(zip(edges[::2], edges[1::2], strict=False))
    first = MONDAY.date() - timedelta(days=2)
    days = draw(st.dictionaries(st.integers(0, 20).map(lambda number: first + timedelta(days=number)), st.booleans()))
    return WorkCalendar(WorkHours(spans=spans), days)


def counted_by_minutes(calendar: WorkCalendar, start: datetime, amount: timedelta) -> datetime:
    at, left = start, amount // MINUTE
    while left:
        left -= is_worked(calendar, at)
        at += MINUTE
    return at


@some_days
@given(calendars(), moments, amounts)
def test_adding_equals_counting_minutes(calendar: WorkCalendar, start: datetime, amount: timedelta) -> None:
    daily = sum(closing - opening for opening, closing in calendar.hours.spans)
    amount = min(amount, 6 * daily * MINUTE)
    assert calendar.add(start, amount) == counted_by_minutes(calendar, start, amount)


@some_days
@given(calendars(), moments, amounts, amounts)
def test_adding_twice_is_adding_the_sum(calendar: WorkCalendar, start: datetime, a: timedelta, b: timedelta) -> None:
    assert calendar.add(calendar.add(start, a), b) == calendar.add(start, a + b)


@some_days
@given(calendars(), moments, moments, amounts, amounts)
def test_later_starts_and_longer_limits_end_no_earlier(
    calendar: WorkCalendar, first: datetime, second: datetime, a: timedelta, b: timedelta
) -> None:
    start, later = sorted((first, second))
    assert calendar.add(start, a) <= calendar.add(later, a)
    if a != b:
        assert (calendar.add(start, a) < calendar.add(start, b)) == (a < b)


@some_days
@given(calendars(), moments, amounts)
def test_a_limit_ends_in_working_time_and_measures_what_was_added(
    calendar: WorkCalendar, start: datetime, amount: timedelta
) -> None:
    end = calendar.add(start, amount)
    assert calendar.is_working(end - timedelta(microseconds=1))
    assert calendar.between(start, end) == amount
    assert calendar.between(end, start) == timedelta()


@some_days
@given(calendars(), moments, moments)
def test_between_equals_counting_minutes(calendar: WorkCalendar, first: datetime, second: datetime) -> None:
    start, end = sorted((first, second))
    minutes = sum(is_worked(calendar, start + number * MINUTE) for number in range((end - start) // MINUTE))
    assert calendar.between(start, end) == minutes * MINUTE


def test_nothing_added_moves_nothing() -> None:
    sunday = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
    assert WorkCalendar().add(sunday, timedelta()) == sunday


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        # The Spring Festival of 2026: 15 to 23 February off, Saturday 14 and 28 worked.
        ("2026-02-13T17:00", 2, "2026-02-14T10:00"),
        ("2026-02-14T17:00", 2, "2026-02-24T10:00"),
        ("2026-02-27T17:00", 2, "2026-02-28T10:00"),
        ("2026-09-30T17:30", 9, "2026-10-08T17:30"),
        ("2026-03-02T08:00", 9, "2026-03-02T18:00"),
    ],
)
def test_the_festivals_of_2026(start: str, hours: int, end: str) -> None:
    calendar = WorkCalendar(days=known_days(), known_years=known_years())
    local = calendar.add(_local(start), timedelta(hours=hours))
    assert local == _local(end)


def test_a_day_of_23_hours_opens_at_nine_too() -> None:
    berlin = WorkCalendar(WorkHours("Europe/Berlin", ((0, 1440),)), {date(2026, 3, 29): True})
    saturday_night = datetime(2026, 3, 28, 23, 0, tzinfo=UTC)  # midnight in Berlin
    assert berlin.add(saturday_night, timedelta(hours=23)) == saturday_night + timedelta(hours=23)
    assert berlin.between(saturday_night, saturday_night + timedelta(days=1)) == timedelta(hours=24)


@pytest.mark.parametrize(
    "spans", [(), ((5, 5),), ((9, 8),), ((-1, 8),), ((0, 1441),), ((0, 9), (9, 10)), ((0, 9), (8, 10))]
)
def test_hours_that_are_none(spans: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(FieldProblem):
        WorkHours(spans=spans)
    with pytest.raises(FieldProblem):
        WorkHours(time_zone="Mars/Base")


def test_what_the_calendar_does_not_know_is_said() -> None:
    calendar = WorkCalendar(known_years=frozenset({2026}))
    assert missing_years(calendar, MONDAY, timedelta(days=366)) == (2027,)
    assert days_known(calendar, MONDAY) == (date(2027, 1, 1) - date(2026, 3, 2)).days
    assert days_known(WorkCalendar(), MONDAY) == 0
    assert calendar.knows(MONDAY)
    assert not calendar.knows(MONDAY + timedelta(days=366))
    # New Year begins earlier in Shanghai than in Greenwich.
    assert not calendar.knows(datetime(2026, 12, 31, 17, 0, tzinfo=UTC))
    rules = FirstContactRules({**FirstContactRules().limits}, calendar)
    assert not rules.is_assumed("red", MONDAY + timedelta(days=366))  # wall-clock needs no calendar


def _local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC) - SHANGHAI
