"""How fast routing and hand-over are inside the service; each prints one JSON line.

Not part of the tests, since it judges by the clock: `make test ARGS="tests/leads/measure_ownership.py -s"`.
"""

import json
import random
import time
from collections import Counter
from datetime import timedelta

from chassis import garbage
from chassis.clocks import clock
from chassis.documents import insert_many_committed
from saleloop.leads.v1 import ownership_service_pb2 as pb
from services.leads import commands
from services.leads.documents import Account, Lead
from services.leads.domain.intake.draft import Channel, Draft, Urgency
from tests.leads.ownership_room import ask, give_accounts, owners_of
from tests.leads.room import Room, person

LEADS, SALESPEOPLE, TAGS = 10_000, 200, 1_000
ALONE = 500
ACCOUNTS = 5_000


def _tell(numbers: dict[str, object]) -> None:
    print(json.dumps(numbers))  # noqa: T201 - what it measures is its answer


def hire(room: Room, number: int) -> None:
    chance = random.Random(4)
    for index in range(number):
        tags = tuple(f"tag{chance.randrange(TAGS)}" for _ in range(5))
        commands.copy_person(person(f"p{index:03d}", tags=tags))
    room.set_policy(untouched_cap=100_000)


def take_in(number: int, first: int = 0) -> list[str]:
    chance = random.Random(first)
    at = clock.now()
    leads = []
    for index in range(first, first + number):
        draft = Draft(
            company=f"公司{index}",
            phone=f"+86138{index:08d}",
            channel=Channel.EXPO,
            contact_name="王小明",
            region="east",
            budget_range="",
            urgency=Urgency.RED,
            needs=tuple(f"tag{chance.randrange(TAGS)}" for _ in range(3)),
            external_id="",
        )
        leads.append(Lead.taken_in(draft, [f"external:{index}"], at))
    insert_many_committed(leads)
    return [lead.id for lead in leads]


def test_routing_in_bulk(room: Room) -> None:
    hire(room, SALESPEOPLE)
    take_in(LEADS)
    began = time.perf_counter()
    routed = commands.route_new_leads("east")
    seconds = time.perf_counter() - began
    owners = Counter(owners_of(Lead))
    _tell({"measure": "routing_in_bulk", "leads": routed, "seconds": round(seconds, 2)})
    _tell({"fewest": min(owners.values()), "most": max(owners.values()), "owners": len(owners)})
    assert routed == LEADS


def test_routing_alone(room: Room) -> None:
    garbage.spare_calls_its_pauses()  # as the processes of the service do
    hire(room, SALESPEOPLE)
    took = []
    for lead_id in take_in(ALONE, first=1_000_000):
        began = time.perf_counter()
        commands.route_new_lead(lead_id, at=clock.now())
        took.append((time.perf_counter() - began) * 1_000)
    took.sort()
    shares = {name: round(took[int(len(took) * share)], 1) for name, share in (("p50_ms", 0.5), ("p99_ms", 0.99))}
    _tell({"measure": "routing_alone", "leads": ALONE, **shares})


def test_handing_over(room: Room) -> None:
    hire(room, SALESPEOPLE)
    room.hire("leaver")
    for _ in range(5):
        give_accounts("leaver", ACCOUNTS // 5, lambda at: at + timedelta(hours=20))
    request = pb.HandOverRequest(from_id="leaver", kind=pb.HAND_OVER_KIND_DEPARTURE, why="left")
    began = time.perf_counter()
    hand_over_id = ask(room, "HandOver", request).hand_over.id
    commands.run_hand_over(hand_over_id, at=clock.now())
    seconds = time.perf_counter() - began
    done = ask(room, "GetHandOver", pb.GetHandOverRequest(hand_over_id=hand_over_id)).hand_over
    numbers = {"accounts": done.moved_accounts, "followers": done.moved_followers, "seconds": round(seconds, 2)}
    _tell({"measure": "handing_over", **numbers})
    assert "leaver" not in owners_of(Account)
