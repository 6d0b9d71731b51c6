"""Working time and the moments of the first contact, against models that count minute by minute."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.leads.domain.errors import FieldProblem
from services.leads.domain.first_contact.board import Colour, colour_of
from services.leads.domain.first_contact.follow_up import (
    FirstContactRules,
    Pause,
    first_contact_plan,
    is_in_time,
    pause_end,
)
from services.leads.domain.first_contact.sla_policy import Counted, LimitChange, SlaLimit
from services.leads.domain.first_contact.work_calendar import (
    WallClock,
    WorkCalendar,
    WorkHours,
    days_known,
    missing_years,
)
from services.leads.holidays import known_days, known_years

MONDAY = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai
MINUTE = timedelta(minutes=1)
SHANGHAI = timedelta(hours=8)
WEEK = 7 * 24 * 60


@st.composite
def calendars(draw: st.DrawFn) -> WorkCalendar:
    edges = sorted(draw(st.lists(st.integers(0, 1440), min_size=2, max_size=6, unique=True)))
    spans = tuple(zip(edges[::2], edges[1::2], strict=False))
    first = MONDAY.date() - timedelta(days=2)
    days = draw(st.dictionaries(st.integers(0, 20).map(lambda number: first + timedelta(days=number)), st.booleans()))
    return WorkCalendar(WorkHours(spans=spans), days)


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
    assert calendar.knows(MONDAY) and not calendar.knows(MONDAY + timedelta(days=366))
    # New Year begins earlier in Shanghai than in Greenwich.
    assert not calendar.knows(datetime(2026, 12, 31, 17, 0, tzinfo=UTC))
    rules = FirstContactRules({**FirstContactRules().limits}, calendar)
    assert not rules.is_assumed("red", MONDAY + timedelta(days=366))  # wall-clock needs no calendar


limits = st.builds(
    SlaLimit,
    counted=st.sampled_from(Counted),
    limit_minutes=st.integers(1, 800),
    warn_after_bp=st.integers(1, 9_999),
    move_after_minutes=st.integers(0, 500),
    max_moves=st.just(1),
    pause_cap_minutes=st.integers(0, 600),
)
pauses = st.lists(st.tuples(st.integers(-200, 1_500), st.integers(0, 500)), max_size=4)


def as_pauses(start: datetime, drawn: list[tuple[int, int]]) -> list[Pause]:
    found: list[Pause] = []
    for offset, length in sorted(drawn):
        begin = max(start + offset * MINUTE, found[-1].end or start) if found else start + offset * MINUTE
        found.append(Pause(begin, begin + length * MINUTE))
    return found


def plan_by_minutes(
    start: datetime, amount: int, limit: SlaLimit, calendar: WorkCalendar, waits: list[Pause]
) -> datetime:
    at, left = start, amount
    while left:
        is_paused = any(pause.start <= at < (pause.end or at) for pause in waits)
        is_counted = limit.counted is Counted.WALL_CLOCK or is_worked(calendar, at)
        left -= is_counted and not is_paused
        at += MINUTE
    return at


@some_days
@given(moments, limits, pauses)
def test_the_plan_equals_counting_minutes_without_the_pauses(
    start: datetime, limit: SlaLimit, drawn: list[tuple[int, int]]
) -> None:
    calendar = WorkCalendar()
    measure = calendar if limit.counted is Counted.WORKING_TIME else WallClock()
    waits = as_pauses(start, drawn)
    plan = first_contact_plan(start, limit, measure, waits)
    assert start < plan.warn_time <= plan.due_time
    assert plan.due_time == plan_by_minutes(start, limit.limit_minutes, limit, calendar, waits)
    moved = plan_by_minutes(start, limit.limit_minutes + limit.move_after_minutes, limit, calendar, waits)
    assert plan.move_time == (moved if limit.move_after_minutes else None)


@some_days
@given(moments, limits, limits, st.integers(0, 3_000))
def test_changed_rules_make_nothing_late_before_they_came(
    start: datetime, before: SlaLimit, after: SlaLimit, minutes: int
) -> None:
    changed_at = start + minutes * MINUTE
    plan = first_contact_plan(start, after, WallClock(), not_before=changed_at)
    assert changed_at <= plan.warn_time <= plan.due_time
    assert plan.move_time is None or plan.move_time >= max(changed_at, plan.due_time + after.move_after)
    breached = first_contact_plan(start, before, WallClock()).due_time
    again = first_contact_plan(start, after, WallClock(), breached_at=breached, not_before=changed_at)
    assert again.due_time == breached


@some_days
@given(moments, limits, pauses)
def test_all_pauses_together_stay_below_the_cap(start: datetime, limit: SlaLimit, drawn: list[tuple[int, int]]) -> None:
    measure = WallClock()
    done: list[Pause] = []
    for offset, length in sorted(drawn):
        begin = max(start + offset * MINUTE, done[-1].end or start) if done else start + offset * MINUTE
        end = pause_end(begin, done, limit, measure)
        if end is None:
            break
        done.append(Pause(begin, min(end, begin + length * MINUTE)))
    assert sum((pause.end - pause.start for pause in done if pause.end), timedelta()) <= limit.pause_cap


def test_a_day_warns_after_nineteen_hours_and_twelve_minutes() -> None:
    plan = first_contact_plan(MONDAY, SlaLimit(), WallClock())
    assert plan.warn_time == MONDAY + timedelta(hours=19, minutes=12)
    assert plan.due_time == MONDAY + timedelta(hours=24)
    assert plan.move_time == MONDAY + timedelta(hours=48)
    assert is_in_time(plan.due_time, plan.due_time)
    assert not is_in_time(plan.due_time + timedelta(seconds=1), plan.due_time)


@pytest.mark.parametrize(
    "wrong", [{"limit_minutes": 0}, {"warn_after_bp": 10_000}, {"move_after_minutes": -1}, {"max_moves": 21}]
)
def test_limits_that_are_none(wrong: Mapping[str, int]) -> None:
    with pytest.raises(FieldProblem):
        LimitChange(**wrong).applied_to(SlaLimit())


def test_the_colours_of_the_board() -> None:
    plan = first_contact_plan(MONDAY, SlaLimit(), WallClock())

    def seen(at: datetime, **flags: bool) -> Colour:
        return colour_of(at, plan.warn_time, plan.due_time, **{"is_paused": False, "is_stranded": False, **flags})

    assert seen(plan.warn_time - MINUTE) is Colour.GREEN
    assert seen(plan.warn_time) is seen(plan.due_time - MINUTE) is Colour.YELLOW
    assert seen(plan.due_time) is Colour.RED
    assert seen(plan.due_time, is_paused=True) is Colour.PAUSED
    assert seen(plan.due_time, is_paused=True, is_stranded=True) is Colour.STRANDED


def test_a_lead_of_no_known_urgency_waits_like_a_green_one() -> None:
    rules = FirstContactRules()
    green = replace(rules.limit_for("green"), limit_minutes=7)
    changed = FirstContactRules({word: green if word == "green" else limit for word, limit in rules.limits.items()})
    assert changed.limit_for("") == green


def _local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC) - SHANGHAI
