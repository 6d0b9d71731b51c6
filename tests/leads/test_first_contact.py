"""The owner takes up a lead, in time or not."""

from datetime import timedelta

from chassis.clocks import clock
from saleloop.leads.v1 import leads_service_pb2 as pb
from services.leads import commands
from services.leads.documents import Lead
from services.leads.documents.deadline_kinds import BREACH, WARNING
from tests.leads.room import Room, salesperson, told

ALICE = salesperson("alice")


def contact(lead_id: str, summary: str = "wants a demo") -> pb.ContactLeadRequest:
    plan = pb.NextAction(text="show the warehouse module")
    plan.due_time.FromDatetime(clock.now() + timedelta(days=2))
    return pb.ContactLeadRequest(lead_id=lead_id, summary=summary, next_action=plan)


def test_the_owner_records_the_first_contact(room: Room) -> None:
    room.hire("alice")
    lead = room.created_and_routed()
    contacted = room.call("ContactLead", contact(lead.id), ALICE).lead
    assert (contacted.state, contacted.summary) == (pb.LEAD_STATE_CONTACTED, "wants a demo")
    assert contacted.next_action.text == "show the warehouse module"
    (event,) = told("lead_contacted.v1")
    assert (event["lead_id"], event["is_in_time"]) == (lead.id, True)
    assert room.open_untouched("alice") == 0
    assert Lead.load(lead.id).deadlines == []


def test_repeating_the_contact_changes_nothing(room: Room) -> None:
    room.hire("alice")
    lead = room.created_and_routed()
    first = room.call("ContactLead", contact(lead.id), ALICE).lead
    again = room.call("ContactLead", contact(lead.id, "something else"), ALICE).lead
    assert again == first
    assert room.open_untouched("alice") == 0
    assert len(told("lead_contacted.v1")) == 1


def test_a_contact_without_a_next_action_is_recorded_too(room: Room) -> None:
    room.hire("alice")
    lead = room.created_and_routed()
    request = pb.ContactLeadRequest(lead_id=lead.id, summary="no interest before spring")
    assert not room.call("ContactLead", request, ALICE).lead.HasField("next_action")


def test_nobody_but_the_owner_contacts(room: Room) -> None:
    room.hire("alice")
    lead = room.created_and_routed()
    refused = room.refusal("ContactLead", contact(lead.id), salesperson("bob"))
    assert (refused.code, refused.reason) == ("PERMISSION_DENIED", "NOT_OWNER")
    waiting = room.create(region="west")
    assert room.refusal("ContactLead", contact(waiting.id), ALICE).reason == "NOT_OWNER"


def test_a_contact_says_what_was_said(room: Room) -> None:
    room.hire("alice")
    lead = room.created_and_routed()
    refused = room.refusal("ContactLead", contact(lead.id, summary="  "), ALICE)
    assert refused.failure.violations[0].field == "summary"


def test_the_owner_is_warned_and_then_the_breach_is_on_record(room: Room) -> None:
    room.hire("alice")
    lead = Lead.load(room.created_and_routed().id)
    planned = {kind: lead.deadline(kind) or clock.now() for kind in (WARNING, BREACH)}
    commands.warn_owner(lead, planned[WARNING])
    commands.mark_breached(lead, planned[BREACH])
    lead.commit()
    assert room.lead(lead.id).is_first_contact_breached
    (warned,) = told("first_contact_warned.v1")
    (breached,) = told("first_contact_breached.v1")
    assert warned.pop("planned_time") < breached.pop("planned_time") == breached["due_time"]
    assert warned == breached
    assert (warned["owner_id"], warned["supervisor_id"], warned["lead_id"]) == ("alice", "boss", lead.id)


def test_a_late_contact_is_told_as_late(room: Room) -> None:
    room.hire("alice")
    lead = room.created_and_routed()
    late = clock.now() + timedelta(hours=25)
    commands.contact_lead(lead.id, summary="at last", next_action=None, by="alice", at=late)
    assert "is_in_time" not in told("lead_contacted.v1")[0]
