"""February 2026 with 5,000 leads, replayed by two workers with the moving clock: everything told once, to the minute.

The month has the Spring Festival with its make-up Saturdays. In its middle the limits change, and later a day off
becomes a worked one. All that people do happens at 08:00 and 20:00, when no working time passes, so that the seconds
which a run takes there decide nothing.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from pymongo import MongoClient

from chassis import database
from chassis.bulk import insert_many_committed
from chassis.documents import commit_many
from saleloop.leads.v1 import first_contact_service_pb2 as pb
from saleloop.leads.v1 import first_contact_service_pb2_grpc as pb_grpc
from saleloop.leads.v1.leads_service_pb2 import URGENCY_GREEN, URGENCY_RED, URGENCY_YELLOW
from services.leads import commands
from services.leads.config import LeadsSettings
from services.leads.documents import Account, Lead, Salesperson, StoredSlaPolicy
from services.leads.documents.first_contact_rules import current_rules
from services.leads.documents.first_contact_steps import LAPSED
from services.leads.domain.first_contact.errors import PauseUsedUp
from services.leads.domain.first_contact.follow_up import FirstContactRules
from services.leads.domain.first_contact.qualification import CloseReason
from services.leads.domain.routing.candidates import SalespersonFacts
from tests.leads.first_contact_model import (
    DAY,
    DAYS,
    Course,
    Limit,
    Rules,
    is_working_day,
    minute_of,
    moment,
    worked_before,
)
from tests.leads.processes import Processes
from tests.leads.room import DIRECTOR, person
from tests.stack import Database, Vhost

LEADS = 5_000
STAFF = tuple(f"seller-{number}" for number in range(8))
URGENCIES = {"red": URGENCY_RED, "yellow": URGENCY_YELLOW, "green": URGENCY_GREEN}
LIMITS = {
    "red": Limit(works=True, limit=600, warn=480, move=240, max_moves=2, pause_cap=900),
    "yellow": Limit(works=True, limit=1200, warn=960, move=450, max_moves=1, pause_cap=1350),
    "green": Limit(works=False, limit=48 * 60, warn=36 * 60, move=24 * 60, max_moves=1, pause_cap=60 * 60),
}
RULES_CHANGE = 11 * DAY + 8 * 60 + 25  # 12 February, 08:25
CALENDAR_CHANGE = 17 * DAY + 8 * 60 + 25  # 18 February, 08:25: the 20th becomes a worked day
EXTRA_DAY = 20
QUEUES = {
    "warned": "notify.tell_first_contact_warned",
    "breached": "notify.tell_first_contact_breached",
    "moved": "notify.tell_lead_moved",
    "stranded": "notify.tell_lead_stranded",
}
# The events that are also watched a minute before and at the minute.
WATCHED = 6


def ticks() -> list[int]:
    """The minutes at which people act: twice on worked days, in the evening on others."""
    return [
        (number - 1) * DAY + hour * 60
        for number in range(1, DAYS + 1)
        for hour in ((8, 20) if is_working_day(number) else (20,))
    ]


def script(random_: random.Random, assigned: int) -> list[tuple[int, str]]:
    """What people do with a lead: most contact it at the first occasion, some late or never, some wait or give up."""
    coming = [tick for tick in ticks() if tick > assigned]
    kind = random_.random()
    later = coming[random_.randint(1, 9) :]
    if kind < 0.62:
        return [(coming[0], "contact")]
    if kind < 0.80:
        return [(later[0], "contact")] if later else []
    if kind < 0.84:
        return [(later[0], "close")] if later else []
    if kind < 0.93:
        return []
    waits = [(coming[index], what) for index, what in enumerate(("pause", "resume", "pause")) if index < len(coming)]
    if kind < 0.97:
        return [*waits[:1], *([(later[0], "contact")] if later else [])]
    return waits


def courses() -> list[Course]:
    """5,000 leads, assigned at any minute of three weeks, but not close to the hours at which people act."""
    random_ = random.Random(20260201)
    found = []
    for _ in range(LEADS):
        assigned = random_.randrange(23 * 24) * 60 + random_.randint(30, 55)
        found.append(Course(random_.choice(tuple(LIMITS)), assigned, script(random_, assigned)))
    return found


class Month:
    """The real processes at the beginning of the month, with everything in their database."""

    def __init__(self, place: Database, vhost: Vhost, folder: Path) -> None:
        with MongoClient[dict[str, Any]](place.url) as client:
            offset = moment(0) - datetime.now(UTC)
            milliseconds = offset // timedelta(milliseconds=1)
            client[place.name]["clock"].insert_one({"_id": "business", "offset_ms": milliseconds})
        database.connect(LeadsSettings(mongo_url=place.url, mongo_database=place.name, environment="test"), "leads")
        self.processes = Processes(place, vhost, folder)
        self.rules_version = 0

    def stop(self) -> None:
        self.processes.stop()
        database.disconnect()

    def ask(self, rpc: str, request: Any) -> Any:
        stub: Any = pb_grpc.FirstContactServiceStub(self.processes.opened)
        self.processes.room.stub = stub
        return self.processes.room.call(rpc, request, DIRECTOR)

    def set_limits(self, limits: dict[str, Limit]) -> None:
        policy = pb.SlaPolicy(
            limits=[
                pb.SlaLimit(
                    urgency=URGENCIES[urgency],
                    counted=pb.TIME_COUNTED_WORKING_TIME if each.works else pb.TIME_COUNTED_WALL_CLOCK,
                    limit_minutes=each.limit,
                    warn_after_bp=each.warn * 10_000 // each.limit,
                    move_after_minutes=each.move,
                    max_moves=each.max_moves,
                    pause_cap_minutes=each.pause_cap,
                )
                for urgency, each in limits.items()
            ],
            work_hours=pb.WorkHours(
                time_zone="Asia/Shanghai",
                spans=[
                    pb.WorkSpan(opening_minute=540, closing_minute=720),
                    pb.WorkSpan(opening_minute=810, closing_minute=1080),
                ],
            ),
        )
        self.ask("UpdateSlaPolicy", pb.UpdateSlaPolicyRequest(sla_policy=policy))

    def move_to(self, minute: int) -> None:
        self.processes.move_clock(moment(minute) - datetime.now(UTC))

    def live_until(self, minute: int) -> None:
        """Move the clock there and wait until the workers have done all that is due by then."""
        self.move_to(minute)
        self.processes.wait_for(lambda: self.is_done(minute), f"minute {minute} to be worked off", 60)

    def is_done(self, minute: int) -> bool:
        version = current_rules().version
        waiting = Lead.collection().find_one(
            {
                "$or": [
                    {"deadlines.due_time": {"$lte": moment(minute)}},
                    {"first_contact_step": LAPSED, "state": "assigned"},
                    {"state": "assigned", "first_contact_rules_version": {"$ne": version}},
                ]
            },
            {"_id": 1},
        )
        return waiting is None

    def changed(self, found: list[Course], before: Rules, after: Rules) -> Rules:
        """`after`, with the courses run until the minute since which it holds."""
        changed_at = StoredSlaPolicy.current().change_time
        assert changed_at is not None
        for course in found:
            if moment(course.now) <= changed_at:
                course.run((changed_at - moment(0)) // timedelta(minutes=1), before)
        return after

    def told(self) -> dict[str, Counter[tuple[str, int]]]:
        """What the broker holds for others, by kind: lead and minute; one event published twice counts once."""
        found: dict[str, Counter[tuple[str, int]]] = {}
        for kind, queue in QUEUES.items():
            bodies: dict[str, dict[str, Any]] = {}
            while True:
                method, properties, body = self.processes.channel.basic_get(queue, auto_ack=True)
                if method is None:
                    break
                bodies[properties.message_id] = orjson.loads(body)
            time_of = {"moved": "move_time", "stranded": "strand_time"}.get(kind, "planned_time")
            found[kind] = Counter((body["lead_id"], minute_of(body[time_of])) for body in bodies.values())
        return found


@pytest.fixture
def month(fresh_database: Callable[[str], Database], fresh_vhost: Vhost, tmp_path: Path) -> Iterator[Month]:
    started = Month(fresh_database("leads"), fresh_vhost, tmp_path)
    try:
        yield started
    finally:
        started.stop()


def take_in(found: list[Course], rules: FirstContactRules) -> list[str]:
    """All leads of the month with their accounts, through the bulk insert that imports use."""
    owners = [SalespersonFacts(
        id=name, name=name, team_id="t1", supervisor_id="boss", region="east", tags=frozenset(), active=True,
        leaves=(), open_untouched=0, assigned_this_month=0,
    ) for name in STAFF]  # fmt: skip
    leads, accounts = [], []
    for number, course in enumerate(found):
        owner = owners[number % len(owners)]
        at = moment(course.now)
        lead = Lead(intake_keys=[f"m:{number}"], company=f"c{number}", phone=f"+86138{number:08d}", region="east",
                    urgency=course.urgency, channel="expo", create_time=at)  # fmt: skip
        account = Account.opened_for(lead, at)
        account.belong_to(owner)
        lead.assign(owner, account.id, {"zh": "", "en": ""}, rules, at)
        leads.append(lead)
        accounts.append(account)
    assert insert_many_committed(accounts) == insert_many_committed(leads) == []
    Salesperson.collection().update_many({}, {"$set": {"open_untouched": LEADS // len(STAFF)}})
    return [lead.id for lead in leads]


def act(ids: list[str], found: list[Course], tick: int, rules: FirstContactRules) -> None:
    """What people do at this minute, in one write for all of them."""
    due = {
        ids[number]: action
        for number, course in enumerate(found)
        for minute, action in course.actions
        if minute == tick
    }
    changed = []
    for lead in Lead.load_many(list(due)).values():
        if lead.state != "assigned" or lead.first_contact_step == "stranded":
            continue
        if due[lead.id] == "contact":
            lead.contact("called", None, moment(tick))
        elif due[lead.id] == "close":
            lead.close(CloseReason.NO_FIT, "", "boss", moment(tick))
        elif due[lead.id] == "resume" and lead.is_paused:
            lead.resume(rules, moment(tick))
        elif due[lead.id] == "pause" and not lead.is_paused:
            try:
                lead.pause("on holiday", lead.owner_id, rules, moment(tick))
            except PauseUsedUp:
                continue
        changed.append(lead)
    if changed:
        commit_many(changed)


def watch(month: Month, ids: list[str], number: int, kind: str, minute: int) -> None:
    """Not a minute early: a real minute is left for looking."""
    month.live_until(minute - 1)
    before = Lead.load(ids[number]).first_contact_step
    assert before != kind, (number, kind, minute)
    month.live_until(minute)
    assert Lead.load(ids[number]).first_contact_step == kind


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
    print({kind: len(each) for kind, each in told.items()})
