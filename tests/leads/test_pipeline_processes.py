"""The real processes: events that are delivered several times move opportunities and the timeline once."""

import time
from collections import Counter
from datetime import timedelta

from chassis.clocks import clock
from saleloop.leads.v1.events_pb2 import LeadQualified
from tests.leads.pipeline_room import deal_events, opened, shown, surveyed
from tests.leads.processes import Processes
from tests.leads.room import SUPERVISOR, salesperson
from tests.leads.test_processes import hire, states


def test_two_workers_keep_one_timeline_and_coach_once(processes: Processes) -> None:
    hire(processes)
    room = processes.room
    lead = room.create()
    processes.wait_for(lambda: states(processes) == {"assigned": 1}, "the lead to be assigned")
    lead = room.lead(lead.id)
    qualified = LeadQualified(lead_id=lead.id, account_id=lead.account_id, fit_confirmed_by="tech")
    processes.publish("leads", qualified)
    opportunities = processes.database["opportunities"]
    processes.wait_for(lambda: opportunities.count_documents({}) == 1, "the opportunity")
    (found,) = opportunities.find({})
    surveyed(room, found["_id"], SUPERVISOR)
    for name in ("paid", "signed", "accepted", "submitted", "started"):
        event, _ = deal_events(lead.account_id, clock.now())[name]
        processes.publish(event.DESCRIPTOR.full_name.split(".")[1], event)
    processes.wait_for(lambda: shown(room, found["_id"]).state == 2, "the deal to be won")
    entries = processes.database["timeline_entries"]
    wanted = {
        "account_changed": 1,
        "lead_assigned": 1,
        "lead_qualified": 1,
        "opportunity_opened": 1,
        "quote_submitted": 1,
        "quote_signed": 1,
        "contract_started": 1,
        "order_moved": 1,
        "payment_recorded": 1,
        "opportunity_won": 1,
    }

    def kept() -> Counter[str]:
        return Counter(row["kind"] for row in entries.find({"account_id": lead.account_id}, {"kind": 1}))

    processes.wait_for(lambda: wanted.items() <= kept().items(), f"the lines; there are {kept()}")
    time.sleep(1)  # whatever would come twice has come by then
    assert wanted.items() <= kept().items()
    row = processes.database["salespeople"].find_one({"_id": lead.owner_id})
    assert row is not None
    assert row["outcomes"] == {"-": {"won": 1}}
    assert processes.queued("leads.parked") == 0


def test_a_silent_opportunity_is_told_of_once(processes: Processes) -> None:
    hire(processes)
    room = processes.room
    lead = room.create()
    processes.wait_for(lambda: states(processes) == {"assigned": 1}, "the lead to be assigned")
    lead = room.lead(lead.id)
    opportunity = opened(room, lead.account_id, salesperson(lead.owner_id))
    processes.move_clock(timedelta(hours=25))
    processes.wait_for(lambda: shown(room, opportunity.id).HasField("coaching_since"), "the coaching list")
    entries = processes.database["timeline_entries"]
    processes.wait_for(lambda: entries.count_documents({"kind": "opportunity_stalled"}), "the line")
    time.sleep(1)  # whatever would come twice has come by then
    assert entries.count_documents({"kind": "opportunity_stalled"}) == 1
    since = shown(room, opportunity.id).coaching_since.ToDatetime()
    assert since == opportunity.create_time.ToDatetime() + timedelta(hours=24)
