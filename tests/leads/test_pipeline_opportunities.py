"""Opportunities: opened, surveyed, moved through gates, coached."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.clocks import clock
from chassis.ids import derived_id
from saleloop.leads.v1 import pipeline_service_pb2 as pb
from services.leads.documents import Lead, Opportunity, RefusedJump
from services.leads.documents.opportunity import COACHING
from services.leads.domain.pipeline.gates import missing_for
from services.leads.domain.pipeline.stages import Stage
from tests.leads.pipeline_room import (
    ALICE,
    account_of,
    arrive,
    ask,
    deal_events,
    opened,
    pipeline_told,
    qualify,
    refused,
    shown,
    surveyed,
    yuan,
)
from tests.leads.room import DIRECTOR, SUPERVISOR, Room, salesperson

PDF = b"%PDF-1.7 acceptance"


def move(opportunity_id: str, stage: int, why: str = "") -> pb.MoveOpportunityRequest:
    return pb.MoveOpportunityRequest(opportunity_id=opportunity_id, stage=stage, why=why)  # type: ignore[arg-type]  # any number may come


def test_a_valid_lead_opens_one_opportunity_however_often_it_is_told(room: Room) -> None:
    room.hire("alice")
    lead = account_of(room, needs=["WMS"])
    qualify(lead.id)
    qualify(lead.id)
    (found,) = ask(room, "ListOpportunities", pb.ListOpportunitiesRequest()).opportunities
    assert found.id == derived_id("opportunity", lead.id)
    assert (found.lead_id, found.owner_id, found.stage) == (lead.id, "alice", pb.OPPORTUNITY_STAGE_LEAD)
    assert list(found.survey.needs) == ["WMS"]
    assert len(pipeline_told("opportunity_opened.v1")) == 1


def test_the_owner_opens_an_opportunity_once_for_one_request(room: Room) -> None:
    room.hire("alice")
    account_id = account_of(room).account_id
    first = opened(room, account_id, request_id="r1", expected_amount=yuan(5_000), note="second warehouse")
    assert opened(room, account_id, request_id="r1") == first
    assert opened(room, account_id).id != first.id
    other = account_of(room).account_id
    again = pb.OpenOpportunityRequest(account_id=other, request_id="r1")
    assert refused(room, "OpenOpportunity", again).reason == "REQUEST_ID_REUSED"
    assert refused(room, "OpenOpportunity", again, salesperson("bob")).reason == "ACCOUNT_NOT_FOUND"
    bad = pb.OpenOpportunityRequest(account_id=account_id, expected_amount=yuan(-1))
    assert refused(room, "OpenOpportunity", bad).failure.violations[0].field == "expected_amount.amount_minor"


def test_a_refused_jump_names_what_is_missing_and_is_on_record(room: Room) -> None:
    room.hire("alice")
    opportunity = opened(room, account_of(room).account_id)
    refusal = refused(room, "MoveOpportunity", move(opportunity.id, pb.OPPORTUNITY_STAGE_QUOTE))
    assert (refusal.code, refusal.reason) == ("FAILED_PRECONDITION", "GATE_CLOSED")
    assert refusal.failure.metadata["missing"] == "needs,budget,decision_chain"
    assert "预算" in refusal.failure.metadata["missing_zh"]
    assert "the budget" in refusal.failure.metadata["missing_en"]
    (jump,) = ask(room, "ListRefusedJumps", pb.ListRefusedJumpsRequest(opportunity_id=opportunity.id)).refused_jumps
    assert (jump.by, jump.from_stage, jump.to_stage) == ("alice", 1, 3)
    assert [each.item for each in jump.missing] == ["needs", "budget", "decision_chain"]
    assert jump.time.ToDatetime() is not None
    assert ask(room, "ListRefusedJumps", pb.ListRefusedJumpsRequest(), salesperson("bob")).refused_jumps == []
    (told,) = pipeline_told("opportunity_jump_refused.v1")
    assert told["opportunity_id"] == opportunity.id
    assert shown(room, opportunity.id) == opportunity


def test_a_surveyed_opportunity_reaches_the_quote_and_no_further(room: Room) -> None:
    room.hire("alice")
    opportunity = opened(room, account_of(room).account_id)
    surveyed(room, opportunity.id)
    moved = ask(room, "MoveOpportunity", move(opportunity.id, pb.OPPORTUNITY_STAGE_QUOTE)).opportunity
    assert moved.stage == pb.OPPORTUNITY_STAGE_QUOTE
    assert set(moved.stage_times) == {"lead", "proposal", "quote"}
    refusal = refused(room, "MoveOpportunity", move(opportunity.id, pb.OPPORTUNITY_STAGE_PAYMENT))
    assert refusal.failure.metadata["missing"] == "signed_quote,acceptance_document"
    assert refused(room, "MoveOpportunity", move(opportunity.id, 0)).failure.violations[0].field == "stage"
    back = move(opportunity.id, pb.OPPORTUNITY_STAGE_LEAD)
    assert refused(room, "MoveOpportunity", back).reason == "MOVE_NEEDS_REASON"
    back.why = "the customer starts anew"
    assert ask(room, "MoveOpportunity", back).opportunity.stage == pb.OPPORTUNITY_STAGE_LEAD


STEPS = st.lists(
    st.sampled_from(["survey", "submitted", "signed", "started", "accepted", "paid", "upload", *map(str, range(1, 6))]),
    max_size=12,
)


@given(STEPS)
@settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_sequence_of_moves_reaches_a_stage_whose_gate_is_closed(room: Room, steps: list[str]) -> None:
    """By hand, by events in any order: the stage's gates are open, and every refused move is on record."""
    room.hire("alice")
    room.set_policy(untouched_cap=1_000)
    account_id = account_of(room).account_id
    opportunity_id = opened(room, account_id).id
    events = deal_events(account_id, clock.now())
    refusals = 0
    for step in steps:
        before = Opportunity.load(opportunity_id)
        if step == "survey" and before.state == "open":
            surveyed(room, opportunity_id)
        elif step in events:
            event, at = events[step]
            arrive(event, event_id=f"{account_id}-{step}", at=at)
        elif step == "upload":
            upload = pb.UploadAcceptanceRequest(
                opportunity_id=opportunity_id, content=PDF, name="验收单.pdf", media_type="application/pdf"
            )
            ask(room, "UploadAcceptance", upload)
        elif step.isdigit() and before.state == "open":
            stage = list(Stage)[int(step) - 1]
            if missing_for(stage, before.gate_facts) and stage != before.stage:
                refused(room, "MoveOpportunity", move(opportunity_id, int(step), "try"))
                refusals += 1
            else:
                ask(room, "MoveOpportunity", move(opportunity_id, int(step), "try"))
        after = Opportunity.load(opportunity_id)
        assert not missing_for(Stage(after.stage), after.gate_facts)
        assert after.state != "won" or {"signed", "paid"} <= set(steps)
    mine = {"opportunity_id": opportunity_id, "by": "alice"}
    assert RefusedJump.collection().count_documents(mine) == refusals


def test_silence_brings_an_opportunity_to_the_coaching_list_and_a_word_takes_it_away(room: Room) -> None:
    room.hire("alice")
    opportunity = Opportunity.load(opened(room, account_of(room).account_id).id)
    due_time = opportunity.deadline(COACHING)
    assert due_time == opportunity.update_time + timedelta(hours=24)
    opportunity.cancel(COACHING)
    opportunity.stall(due_time)
    opportunity.commit()
    listing = pb.ListCoachingRequest(team_id="t1", page_size=1)
    (silent,) = ask(room, "ListCoaching", listing, SUPERVISOR).opportunities
    assert silent.coaching_since.ToDatetime() == due_time.replace(tzinfo=None)
    assert ask(room, "ListCoaching", pb.ListCoachingRequest(team_id="t2"), DIRECTOR).opportunities == []
    assert ask(room, "ListCoaching", listing, salesperson("bob")).opportunities == []
    assert len(pipeline_told("opportunity_stalled.v1")) == 1
    ask(room, "UpdateOpportunity", pb.UpdateOpportunityRequest(opportunity_id=opportunity.id, note="called"))
    assert ask(room, "ListCoaching", listing, SUPERVISOR).opportunities == []
    assert Opportunity.load(opportunity.id).deadline(COACHING) is not None


def test_the_coaching_list_is_paged_from_the_longest_silent_on(room: Room) -> None:
    room.hire("alice")
    account_id = account_of(room).account_id
    ids = []
    for hours in (3, 1, 2, 2):
        opportunity = Opportunity.load(opened(room, account_id).id)
        opportunity.stall(clock.now().replace(microsecond=0) - timedelta(hours=hours))
        opportunity.commit()
        ids.append(opportunity.id)
    seen: list[str] = []
    request = pb.ListCoachingRequest(page_size=1)
    while True:
        answer = ask(room, "ListCoaching", request)
        seen += [each.id for each in answer.opportunities]
        request.page_token = answer.next_page_token
        if not request.page_token:
            break
    assert seen[0] == ids[0]
    assert seen[-1] == ids[1]
    assert set(seen) == set(ids)
    assert len(seen) == 4


def test_the_board_is_filtered_and_totalled_within_the_callers_reach(room: Room) -> None:
    room.hire("alice")
    room.hire("wang", team_id="t2", region="west", supervisor_id="boss2")
    east, west = account_of(room), account_of(room, "wang", region="west")
    wang = salesperson("wang", "t2", "west")
    for amount in (100, 200, 300):
        opened(room, east.account_id, expected_amount=yuan(amount))
    last = opened(room, west.account_id, wang, expected_amount=yuan(1_000))
    surveyed(room, last.id, wang)
    ask(room, "MoveOpportunity", move(last.id, pb.OPPORTUNITY_STAGE_PROPOSAL), wang)

    def board(caller: object, **filters: object) -> tuple[int, dict[int, tuple[int, int]]]:
        answer = ask(room, "ListOpportunities", pb.ListOpportunitiesRequest(page_size=2, **filters), caller)  # type: ignore[arg-type]  # a shorthand
        rows, token = len(answer.opportunities), answer.next_page_token
        totals = {each.stage: (each.count, each.expected.amount_minor // 100) for each in answer.totals}
        while token:
            request = pb.ListOpportunitiesRequest(page_size=2, page_token=token, **filters)  # type: ignore[arg-type]  # a shorthand
            answer = ask(room, "ListOpportunities", request, caller)  # type: ignore[arg-type]  # a shorthand
            assert not answer.totals
            rows, token = rows + len(answer.opportunities), answer.next_page_token
        return rows, totals

    assert board(ALICE) == (3, {1: (3, 600)})
    assert board(SUPERVISOR) == (3, {1: (3, 600)})
    assert board(wang) == (1, {2: (1, 1_000)})
    assert board(DIRECTOR) == (4, {1: (3, 600), 2: (1, 1_000)})
    assert board(DIRECTOR, owner_id="wang") == (1, {2: (1, 1_000)})
    assert board(DIRECTOR, stage=1) == (3, {1: (3, 600)})
    assert board(DIRECTOR, state=pb.OPPORTUNITY_STATE_LOST) == (0, {})
    assert refused(room, "GetOpportunity", pb.GetOpportunityRequest(opportunity_id=last.id)).code == "NOT_FOUND"


def test_an_update_says_something(room: Room) -> None:
    room.hire("alice")
    opportunity = opened(room, account_of(room).account_id)
    empty = pb.UpdateOpportunityRequest(opportunity_id=opportunity.id)
    assert refused(room, "UpdateOpportunity", empty).code == "INVALID_ARGUMENT"
    assert (
        refused(room, "UpdateSurvey", pb.UpdateSurveyRequest(opportunity_id=opportunity.id)).code == "INVALID_ARGUMENT"
    )
    request = pb.UpdateOpportunityRequest(opportunity_id=opportunity.id, expected_amount=yuan(7), competitor="金蝶")
    request.expected_close_time.FromDatetime(clock.now() + timedelta(days=30))
    updated = ask(room, "UpdateOpportunity", request).opportunity
    assert (updated.expected_amount, updated.competitor) == (yuan(7), "金蝶")


def test_the_first_quote_is_noted_on_the_accounts_leads(room: Room) -> None:
    room.hire("alice")
    lead = account_of(room)
    qualify(lead.id)
    event, at = deal_events(lead.account_id, clock.now())["submitted"]
    arrive(event, at=at + timedelta(hours=5))
    arrive(event, at=at)
    at = at.replace(microsecond=at.microsecond // 1000 * 1000)
    assert Lead.load(lead.id).first_quote_time == at
    (found,) = Opportunity.collection().find({})
    assert found["first_quote_time"] == at
