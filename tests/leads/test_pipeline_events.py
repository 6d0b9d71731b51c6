"""What quotes and billing tell moves opportunities, in any order, each event once; all of it stands on the timeline."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.clocks import clock
from saleloop.leads.v1 import events_pb2 as leads_events
from saleloop.leads.v1 import leads_service_pb2 as leads_pb
from saleloop.leads.v1 import pipeline_service_pb2 as pb
from saleloop.quotes.v1 import events_pb2 as quotes
from services.leads.documents import Account, Opportunity, RefusedJump, Salesperson, TimelineEntry
from tests.leads.pipeline_room import (
    ALICE,
    account_of,
    arrive,
    ask,
    deal_events,
    lead_assigned,
    opened,
    pipeline_told,
    qualify,
    refused,
    shown,
    surveyed,
    yuan,
)
from tests.leads.room import DIRECTOR, SUPERVISOR, Room, salesperson

NAMES = ("submitted", "signed", "started", "accepted", "paid")


def test_a_deal_that_goes_well_is_won_by_its_payment(room: Room) -> None:
    room.hire("alice")
    account_id = account_of(room).account_id
    opportunity_id = opened(room, account_id).id
    surveyed(room, opportunity_id)
    stages = []
    for event, at in deal_events(account_id, clock.now()).values():
        arrive(event, at=at)
        stages.append(shown(room, opportunity_id).stage)
    assert stages == [3, 4, 4, 4, 5]
    won = shown(room, opportunity_id)
    assert (won.state, won.won_amount, won.paid_amount) == (pb.OPPORTUNITY_STATE_WON, yuan(100_000), yuan(100_000))
    assert won.expected_amount == yuan(100_000)
    (told,) = pipeline_told("opportunity_won.v1")
    assert (told["owner_id"], told["by"]) == ("alice", "billing.payment_recorded")
    assert told["won_amount"]["amount_minor"] == "10000000"
    assert Salesperson.collection().find_one({"_id": "alice"})["outcomes"] == {"-": {"won": 1}}  # type: ignore[index]  # it is there
    assert RefusedJump.collection().count_documents({}) == 0


@given(st.permutations(NAMES), st.lists(st.sampled_from(NAMES), max_size=3), st.integers(0, 5), st.integers(0, 5))
@settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_in_any_order_and_twice_the_end_is_the_same(
    room: Room, order: list[str], again: list[str], opened_before: int, surveyed_before: int
) -> None:
    """Whatever comes first: events, the opportunity itself, or its survey."""
    room.hire("alice")
    room.set_policy(untouched_cap=1_000)
    lead = account_of(room)
    start = clock.now()
    events = deal_events(lead.account_id, start)
    steps = [*order, *again]
    steps.insert(min(opened_before, len(order)), "open")
    after_opening = steps.index("open") + 1
    steps.insert(max(after_opening, surveyed_before), "survey")
    won_before = len(pipeline_told("opportunity_won.v1"))
    for step in steps:
        if step == "open":
            qualify(lead.id, start)
        elif step == "survey":
            (row,) = Opportunity.collection().find({"account_id": lead.account_id})
            surveyed(room, row["_id"])
        else:
            event, at = events[step]
            arrive(event, event_id=f"{lead.account_id}-{step}", at=at)
    (found,) = Opportunity.collection().find({"account_id": lead.account_id})
    assert (found["state"], found["stage"]) == ("won", "payment")
    assert (found["won_amount_minor"], found["paid_amount_minor"]) == (10_000_000, 10_000_000)
    assert len(pipeline_told("opportunity_won.v1")) == won_before + 1
    kinds = [
        row["kind"]
        for row in TimelineEntry.collection().find({"account_id": lead.account_id, "source": {"$ne": "leads"}})
    ]
    assert len(kinds) == len(set(kinds)) == 5


def test_an_event_that_a_gate_stops_is_on_record_once_and_goes_on_with_the_survey(room: Room) -> None:
    room.hire("alice")
    account_id = account_of(room).account_id
    opportunity_id = opened(room, account_id).id
    event, at = deal_events(account_id, clock.now())["submitted"]
    for _ in range(2):
        arrive(event, event_id="e1", at=at)
    assert shown(room, opportunity_id).stage == pb.OPPORTUNITY_STAGE_LEAD
    (jump,) = ask(room, "ListRefusedJumps", pb.ListRefusedJumpsRequest()).refused_jumps
    assert (jump.by, jump.to_stage) == ("quotes.quote_submitted", pb.OPPORTUNITY_STAGE_QUOTE)
    assert surveyed(room, opportunity_id).stage == pb.OPPORTUNITY_STAGE_QUOTE


def test_a_prepaid_deal_is_paid_only_with_its_acceptance(room: Room) -> None:
    room.hire("alice")
    account_id = account_of(room).account_id
    opportunity_id = opened(room, account_id).id
    surveyed(room, opportunity_id)
    events = deal_events(account_id, clock.now())
    for name in ("submitted", "signed", "paid"):
        arrive(events[name][0], at=events[name][1])
    assert shown(room, opportunity_id).stage == pb.OPPORTUNITY_STAGE_CONTRACT
    (jump,) = ask(room, "ListRefusedJumps", pb.ListRefusedJumpsRequest()).refused_jumps
    assert [each.item for each in jump.missing] == ["acceptance_document"]
    upload = pb.UploadAcceptanceRequest(
        opportunity_id=opportunity_id, content=b"%PDF-1.7 signed", name="验收单.pdf", media_type="application/pdf"
    )
    won = ask(room, "UploadAcceptance", upload).opportunity
    assert (won.state, won.stage) == (pb.OPPORTUNITY_STATE_WON, pb.OPPORTUNITY_STAGE_PAYMENT)
    assert won.HasField("accept_time")
    assert ask(room, "UploadAcceptance", upload).opportunity == won
    upload.media_type = "text/html"
    assert refused(room, "UploadAcceptance", upload).reason == "FILE_REFUSED"


def test_two_deals_of_one_account_do_not_take_each_others_events(room: Room) -> None:
    room.hire("alice")
    account_id = account_of(room).account_id
    first = opened(room, account_id).id
    surveyed(room, first)
    one = deal_events(account_id, clock.now(), "q1")
    arrive(one["submitted"][0], at=clock.now())
    second = opened(room, account_id).id
    surveyed(room, second)
    arrive(one["signed"][0], at=clock.now())
    arrive(deal_events(account_id, clock.now(), "q2")["submitted"][0], at=clock.now())
    assert (shown(room, first).stage, shown(room, second).stage) == (4, 3)


def test_the_timeline_tells_everything_newest_first(room: Room) -> None:
    room.hire("alice")
    lead = account_of(room)
    start = clock.now()
    arrive(lead_assigned(lead), event_id="assigned", at=start)
    arrive(lead_assigned(lead), event_id="assigned", at=start)
    arrive(leads_events.FirstContactBreached(lead_id=lead.id, owner_id="alice"), at=start + timedelta(days=1))
    decided = quotes.ApprovalDecided(
        quote_id="q1", account_id=lead.account_id, decision="returned", decided_by="boss", comment="too cheap"
    )
    arrive(decided, at=start + timedelta(days=2))
    for event, at in deal_events(lead.account_id, start + timedelta(days=3)).values():
        arrive(event, at=at)
    entries: list[pb.TimelineEntry] = []
    request = pb.ListTimelineRequest(account_id=lead.account_id, page_size=3)
    while True:
        answer = ask(room, "ListTimeline", request)
        entries += answer.entries
        request.page_token = answer.next_page_token
        if not request.page_token:
            break
    assert [entry.kind for entry in entries] == [
        "payment_recorded",
        "order_moved",
        "contract_started",
        "quote_signed",
        "quote_submitted",
        "approval_decided",
        "first_contact_breached",
        "lead_assigned",
    ]
    assert [entry.source for entry in entries[-4:]] == ["quotes", "quotes", "leads", "leads"]
    assert (entries[5].by, entries[5].why, entries[5].details["decision"]) == ("boss", "too cheap", "returned")
    assert (entries[-1].why, entries[-1].details["reasons_zh"], entries[-1].owner_id) == (
        "fits best",
        "最合适",
        "alice",
    )
    assert entries[0].details["amount_minor"] == "10000000"
    some = pb.ListTimelineRequest(account_id=lead.account_id, kinds=["quote_signed", "lead_assigned"])
    assert [entry.kind for entry in ask(room, "ListTimeline", some, SUPERVISOR).entries] == [
        "quote_signed",
        "lead_assigned",
    ]
    assert refused(room, "ListTimeline", some, salesperson("bob")).reason == "ACCOUNT_NOT_FOUND"


def test_an_account_that_was_merged_goes_on_with_the_other(room: Room) -> None:
    room.hire("alice")
    old, new = account_of(room), account_of(room)
    arrive(lead_assigned(old))
    Account.collection().update_one({"_id": old.account_id}, {"$set": {"merged_into": new.account_id}})
    opportunity_id = opened(room, new.account_id).id
    surveyed(room, opportunity_id)
    event, at = deal_events(old.account_id, clock.now())["submitted"]
    arrive(event, at=at)
    assert shown(room, opportunity_id).stage == pb.OPPORTUNITY_STAGE_QUOTE
    entries = ask(room, "ListTimeline", pb.ListTimelineRequest(account_id=new.account_id)).entries
    assert [entry.kind for entry in entries] == ["quote_submitted", "lead_assigned"]


def test_what_is_told_before_the_account_is_known_waits_for_it(room: Room) -> None:
    arrive(quotes.QuoteApproved(quote_id="q", account_id="not-here-yet"))
    arrive(leads_events.FirstContactWarned(lead_id="unknown"))
    (row,) = TimelineEntry.collection().find({})
    assert (row["account_id"], row["kind"], row["region"]) == ("not-here-yet", "quote_approved", "")


def touch(account_id: str, **fields: object) -> pb.LogTouchRequest:
    given: dict[str, object] = {"kind": pb.TOUCH_KIND_CALL, "summary": "asked for a second offer"}
    return pb.LogTouchRequest(account_id=account_id, **(given | fields))  # type: ignore[arg-type]  # a shorthand


def test_a_touch_stands_on_the_timeline_once_and_wakes_its_opportunity(room: Room) -> None:
    room.hire("alice")
    account_id = account_of(room).account_id
    opportunity = Opportunity.load(opened(room, account_id).id)
    opportunity.stall(clock.now())
    opportunity.commit()
    request = touch(account_id, opportunity_id=opportunity.id, request_id="t1")
    entry = ask(room, "LogTouch", request).entry
    assert ask(room, "LogTouch", request).entry == entry
    assert (entry.kind, entry.by, entry.details["touch"]) == ("touch_logged", "alice", "call")
    assert ask(room, "ListTimeline", pb.ListTimelineRequest(account_id=account_id, kinds=["touch_logged"])).entries == [
        entry
    ]
    assert not shown(room, opportunity.id).HasField("coaching_since")


def test_only_the_owner_logs_a_touch_and_says_what_it_was(room: Room) -> None:
    room.hire("alice")
    account_id = account_of(room).account_id
    assert refused(room, "LogTouch", touch(account_id), salesperson("bob")).reason == "ACCOUNT_NOT_FOUND"
    assert refused(room, "LogTouch", touch(account_id), SUPERVISOR).code == "PERMISSION_DENIED"
    for wrong, field in (
        (touch(account_id, summary=" "), "summary"),
        (touch(account_id, kind=0), "kind"),
        (touch(account_id, summary="x" * 2_001), "summary"),
    ):
        assert refused(room, "LogTouch", wrong).failure.violations[0].field == field
    late = touch(account_id)
    late.touch_time.FromDatetime(clock.now() - timedelta(days=40))
    assert refused(room, "LogTouch", late).failure.violations[0].field == "touch_time"
    assert refused(room, "LogTouch", touch(account_id, opportunity_id="other")).reason == "OPPORTUNITY_NOT_FOUND"
    assert ask(room, "ListTimeline", pb.ListTimelineRequest(account_id=account_id), DIRECTOR).entries == []
    found = room.call("GetAccount", leads_pb.GetAccountRequest(account_id=account_id), ALICE)
    assert found.account.owner_id == "alice"
