"""The real rpc and worker processes: leads are routed and followed up, each once."""

import time
from collections import Counter
from datetime import timedelta

from saleloop.gateway.v1.events_pb2 import PersonChanged
from saleloop.leads.v1 import leads_service_pb2 as pb
from saleloop.leads.v1.events_pb2 import LeadCreated
from tests.leads.processes import Processes
from tests.leads.room import DIRECTOR, SUPERVISOR, salesperson

STAFF = ("alice", "bob", "carol")


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


def states(processes: Processes) -> Counter[str]:
    return Counter(lead["state"] for lead in processes.database["leads"].find({}, {"state": 1}))


def test_two_workers_route_each_lead_once_and_fairly(processes: Processes) -> None:
    hire(processes)
    processes.room.set_policy(untouched_cap=1_000)
    leads = [processes.room.create().id for _ in range(60)]
    processes.publish("leads", *(LeadCreated(lead_id=lead_id) for lead_id in leads))
    processes.wait_for(lambda: states(processes) == {"assigned": 60}, "all leads to be assigned")
    processes.wait_for(lambda: processes.queued("notify.tell_lead_assigned") >= 60, "the events")
    processes.wait_for(lambda: processes.queued("leads.route_lead_when_created") == 0, "the doubled events")
    time.sleep(1)  # whatever would come twice has come by then
    owners = Counter(lead["owner_id"] for lead in processes.database["leads"].find({}, {"owner_id": 1}))
    assert owners == dict.fromkeys(STAFF, 20)
    untouched = {person["_id"]: person["open_untouched"] for person in processes.database["salespeople"].find({})}
    assert untouched == owners
    assert processes.queued("notify.tell_lead_assigned") == 60
    assert processes.queued("quotes.copy_account") == 60
    assert processes.database["responsibility_entries"].count_documents({}) == 60
    assert processes.queued("leads.parked") == 0


def test_what_nobody_confirms_or_contacts_in_time_is_told_once(processes: Processes) -> None:
    hire(processes)
    room = processes.room
    room.set_policy(mode=pb.ROUTING_MODE_CONFIRM, confirm_limit_minutes=30)
    kept, lapsed = room.create(), room.create()
    processes.wait_for(lambda: states(processes) == {"proposed": 2}, "the proposals")
    room.call("ConfirmRouting", pb.ConfirmRoutingRequest(lead_id=kept.id, salesperson_id="alice"), SUPERVISOR)
    room.call("ContactLead", pb.ContactLeadRequest(lead_id=kept.id, summary="called"), salesperson("alice"))
    proposed = room.lead(lapsed.id, DIRECTOR)

    processes.move_clock(timedelta(minutes=31))
    processes.wait_for(lambda: states(processes)["assigned"] == 1, "number 1 to get the lapsed lead")
    assigned = room.lead(lapsed.id, DIRECTOR)
    assert assigned.owner_id == proposed.candidates[0].salesperson_id

    processes.move_clock(timedelta(hours=26))
    processes.wait_for(lambda: room.lead(lapsed.id, DIRECTOR).is_first_contact_breached, "the breach")
    time.sleep(1)  # whatever would come twice has come by then
    assert processes.queued("notify.tell_first_contact_warned") == 1
    assert processes.queued("notify.tell_first_contact_breached") == 1
    assert processes.queued("notify.tell_lead_routing_proposed") == 2
    assert processes.queued("notify.tell_lead_assigned") == 2
    assert not room.lead(kept.id, DIRECTOR).is_first_contact_breached
