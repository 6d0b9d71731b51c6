"""February 2026 with 5,000 leads, replayed by two workers with the moving clock: everything told once, to the minute.

The month has the Spring Festival with its make-up Saturdays. In its middle the limits change, and later a day off
becomes a worked one. All that people do happens at 08:00 and 20:00, when no working time passes, so that the seconds
which a run takes there decide nothing.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from chassis.clocks import clock
from saleloop.leads.v1 import first_contact_service_pb2 as pb
from services.leads import commands
from services.leads.documents import Account, Lead
from services.leads.documents.first_contact_rules import current_rules
from tests.leads.first_contact_model import (
    Course,
    Rules,
    moment,
    worked_before,
)
from tests.leads.first_contact_month import (
    CALENDAR_CHANGE,
    EXTRA_DAY,
    LIMITS,
    QUEUES,
    RULES_CHANGE,
    STAFF,
    WATCHED,
    Month,
    act,
    courses,
    take_in,
    ticks,
)
from tests.leads.room import person
from tests.stack import Database, Vhost


@pytest.fixture
def month(fresh_database: Callable[[str], Database], fresh_vhost: Vhost, tmp_path: Path) -> Iterator[Month]:
    started = Month(fresh_database("leads"), fresh_vhost, tmp_path)
    try:
        yield started
    finally:
        started.stop()


def watch(month: Month, ids: list[str], number: int, kind: str, minute: int) -> None:
    """Not a minute early: a real minute is left for looking."""
    month.live_until(minute - 1)
    before = Lead.load(ids[number]).first_contact_step
    if clock.now() < moment(minute):  # a machine that slow has missed it
        assert before != kind, (number, kind, minute)
    month.live_until(minute)
    assert Lead.load(ids[number]).first_contact_step == kind


@pytest.mark.timeout(900)  # a minute on a quiet machine of two cores
def test_a_month_is_told_to_the_minute_and_once_by_two_workers(month: Month) -> None:
    for name in STAFF:
        commands.copy_person(person(name))
    month.processes.room.set_policy(untouched_cap=100_000)
    new_year = pb.CalendarDay(date="2027-01-01", name="元旦")
    month.ask("ProvideCalendarYear", pb.ProvideCalendarYearRequest(year=2027, days=[new_year], why="announced"))
    month.set_limits(LIMITS)
    found = courses()
    ids = take_in(found, current_rules())

    rules = Rules(LIMITS, worked_before())
    changes = {RULES_CHANGE, CALENDAR_CHANGE}
    early = [Course(each.urgency, each.now, each.actions) for each in found]
    for course in early:
        course.run(RULES_CHANGE - 1, rules)
    told_early = [(number, *told) for number, course in enumerate(early) for told in course.told]
    sample = [each for each in told_early if each[1] in ("warned", "breached")]
    watched = {minute: (number, kind) for number, kind, minute in random.Random(1).sample(sample, WATCHED)}

    for minute in sorted({*ticks(), *changes, *watched}):
        if minute in watched:
            watch(month, ids, *watched[minute], minute)
        month.live_until(minute)
        for course in found:
            if course.now <= minute:
                course.run(minute, rules)
        if minute == RULES_CHANGE:
            stricter = {**LIMITS, "red": replace(LIMITS["red"], limit=300, warn=240)}
            stricter["green"] = replace(LIMITS["green"], limit=24 * 60, warn=18 * 60, move=36 * 60)
            month.set_limits(stricter)
            rules = month.changed(found, rules, Rules(stricter, rules.table))
        elif minute == CALENDAR_CHANGE:
            request = pb.SetCalendarDayRequest(date=f"2026-02-{EXTRA_DAY}", is_working=True, name="值班", why="orders")
            month.ask("SetCalendarDay", request)
            rules = month.changed(found, rules, Rules(rules.limits, worked_before(frozenset((EXTRA_DAY,)))))
        else:
            act(ids, found, minute, current_rules())

    month.processes.wait_for(lambda: not Lead.collection().find_one({"outbox.0": {"$exists": True}}), "the events")
    told = month.told()
    for kind in QUEUES:
        expected = Counter(
            (ids[number], minute) for number, course in enumerate(found) for name, minute in course.told if name == kind
        )
        assert told[kind] == expected, (
            kind,
            list((told[kind] - expected).items())[:5],
            list((expected - told[kind]).items())[:5],
        )
        assert set(told[kind].values()) == {1}
    moved = list(Lead.collection().find({"moves": {"$gt": 0}}))
    assert all(lead["owner_id"] not in lead["moved_from"] for lead in moved)
    assert all(Account.load(lead["account_id"]).owner_id == lead["owner_id"] for lead in moved[:50])
    assert month.processes.queued("leads.parked") == 0
