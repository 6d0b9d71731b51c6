"""What becomes of a lead that waits: paused, moved on, stranded, shown on the board."""

from datetime import timedelta
from typing import Any

import pytest

from chassis.clocks import clock
from saleloop.leads.v1 import first_contact_service_pb2 as pb
from saleloop.leads.v1 import leads_service_pb2 as leads_pb
from services.leads import commands
from services.leads.documents import Account, Lead, Opportunity, ResponsibilityEntry
from services.leads.documents.deadline_kinds import BREACH, MOVE, RESUME, WARNING
from tests.leads.first_contact_room import ask, live, refused, set_limit, told_by
from tests.leads.room import MARKETING, SUPERVISOR, Room, on_leave_now, salesperson

ALICE = salesperson("alice")
HOUR = timedelta(hours=1)
PAUSED = "the buyer is back on Monday"


def pause(room: Room, lead_id: str, why: str = PAUSED, caller: Any = ALICE) -> leads_pb.Lead:
    answer: pb.PauseFirstContactResponse = ask(
        room, "PauseFirstContact", pb.PauseFirstContactRequest(lead_id=lead_id, why=why), caller
    )
    return answer.lead


def owned_by_alice(room: Room, **fields: Any) -> Lead:
    room.hire("alice")
    lead = Lead.load(room.created_and_routed(**fields).id)
    assert lead.owner_id == "alice"
    return lead


def kinds(lead: Lead) -> set[str]:
    return {deadline["kind"] for deadline in lead.deadlines}


def told_of(kind: str) -> list[dict[str, Any]]:
    return [body for each, body in told_by(Lead) if each == kind]


def test_a_pause_shifts_what_is_to_come_by_its_length(room: Room) -> None:
    before = owned_by_alice(room)
    shown = pause(room, before.id)
    assert shown.HasField("pause_start_time")
    paused = Lead.load(before.id)
    assert kinds(paused) == {RESUME}
    start = paused.first_contact_pauses[0]["start_time"]
    assert paused.deadline(RESUME) == start + timedelta(hours=72)
    commands.resume_first_contact(before.id, at=start + 5 * HOUR)
    after = Lead.load(before.id)
    assert not after.is_paused
    for kind in (WARNING, BREACH, MOVE):
        assert after.deadline(kind) == (before.deadline(kind) or clock.now()) + 5 * HOUR
    assert [kind for kind, _ in told_by(Lead) if ("ed.v1" in kind and "pause" in kind) or "resume" in kind] == [
        "first_contact_paused.v1",
        "first_contact_resumed.v1",
    ]


def test_pausing_and_resuming_again_change_nothing(room: Room) -> None:
    lead = owned_by_alice(room)
    assert pause(room, lead.id) == pause(room, lead.id, "something else")
    resumed = ask(room, "ResumeFirstContact", pb.ResumeFirstContactRequest(lead_id=lead.id), ALICE).lead
    assert ask(room, "ResumeFirstContact", pb.ResumeFirstContactRequest(lead_id=lead.id), ALICE).lead == resumed


def test_a_pause_ends_by_itself_at_the_cap_and_there_is_no_other(room: Room) -> None:
    set_limit(room, pause_cap_minutes=600)
    lead = owned_by_alice(room)
    pause(room, lead.id)
    live(lead.id, 11 * HOUR)
    ended = Lead.load(lead.id)
    span = ended.first_contact_pauses[0]
    assert span["end_time"] - span["start_time"] == 10 * HOUR
    assert ended.deadline(BREACH) == (lead.deadline(BREACH) or clock.now()) + 10 * HOUR
    refusal = refused(room, "PauseFirstContact", pb.PauseFirstContactRequest(lead_id=lead.id, why="again"), ALICE)
    assert (refusal.code, refusal.reason) == ("FAILED_PRECONDITION", "PAUSE_USED_UP")


def test_only_who_reaches_an_open_lead_pauses_it_with_a_reason(room: Room) -> None:
    lead = owned_by_alice(room)
    request = pb.PauseFirstContactRequest(lead_id=lead.id, why="please")
    assert refused(room, "PauseFirstContact", request, salesperson("bob")).reason == "LEAD_NOT_FOUND"
    assert refused(room, "PauseFirstContact", request, MARKETING).code == "PERMISSION_DENIED"
    without_why = pb.PauseFirstContactRequest(lead_id=lead.id, why=" ")
    assert refused(room, "PauseFirstContact", without_why, ALICE).failure.violations[0].field == "why"
    assert pause(room, lead.id, caller=SUPERVISOR).HasField("pause_start_time")
    room.call("ContactLead", leads_pb.ContactLeadRequest(lead_id=lead.id, summary="called"), ALICE)
    assert refused(room, "PauseFirstContact", request, ALICE).reason == "FIRST_CONTACT_NOT_OPEN"
    contacted = Lead.load(lead.id)
    assert contacted.deadlines == []
    assert not contacted.is_paused
    assert contacted.contact_in_time


def test_an_untouched_lead_moves_to_the_next_candidate_with_its_account(room: Room) -> None:
    room.hire("alice", "bob", "carol")
    lead = Lead.load(room.created_and_routed().id)
    first, second = (candidate["salesperson_id"] for candidate in lead.candidates[:2])
    assert lead.owner_id == first
    live(lead.id, 49 * HOUR)
    moved = Lead.load(lead.id)
    moved_at = lead.assign_time + 48 * HOUR if lead.assign_time else None
    assert (moved.owner_id, moved.moved_from, moved.moves) == (second, [first], 1)
    assert moved.assign_time == moved_at
    assert moved.first_contact_due_time == moved_at + timedelta(hours=24) if moved_at else False
    assert Account.load(lead.account_id).owner_id == second
    assert (room.open_untouched(first), room.open_untouched(second)) == (0, 1)
    entries = list(ResponsibilityEntry.collection().find({"lead_id": lead.id}).sort("_id", 1))
    assert [(entry["owner_id"], entry["previous_owner_id"], entry["decided_by"]) for entry in entries] == [
        (first, "", "routing_policy"),
        (second, first, "sla_policy"),
    ]
    (event,) = told_of("lead_moved.v1")
    assert (event["owner_id"], event["previous_owner_id"], event["moves"]) == (second, first, 1)
    assert set(event["reasons"]) == {"zh", "en"}


def test_a_second_delivery_moves_nothing(room: Room) -> None:
    room.hire("alice", "bob", "carol")
    lead = Lead.load(room.created_and_routed().id)
    live(lead.id, 49 * HOUR)
    moved = Lead.load(lead.id)
    commands.move_lapsed_lead(lead.id, moves=0, at=clock.now())
    commands.move_lapsed_lead(lead.id, moves=1, at=clock.now())
    assert Lead.load(lead.id).version == moved.version


@pytest.mark.parametrize("meanwhile", ["contact", "pause", "close"])
def test_who_acts_before_the_move_keeps_the_lead(room: Room, meanwhile: str) -> None:
    room.hire("alice", "bob")
    lead = Lead.load(room.created_and_routed().id)
    lead.breach(clock.now())
    lead.lapse(clock.now())
    lead.commit()
    if meanwhile == "contact":
        commands.contact_lead(lead.id, summary="just now", next_action=None, by=lead.owner_id, at=clock.now())
    elif meanwhile == "pause":
        commands.pause_first_contact(lead.id, why="asked us to", by=lead.owner_id, at=clock.now())
    else:
        commands.close_lead(lead.id, reason="spam", why="", by="boss", at=clock.now())
    commands.move_lapsed_lead(lead.id, moves=0, at=clock.now())
    assert Lead.load(lead.id).moves == 0


def test_after_the_last_move_the_supervisor_decides(room: Room) -> None:
    room.hire("alice", "bob", "carol", "dave")
    set_limit(room, max_moves=2)
    lead = Lead.load(room.created_and_routed().id)
    live(lead.id, timedelta(days=30))
    stranded = Lead.load(lead.id)
    assert (stranded.moves, stranded.first_contact_step, stranded.deadlines) == (2, "stranded", [])
    assert len({stranded.owner_id, *stranded.moved_from}) == 3
    assert [event["reason"] for event in told_of("lead_stranded.v1")] == ["moves_used_up"]
    assert sum(room.open_untouched(name) for name in ("alice", "bob", "carol", "dave")) == 1


def test_whoever_is_given_a_stranded_lead_has_a_whole_limit(room: Room) -> None:
    room.hire("alice")
    set_limit(room, max_moves=0)
    lead_id = room.created_and_routed().id
    live(lead_id, timedelta(days=30))
    assert Lead.load(lead_id).first_contact_step == "stranded"
    room.hire("bob")
    account_id = Lead.load(lead_id).account_id
    commands.transfer_account(account_id, salesperson_id="bob", why="alice is ill", by="boss", at=clock.now())
    given = Lead.load(lead_id)
    assert (given.owner_id, given.first_contact_step, given.moves) == ("bob", "", 0)
    assert given.assign_time is not None
    assert {WARNING, BREACH} < {each["kind"] for each in given.deadlines}
    assert (room.open_untouched("alice"), room.open_untouched("bob")) == (0, 1)
    live(lead_id, timedelta(days=30))
    assert [event["owner_id"] for event in told_of("first_contact_breached.v1")] == ["alice", "bob"]


def test_nobody_else_can_take_it_so_the_supervisor_is_told(room: Room) -> None:
    lead = owned_by_alice(room)
    room.hire("bob", leaves=on_leave_now())
    live(lead.id, timedelta(days=2, hours=1))
    (event,) = told_of("lead_stranded.v1")
    assert (event["reason"], event["supervisor_id"], event["owner_id"]) == ("no_candidate", "boss", "alice")
    assert Lead.load(lead.id).owner_id == Account.load(lead.account_id).owner_id == "alice"


def test_the_other_untouched_leads_of_the_account_move_along(room: Room) -> None:
    room.hire("alice", "bob")
    first = Lead.load(room.created_and_routed(company="江南重工").id)
    second = Lead.load(room.created_and_routed(company="江南重工").id)
    assert (first.account_id, first.owner_id) == (second.account_id, second.owner_id)
    live(first.id, 49 * HOUR)
    owners = {Lead.load(lead_id).owner_id for lead_id in (first.id, second.id)}
    assert owners == {Account.load(first.account_id).owner_id} == {"alice", "bob"} - {first.owner_id}
    assert room.open_untouched(first.owner_id) == 0
    assert room.open_untouched(owners.pop()) == 2


@pytest.mark.parametrize("worked_on", ["contacted", "opportunity", "paused"])
def test_an_account_that_its_owner_works_on_stays_with_him(room: Room, worked_on: str) -> None:
    room.hire("alice", "bob")
    other = Lead.load(room.created_and_routed(company="江北重工").id)
    lead = Lead.load(room.created_and_routed(company="江北重工").id)
    if worked_on == "contacted":
        commands.contact_lead(other.id, summary="called", next_action=None, by=other.owner_id, at=clock.now())
    elif worked_on == "paused":
        commands.pause_first_contact(other.id, why="on holiday", by=other.owner_id, at=clock.now())
    else:
        Opportunity(
            account_id=other.account_id, owner_id=other.owner_id, create_time=clock.now(), update_time=clock.now()
        ).commit()
    live(lead.id, 49 * HOUR)
    assert Lead.load(lead.id).owner_id == other.owner_id
    assert [event["reason"] for event in told_of("lead_stranded.v1")] == ["account_in_use"]
