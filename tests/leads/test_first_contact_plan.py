"""The moments of a first contact: due, warned, moved, paused; against a model that counts minute by minute."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.leads.domain.errors import FieldProblem
from services.leads.domain.first_contact.board import Colour, colour_of, waits_for
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
)
from tests.leads.working_minutes import MINUTE, MONDAY, is_worked, moments, some_days

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
    "wrong",
    [
        LimitChange(limit_minutes=0),
        LimitChange(warn_after_bp=10_000),
        LimitChange(move_after_minutes=-1),
        LimitChange(max_moves=21),
    ],
)
def test_limits_that_are_none(wrong: LimitChange) -> None:
    with pytest.raises(FieldProblem):
        wrong.applied_to(SlaLimit())


def test_the_colours_of_the_board() -> None:
    plan = first_contact_plan(MONDAY, SlaLimit(), WallClock())

    def seen(at: datetime, **flags: bool) -> Colour:
        waiting = waits_for(**{"is_paused": False, "is_stranded": False, **flags})
        return colour_of(at, plan.warn_time, plan.due_time, waiting)

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
