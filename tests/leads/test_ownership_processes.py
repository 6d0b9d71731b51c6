"""The real processes: imports at once are shared out fairly, a hand-over survives the kill of its worker."""

import signal
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from chassis.principal import Principal
from saleloop.gateway.v1.events_pb2 import PersonChanged
from saleloop.leads.v1 import ownership_service_pb2 as pb
from saleloop.leads.v1.ownership_service_pb2_grpc import OwnershipServiceStub
from tests.leads.processes import Processes
from tests.leads.room import DIRECTOR, MARKETING, Room

STAFF = ("alice", "bob", "carol", "dave", "erin")
IMPORTS, ROWS = 8, 41


def hire(processes: Processes) -> None:
    people = [
        PersonChanged(
            person_id=name,
            name=name.title(),
            team_id="t1",
            region="east",
            roles=["salesperson"],
            tags=["ERP", "CRM", "仓储"],
            active=True,
            supervisor_id="boss",
            version=1,
        )
        for name in STAFF
    ]
    processes.publish("gateway", *people)
    processes.wait_for(lambda: processes.database["salespeople"].count_documents({}) == len(STAFF), "the copies")
    processes.room.set_policy(untouched_cap=100_000)


def import_rows(room: Room, number: int, caller: Principal = MARKETING) -> None:
    rows = "".join(f"导入{number}之{row}号,1370{number}{row:06d},east,ERP\n" for row in range(ROWS))
    room.import_csv(f"公司,电话,区域,需求\n{rows}".encode(), caller)


def owners(processes: Processes, collection: str = "leads") -> Counter[str]:
    return Counter(row["owner_id"] for row in processes.database[collection].find({}, {"owner_id": 1}))


def test_eight_imports_at_once_with_two_workers_are_shared_out_fairly_and_handed_over(processes: Processes) -> None:
    hire(processes)
    with ThreadPoolExecutor(IMPORTS) as pool:
        list(pool.map(lambda number: import_rows(processes.room, number), range(IMPORTS)))
    whole = IMPORTS * ROWS
    leads = processes.database["leads"]
    processes.wait_for(lambda: leads.count_documents({"state": "assigned"}) == whole, "the leads to be routed", 90)
    got = owners(processes)
    assert sum(got.values()) == whole
    assert max(got.values()) - min(got.values()) <= 1
    untouched = {row["_id"]: row["open_untouched"] for row in processes.database["salespeople"].find({})}
    assert untouched == got
    _hand_over_with_a_kill(processes, got)


def _hand_over_with_a_kill(processes: Processes, before: Counter[str]) -> None:
    """One worker dies while the hand-over runs; the other one finishes it."""
    request = pb.HandOverRequest(from_id="alice", kind=pb.HAND_OVER_KIND_DEPARTURE, to_ids=STAFF[1:], why="left")
    begun = processes.room.ask(OwnershipServiceStub, "HandOver", request, DIRECTOR).hand_over
    processes.children[1].kill(signal.SIGKILL)
    jobs = processes.database["hand_overs"]
    processes.wait_for(lambda: jobs.count_documents({"_id": begun.id, "state": "done"}) == 1, "the hand-over", 90)
    assert "alice" not in owners(processes)
    assert owners(processes) == owners(processes, "accounts")
    assert sum(owners(processes).values()) == sum(before.values())
    moved = {"reference": begun.id, "lead_id": ""}
    assert processes.database["responsibility_entries"].count_documents(moved) == before["alice"]
    assert processes.queued("leads.parked") == 0
