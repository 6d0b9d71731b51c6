"""The board: who waits for a first contact, in which colour, and whether the standard path was kept."""

from datetime import timedelta
from typing import Any

import pytest

from chassis.clocks import clock
from chassis.principal import Principal
from saleloop.leads.v1 import first_contact_service_pb2 as pb
from saleloop.leads.v1 import leads_service_pb2 as leads_pb
from services.leads import commands
from services.leads.documents import Lead
from services.leads.domain.first_contact.board import Colour
from tests.leads.first_contact_room import ask, live, refused
from tests.leads.room import DIRECTOR, MARKETING, REGIONAL, SUPERVISOR, Room, lead_request, salesperson

ALICE = salesperson("alice")
HOUR = timedelta(hours=1)
PAUSED = "the buyer is back on Monday"


def owned_by_alice(room: Room, **fields: Any) -> Lead:
    room.hire("alice")
    lead = Lead.load(room.created_and_routed(**fields).id)
    assert lead.owner_id == "alice"
    return lead


def test_the_board_shows_each_lead_in_its_colour_to_those_who_lead(room: Room) -> None:
    room.hire("alice")
    room.hire("wendy", team_id="t2", region="west")
    room.set_policy(untouched_cap=100)
    leads = {name: Lead.load(room.created_and_routed().id) for name in ("green", "yellow", "red", "paused", "stranded")}
    far = Lead.load(room.created_and_routed(region="west").id)
    at = clock.now()
    times = {"yellow": (-1, 5), "red": (-5, -1), "paused": (-5, -1), "stranded": (-5, -1)}
    for name, (warned, due) in times.items():
        leads[name].first_contact_warn_time = at + warned * HOUR
        leads[name].first_contact_due_time = at + due * HOUR
        leads[name].first_contact_step = "stranded" if name == "stranded" else ""
        leads[name].commit()
    commands.pause_first_contact(leads["paused"].id, why="on holiday", by="alice", at=at)

    def board(caller: Any, **fields: Any) -> pb.ListFirstContactBoardResponse:
        answer: pb.ListFirstContactBoardResponse = ask(
            room, "ListFirstContactBoard", pb.ListFirstContactBoardRequest(**fields), caller
        )
        return answer

    shown = board(SUPERVISOR)
    colours = {each.lead.id: pb.BoardColour.Name(each.colour) for each in shown.leads}
    assert colours == {lead.id: f"BOARD_COLOUR_{name.upper()}" for name, lead in leads.items()}
    assert shown.counts == pb.BoardCounts(green=1, yellow=1, red=1, paused=1, stranded=1)
    for name, lead in leads.items():
        colour = pb.BoardColour.Value(f"BOARD_COLOUR_{name.upper()}")
        assert [each.lead.id for each in board(SUPERVISOR, colour=colour).leads] == [lead.id]
    assert board(REGIONAL).counts == board(ALICE).counts == shown.counts
    assert board(salesperson("wendy")).counts == pb.BoardCounts(green=1)
    assert board(DIRECTOR).counts.green == 2
    assert [each.lead.id for each in board(DIRECTOR, owner_id="wendy").leads] == [far.id]
    pages, token = [], ""
    while True:
        page = board(SUPERVISOR, page_size=2, page_token=token)
        pages += [each.lead.id for each in page.leads]
        token = page.next_page_token
        if not token:
            break
    assert pages == [each.lead.id for each in shown.leads]
    assert refused(room, "ListFirstContactBoard", pb.ListFirstContactBoardRequest(), MARKETING).code == (
        "PERMISSION_DENIED"
    )


@pytest.mark.parametrize(
    ("caller", "first"),
    [(DIRECTOR, "waits_for"), (REGIONAL, "region"), (SUPERVISOR, "owner_id"), (ALICE, "owner_id")],
    ids=lambda each: each if isinstance(each, str) else each.subject,
)
def test_the_board_reads_no_more_than_it_shows(room: Room, caller: Principal, first: str) -> None:
    room.hire("alice")
    room.set_policy(untouched_cap=100)
    for _ in range(12):
        room.created_and_routed()
    database = Lead.collection().database
    database.command("profile", 2)
    try:
        ask(room, "ListFirstContactBoard", pb.ListFirstContactBoardRequest(page_size=5), caller)
    finally:
        database.command("profile", 0)
    seen = list(database["system.profile"].find({"ns": Lead.collection().full_name}))
    database.drop_collection("system.profile")
    assert len(seen) == 1 + len(Colour)
    for each in seen:
        assert each["planSummary"].startswith(f"IXSCAN {{ {first}: 1, ")
        assert not each.get("hasSortStage")
        assert each["docsExamined"] <= (6 if each["op"] == "query" else 12)


def test_the_standard_path_is_complete_with_the_next_action(room: Room) -> None:
    lead = owned_by_alice(room)
    plan = leads_pb.NextAction(text="send the offer")
    request = pb.PlanNextActionRequest(lead_id=lead.id, next_action=plan)
    assert refused(room, "PlanNextAction", request, ALICE).reason == "LEAD_NOT_ROUTED"
    contacted = room.call("ContactLead", leads_pb.ContactLeadRequest(lead_id=lead.id, summary="called"), ALICE).lead
    assert (contacted.is_contact_in_time, contacted.is_path_complete) == (True, False)
    planned = ask(room, "PlanNextAction", request, ALICE).lead
    assert (planned.is_path_complete, planned.is_path_in_time) == (True, True)
    assert ask(room, "PlanNextAction", request, ALICE).lead == planned
    assert refused(room, "PlanNextAction", request, salesperson("bob")).reason == "NOT_OWNER"
    assert room.call("CreateLead", lead_request(), SUPERVISOR).lead.is_path_complete is False


def test_a_contact_after_the_breach_is_late_whoever_makes_it(room: Room) -> None:
    room.hire("alice", "bob")
    lead = Lead.load(room.created_and_routed().id)
    live(lead.id, 49 * HOUR)
    moved = Lead.load(lead.id)
    assert moved.assign_time is not None
    plan = commands.contact_lead(
        lead.id, summary="called", next_action=None, by=moved.owner_id, at=moved.assign_time + HOUR
    )
    assert (plan.contact_in_time, plan.is_first_contact_breached) == (False, True)
