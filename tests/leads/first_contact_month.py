"""February 2026 with 5,000 leads: who does what, and the real processes that live through it."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from pymongo import MongoClient

from chassis import database
from chassis.bulk import insert_many_committed
from chassis.documents import commit_many
from saleloop.leads.v1 import first_contact_service_pb2 as pb
from saleloop.leads.v1.first_contact_service_pb2_grpc import FirstContactServiceStub
from saleloop.leads.v1.leads_service_pb2 import URGENCY_GREEN, URGENCY_RED, URGENCY_YELLOW
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
)
from tests.leads.processes import Processes
from tests.leads.room import DIRECTOR
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
    if kind < 0.78:
        return [(coming[0], "contact")]
    if kind < 0.87:
        return [(later[0], "contact")] if later else []
    if kind < 0.89:
        return [(later[0], "close")] if later else []
    if kind < 0.93:
        return []
    waits = [(coming[index], what) for index, what in enumerate(("pause", "resume", "pause")) if index < len(coming)]
    if kind < 0.965:
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

    def stop(self) -> None:
        self.processes.stop()
        database.disconnect()

    def ask(self, rpc: str, request: Any) -> Any:
        return self.processes.room.ask(FirstContactServiceStub, rpc, request, DIRECTOR)

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
        self.processes.wait_for(lambda: self.is_done(minute), f"minute {minute} to be worked off", 120)

    def is_done(self, minute: int) -> bool:
        due = {"deadlines.due_time": {"$lte": moment(minute)}}
        lapsed = {"first_contact_step": LAPSED, "state": "assigned"}
        return Lead.collection().find_one({"$or": [due, lapsed]}, {"_id": 1}) is None

    def is_planned(self) -> bool:
        otherwise = {"state": "assigned", "first_contact_rules_version": {"$ne": current_rules().version}}
        return Lead.collection().find_one(otherwise, {"_id": 1}) is None

    def changed(self, found: list[Course], before: Rules, after: Rules) -> Rules:
        """`after`, with the courses run until the minute since which it holds, and all open leads planned by it."""
        self.processes.wait_for(self.is_planned, "the open leads to be planned again")
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


def take_in(found: list[Course], rules: FirstContactRules) -> list[str]:
    """All leads of the month with their accounts, through the bulk insert that imports use."""
    owners = [
        SalespersonFacts(
            id=name,
            name=name,
            team_id="t1",
            supervisor_id="boss",
            region="east",
            tags=frozenset(),
            active=True,
            leaves=(),
            open_untouched=0,
            assigned_this_month=0,
        )
        for name in STAFF
    ]
    leads, accounts = [], []
    for number, course in enumerate(found):
        owner = owners[number % len(owners)]
        at = moment(course.now)
        lead = Lead(
            intake_keys=[f"m:{number}"],
            company=f"c{number}",
            phone=f"+86138{number:08d}",
            region="east",
            urgency=course.urgency,
            channel="expo",
            create_time=at,
        )
        account = Account.opened_for(lead, at)
        account.belong_to(owner)
        lead.assign(owner, account.id, {"zh": "", "en": ""}, rules, at)
        leads.append(lead)
        accounts.append(account)
    assert insert_many_committed(accounts) == insert_many_committed(leads) == []
    for document in (Account, Lead):
        document.collection().update_many({}, {"$unset": {"outbox": 1}})  # nobody looks at what the beginning told
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
        # Nor at what people told; the workers would publish all of it.
        told = {"type": {"$in": ["change_recorded.v1", "changes_recorded.v1", "lead_contacted.v1", "lead_closed.v1"]}}
        Lead.collection().update_many({"_id": {"$in": list(due)}}, {"$pull": {"outbox": told}})
