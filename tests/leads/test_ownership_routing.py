"""The routing policy and its versions, trying one out, overrides, and leads that nobody could take."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from chassis.clocks import clock
from chassis.documents import VersionConflict
from chassis.principal import Principal
from saleloop.leads.v1 import leads_service_pb2 as leads_pb
from saleloop.leads.v1 import ownership_service_pb2 as pb
from services.leads import commands
from services.leads.commands.routing import pool_lease, routing_turn
from services.leads.commands.routing.pool_lease import LeaseLost
from services.leads.documents import Account, Lead, ResponsibilityEntry, Salesperson
from services.leads.documents.lead import RETRY
from services.leads.domain.routing.candidates import LeaveSpan
from tests.leads.ownership_room import ask, refusal, untouched
from tests.leads.room import DIRECTOR, SUPERVISOR, Room, salesperson, told


def versions(room: Room) -> list[pb.RoutingPolicyVersion]:
    answer = ask(room, "ListRoutingPolicyVersions", pb.ListRoutingPolicyVersionsRequest(), DIRECTOR)
    return list(answer.versions)


def confirm(
    room: Room, lead: leads_pb.Lead, salesperson_id: str, why: str = "", caller: Principal = SUPERVISOR
) -> None:
    request = leads_pb.ConfirmRoutingRequest(lead_id=lead.id, salesperson_id=salesperson_id, why=why)
    room.call("ConfirmRouting", request, caller)


def test_every_version_of_the_policy_is_kept(room: Room) -> None:
    for cap in (7, 9, 9):
        policy = leads_pb.RoutingPolicy(untouched_cap=cap)
        request = leads_pb.UpdateRoutingPolicyRequest(routing_policy=policy, why=f"cap {cap}")
        room.call("UpdateRoutingPolicy", request, DIRECTOR)
    newest, oldest = versions(room)
    assert (newest.routing_policy.version, newest.routing_policy.untouched_cap, newest.why) == (2, 9, "cap 9")
    assert (oldest.routing_policy.version, oldest.changed_by) == (1, "director")
    one = ask(room, "GetRoutingPolicyVersion", pb.GetRoutingPolicyVersionRequest(version=1)).version
    assert one == oldest
    missing = pb.GetRoutingPolicyVersionRequest(version=3)
    assert refusal(room, "GetRoutingPolicyVersion", missing).reason == "POLICY_VERSION_NOT_FOUND"


def test_going_back_makes_a_new_version(room: Room) -> None:
    room.set_policy(untouched_cap=7, tag_weights_milli={"a.b$c": 3_000})
    room.set_policy(untouched_cap=9, tag_weights_milli={"a.b$c": 10})
    request = pb.RollBackRoutingPolicyRequest(version=1)
    assert refusal(room, "RollBackRoutingPolicy", request, DIRECTOR).reason == "INVALID_FIELD"
    request.why = "7 was better"
    policy = ask(room, "RollBackRoutingPolicy", request, DIRECTOR).routing_policy
    assert (policy.version, policy.untouched_cap, policy.tag_weights_milli["a.b$c"]) == (3, 7, 3_000)
    assert (versions(room)[0].is_roll_back, versions(room)[0].rolled_back_to) == (True, 1)
    ask(room, "RollBackRoutingPolicy", pb.RollBackRoutingPolicyRequest(version=0, why="defaults"), DIRECTOR)
    assert room.call("GetRoutingPolicy", leads_pb.GetRoutingPolicyRequest()).routing_policy.untouched_cap == 5
    assert refusal(room, "RollBackRoutingPolicy", request).code == "PERMISSION_DENIED"


def test_changes_at_once_make_versions_without_gaps(room: Room) -> None:
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda cap: _set_cap(room, cap), range(1, 7)))
    made = [each for each in answers if each]
    assert sorted(made) == list(range(1, len(made) + 1))
    assert [each.routing_policy.version for each in versions(room)] == sorted(made, reverse=True)


def _set_cap(room: Room, cap: int) -> int:
    try:
        return int(room.set_policy(untouched_cap=cap).version)
    except Exception as error:
        assert getattr(error, "code", "") == "ABORTED"  # noqa: PT017 - any of the six may win
        return 0


@pytest.mark.parametrize(
    "change",
    [{"prior_deals": -1}, {"attribute_weight_milli": 10_001}, {"tag_weights_milli": {"ERP": -1}}],
)
def test_a_policy_that_makes_no_sense_makes_no_version(room: Room, change: dict[str, Any]) -> None:
    request = leads_pb.UpdateRoutingPolicyRequest(routing_policy=leads_pb.RoutingPolicy(**change))
    assert room.refusal("UpdateRoutingPolicy", request, DIRECTOR).failure.violations[0].field
    assert versions(room) == []


def test_a_weighted_tag_decides(room: Room) -> None:
    room.hire("alice", tags=("ERP", "x", "y"))
    room.hire("bob", tags=("CRM", "BI", "z"))
    room.set_policy(tag_weights_milli={"ERP": 5_000})
    lead = room.created_and_routed(needs=["ERP", "CRM", "BI"])
    assert lead.owner_id == "alice"
    words = lead.candidates[0].parts[0].explanation
    assert words["zh"] == "匹配 1/3 个需求标签：ERP，加权 71 %"
    assert words["en"] == "matches 1 of 3 needs: ERP, weighted 71 %"


def test_a_win_rate_counts_more_with_more_deals(room: Room) -> None:
    room.hire("alice", "bob", "carol")
    commands.count_outcome("bob", "", True)
    for number in range(30):
        commands.count_outcome("carol", "食品.机械", number < 24)
    lead = room.created_and_routed()
    assert lead.owner_id == "carol"
    assert "赢单 24、输单 6" in lead.candidates[0].parts[1].explanation["zh"]
    assert "won 24, lost 6 in all segments" in lead.candidates[0].parts[1].explanation["en"]


def test_the_attributes_and_the_segment_of_a_known_account_count(room: Room) -> None:
    room.hire("alice")
    first = room.created_and_routed(company="江南贸易")
    Account.collection().update_one({"_id": first.account_id}, {"$set": {"attributes": {"industry": "食品"}}})
    room.hire("alice", active=False, version=2)
    room.hire("bob", tags=("x", "y", "z"))
    room.hire("carol", tags=("食品", "y", "z"))
    commands.count_outcome("carol", "食品", True)
    second = room.created_and_routed(company="江南贸易", needs=["无人"])
    assert second.owner_id == "carol"
    words = [part.explanation["zh"] for part in second.candidates[0].parts]
    assert "匹配客户属性：食品" in words[0]
    assert words[1].startswith("行业「食品」赢单 1、输单 0")


def test_untouched_leads_of_last_month_do_not_count_for_the_cap(room: Room) -> None:
    room.hire("alice")
    room.set_policy(untouched_cap=1)
    first, second, third = (room.create() for _ in range(3))
    at = clock.now().replace(day=15)
    next_month = at + timedelta(days=31)
    commands.route_new_lead(first.id, at=at)
    commands.route_new_lead(second.id, at=at)
    commands.route_new_lead(third.id, at=next_month)
    states = [room.lead(each.id).state for each in (first, second, third)]
    wanted = [leads_pb.LEAD_STATE_ASSIGNED, leads_pb.LEAD_STATE_UNROUTABLE, leads_pb.LEAD_STATE_ASSIGNED]
    assert states == wanted
    commands.contact_lead(first.id, summary="called", next_action=None, by="alice", at=next_month)
    row = Salesperson.collection().find_one({"_id": "alice"})
    assert row is not None
    assert (row["open_untouched"], row["untouched_in_month"]) == (1, 1)


def test_a_policy_is_tried_on_past_leads_and_changes_nothing(room: Room) -> None:
    room.hire("alice", tags=("ERP", "x", "y"))
    room.hire("bob", "carol", tags=("z", "x", "y"))
    room.set_policy(untouched_cap=100, weights_milli={"fairness": 0, "load": 0})
    for _ in range(6):
        assert room.created_and_routed(needs=["ERP"]).owner_id == "alice"
    before = (room.open_untouched("alice"), ResponsibilityEntry.collection().count_documents({}))
    policy = leads_pb.RoutingPolicy(weights_milli={"fairness": 2_000})
    found = ask(room, "PreviewRoutingPolicy", pb.PreviewRoutingPolicyRequest(routing_policy=policy), DIRECTOR)
    assert (found.leads, found.unroutable) == (6, 0)
    assert (found.before.fewest, found.before.most, found.before.spread) == (0, 6, 6)
    assert found.after.spread < 6
    assert found.after.gini_bp < found.before.gini_bp
    assert found.after.standard_deviation_milli < found.before.standard_deviation_milli
    moved = sum(each.owner_id != each.would_be_owner_id for each in found.replayed_leads)
    assert found.changed_bp == moved * 10_000 // 6 > 0
    assert sum(each.after for each in found.people) == 6
    assert (room.open_untouched("alice"), ResponsibilityEntry.collection().count_documents({})) == before
    assert len(versions(room)) == 1


def test_the_same_policy_replayed_gives_the_same_owners(room: Room) -> None:
    room.hire("alice", "bob", "carol")
    for _ in range(9):
        room.created_and_routed(needs=["ERP"])
    found = ask(room, "PreviewRoutingPolicy", pb.PreviewRoutingPolicyRequest(), DIRECTOR)
    assert (found.leads, found.changed_bp, found.before.spread, found.after.spread) == (9, 0, 0, 0)
    late = pb.PreviewRoutingPolicyRequest()
    late.since_time.FromDatetime(clock.now() + timedelta(days=1))
    assert ask(room, "PreviewRoutingPolicy", late, DIRECTOR).leads == 0
    newest = ask(room, "PreviewRoutingPolicy", pb.PreviewRoutingPolicyRequest(leads=4), DIRECTOR)
    assert newest.leads == 4
    many = pb.PreviewRoutingPolicyRequest(leads=5_001)
    assert refusal(room, "PreviewRoutingPolicy", many, DIRECTOR).failure.violations[0].field == "leads"


def test_overrides_are_measured(room: Room) -> None:
    room.hire("alice", "bob", "carol")
    room.hire("dave", tags=(), region="west")
    room.set_policy(mode=leads_pb.ROUTING_MODE_CONFIRM)
    ranks = [0, 0, 1, 2]
    for rank in ranks:
        lead = room.created_and_routed()
        confirm(room, lead, lead.candidates[rank].salesperson_id)
    for why in ("Knows the buyer", "knows the buyer "):
        confirm(room, room.created_and_routed(), "dave", why)
    (count,) = ask(room, "CountOverrides", pb.CountOverridesRequest()).deciders
    assert (count.decided_by, count.decisions) == ("boss", 6)
    assert (count.first, count.second, count.third, count.not_offered) == (2, 1, 1, 2)
    assert count.override_bp == 6_666
    reasons = {each.why: each.count for each in count.reasons}
    assert reasons == {"knows the buyer": 2, "": 2}
    request = pb.ListOverridesRequest(page_size=3)
    page = ask(room, "ListOverrides", request)
    assert [(each.kind, each.candidate_rank) for each in page.overrides] == [
        ("overridden", 0),
        ("overridden", 0),
        ("confirmed", 3),
    ]
    request.page_token = page.next_page_token
    assert [each.candidate_rank for each in ask(room, "ListOverrides", request).overrides] == [2]
    other = Principal("boss9", frozenset({"supervisor"}), team_id="t9", region="west")
    assert not ask(room, "CountOverrides", pb.CountOverridesRequest(), other).deciders
    late = pb.CountOverridesRequest()
    late.since_time.FromDatetime(clock.now() + timedelta(days=1))
    assert not ask(room, "CountOverrides", late).deciders


def test_what_nobody_could_take_is_routed_when_somebody_can(room: Room) -> None:
    leads = [room.created_and_routed() for _ in range(3)]
    assert ask(room, "RouteUnroutable", pb.RouteUnroutableRequest()) == pb.RouteUnroutableResponse(routed=0, left=3)
    room.hire("alice")
    room.set_policy(untouched_cap=2)
    assert ask(room, "RouteUnroutable", pb.RouteUnroutableRequest()) == pb.RouteUnroutableResponse(routed=2, left=1)
    assert [room.lead(each.id).owner_id for each in leads] == ["alice", "alice", ""]
    assert len(told("lead_unroutable.v1")) == 3
    assert "nobody could take it before" in told("lead_assigned.v1")[0]["reasons"]["en"]


def test_a_contact_makes_room_for_what_waits(room: Room) -> None:
    room.hire("alice")
    room.set_policy(untouched_cap=1)
    taken, waiting = room.created_and_routed(), room.created_and_routed()
    contact = leads_pb.ContactLeadRequest(lead_id=taken.id, summary="called")
    room.call("ContactLead", contact, salesperson("alice"))
    commands.route_unroutable_for("alice", at=clock.now())
    assert room.lead(waiting.id).owner_id == "alice"
    assert untouched("alice") == {"alice": 1}


def test_an_unroutable_lead_is_tried_again_when_a_leave_ends_or_the_month_does(room: Room) -> None:
    lead = room.created_and_routed()
    month = Lead.load(lead.id).deadline(RETRY)
    assert month is not None
    begin = month + timedelta(hours=8)  # in Shanghai
    assert (begin.day, begin.hour, begin.minute) == (1, 0, 0)
    room.hire("alice", leaves=_leave(timedelta(hours=1)))
    commands.route_unroutable(at=clock.now())
    due = Lead.load(lead.id).deadline(RETRY)
    assert due is not None
    assert due == Salesperson.load("alice").leaves[0]["end_time"]
    for _ in range(2):
        commands.retry_lead(lead.id, at=due)
    assert room.lead(lead.id).owner_id == "alice"
    assert Lead.load(lead.id).deadline(RETRY) is None


def _leave(length: timedelta) -> tuple[LeaveSpan, ...]:
    end = (clock.now() + length).replace(microsecond=0)
    return (LeaveSpan(end - 2 * length, end),)


def test_who_lost_the_lease_writes_nothing(room: Room) -> None:
    """Another process was given the pool while this one decided: the fencing token stops the late decision."""
    room.hire("alice")
    lead = room.create()
    lease = pool_lease.take("east")
    pool_lease._leases().update_one({"_id": "east"}, {"$inc": {"token": 1}})

    def late(session: Any) -> None:
        Lead.collection().update_one({"_id": lead.id}, {"$set": {"owner_id": "mallory"}}, session=session)
        lease.give_back(session)

    with pytest.raises(LeaseLost):
        routing_turn.decide_in_turn(late)
    assert room.lead(lead.id).owner_id == ""
    pool_lease._leases().delete_many({})


def test_a_lease_whose_holder_died_runs_out(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_lease, "HELD_FOR", timedelta(milliseconds=300))
    dead = pool_lease.take("east")
    room.hire("alice")
    assert room.created_and_routed().owner_id == "alice"
    with pytest.raises(LeaseLost):
        dead.give_back()
    monkeypatch.setattr(pool_lease, "HELD_FOR", timedelta(minutes=1))
    monkeypatch.setattr(pool_lease, "WAIT_LIMIT_S", 0.1)
    held = pool_lease.take("east")
    with pytest.raises(VersionConflict):
        pool_lease.take("east")
    assert room.created_and_routed(region="west").state == leads_pb.LEAD_STATE_UNROUTABLE
    held.give_back()


def test_eight_imports_at_once_are_shared_out_fairly(room: Room) -> None:
    names = ("alice", "bob", "carol", "dave", "erin")
    room.hire(*names)
    room.set_policy(untouched_cap=1_000)

    def take_in(number: int) -> None:
        rows = "".join(f"进口{number}-{row}号,1390{number}{row:06d},east,ERP\n" for row in range(23))
        room.import_csv(f"公司,电话,区域,需求\n{rows}".encode())
        commands.route_new_leads("east")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(take_in, range(8)))
    got = untouched(*names)
    assert sum(got.values()) == 8 * 23
    assert max(got.values()) - min(got.values()) <= 1
