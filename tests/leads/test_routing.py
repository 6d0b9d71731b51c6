"""Who gets a lead, why, and that it is decided once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from chassis.clocks import clock
from chassis.principal import Principal
from saleloop.leads.v1 import leads_service_pb2 as pb
from services.leads import commands
from services.leads.documents import Account, Lead, ResponsibilityEntry
from services.leads.documents.lead import BREACH, CONFIRMATION, WARNING
from tests.leads.room import DIRECTOR, SUPERVISOR, Room, on_leave_now, told


def test_the_best_match_gets_the_lead_with_every_point_explained(room: Room) -> None:
    room.hire("alice", tags=("ERP", "仓储", "CRM"))
    room.hire("bob", tags=("HR", "OA", "BI"))
    lead = room.created_and_routed(needs=["ERP", "仓储"])
    assert (lead.state, lead.owner_id) == (pb.LEAD_STATE_ASSIGNED, "alice")
    best, second = lead.candidates
    assert best.score_milli == sum(part.score_milli for part in best.parts) > second.score_milli
    assert [part.name for part in best.parts] == ["tag_match", "win_rate", "load", "fairness", "region"]
    assert best.parts[0].explanation["zh"] == "匹配 2/2 个需求标签：ERP、仓储"
    assert best.parts[0].explanation["en"] == "matches 2 of 2 needs: ERP, 仓储"
    assert all({"zh", "en"} == set(part.explanation) for part in (*best.parts, *second.parts))


def test_the_assignment_is_told_with_its_reason_and_due_time(room: Room) -> None:
    room.hire("alice")
    lead = room.created_and_routed(company="江南贸易")
    (event,) = told("lead_assigned.v1")
    assert (event["lead_id"], event["owner_id"], event["team_id"]) == (lead.id, "alice", "t1")
    assert (event["company"], event["supervisor_id"]) == ("江南贸易", "boss")
    assert "最高" in event["reasons"]["zh"]
    limit = lead.first_contact_due_time.ToDatetime() - lead.assign_time.ToDatetime()
    assert limit == timedelta(hours=24)
    (account,) = told("account_changed.v1")
    assert (account["account_id"], account["owner_id"], account["version"]) == (lead.account_id, "alice", "1")


@pytest.mark.parametrize(
    "unfit",
    [
        {"active": False},
        {"roles": frozenset({"marketing"})},
        {"region": "west"},
        {"leaves": "now"},
    ],
)
def test_who_left_is_away_or_works_elsewhere_gets_nothing(room: Room, unfit: dict[str, Any]) -> None:
    room.hire("alice")
    room.hire("alice", **(unfit | ({"leaves": on_leave_now()} if "leaves" in unfit else {})), version=2)
    lead = room.created_and_routed()
    assert lead.state == pb.LEAD_STATE_UNROUTABLE
    assert told("lead_unroutable.v1") == [{"lead_id": lead.id, "company": lead.company, "region": "east"}]


def test_nobody_gets_more_untouched_leads_than_the_cap(room: Room) -> None:
    room.hire("alice")
    room.set_policy(untouched_cap=2)
    states = [room.created_and_routed().state for _ in range(3)]
    assert states == [pb.LEAD_STATE_ASSIGNED, pb.LEAD_STATE_ASSIGNED, pb.LEAD_STATE_UNROUTABLE]
    assert room.open_untouched("alice") == 2


def test_equal_salespeople_differ_by_at_most_one(room: Room) -> None:
    room.hire("alice", "bob", "carol")
    owners: Counter[str] = Counter()
    for _ in range(7):
        owners[room.created_and_routed().owner_id] += 1
        assert max(owners.values()) - min(owners[name] for name in ("alice", "bob", "carol")) <= 1


def test_decisions_at_once_are_as_fair_as_one_after_another(room: Room) -> None:
    room.hire("alice", "bob", "carol")
    room.set_policy(untouched_cap=100)
    leads = [room.create().id for _ in range(20)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda lead_id: commands.route_new_lead(lead_id, at=clock.now()), leads))
    owners = Counter(room.lead(lead_id).owner_id for lead_id in leads)
    assert sorted(owners.values()) == [6, 7, 7]
    assert {name: room.open_untouched(name) for name in owners} == owners


def test_a_second_delivery_changes_nothing(room: Room) -> None:
    room.hire("alice", "bob")
    lead = room.created_and_routed()
    for _ in range(2):
        commands.route_new_lead(lead.id, at=clock.now())
    assert room.lead(lead.id) == lead
    assert room.open_untouched(lead.owner_id) == 1
    assert len(told("lead_assigned.v1")) == 1
    assert ResponsibilityEntry.collection().count_documents({}) == 1


def test_the_lead_of_a_known_company_goes_to_its_owner(room: Room) -> None:
    room.hire("alice")
    first = room.created_and_routed(company="江南贸易有限公司")
    room.hire("bob", tags=("BI",))
    second = room.created_and_routed(company="江南贸易 股份有限公司", needs=["BI"])
    assert (second.owner_id, second.account_id) == ("alice", first.account_id)
    assert told("lead_assigned.v1")[1]["reasons"]["zh"] == "江南贸易有限公司 已有负责人"


def test_the_lead_of_a_known_phone_goes_to_its_owner(room: Room) -> None:
    room.hire("alice", "bob")
    first = room.created_and_routed(phone="13800138000")
    second = room.created_and_routed(phone="+86 138 0013 8000")
    assert (second.owner_id, second.account_id) == (first.owner_id, first.account_id)


def test_a_company_is_recognised_by_a_phone_it_used_later(room: Room) -> None:
    room.hire("alice", "bob")
    first = room.created_and_routed(company="江南贸易", phone="13800138000")
    room.created_and_routed(company="江南贸易", phone="13800138001")
    third = room.created_and_routed(company="江南苏州分部", phone="13800138001")
    assert third.account_id == first.account_id


def test_leads_of_one_new_company_at_once_make_one_account(room: Room) -> None:
    room.hire("alice", "bob", "carol", "dave")
    leads = [room.create(company="江南贸易") for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda lead: commands.route_new_lead(lead.id, at=clock.now()), leads))
    assert len({room.lead(lead.id).owner_id for lead in leads}) == 1
    assert Account.collection().count_documents({}) == 1


def test_when_the_owner_left_the_account_gets_a_new_one_on_record(room: Room) -> None:
    room.hire("alice")
    first = room.created_and_routed(company="江南贸易")
    room.hire("alice", active=False, version=2)
    room.hire("bob")
    second = room.created_and_routed(company="江南贸易")
    assert (second.owner_id, second.account_id) == ("bob", first.account_id)
    answer = room.call("ListResponsibilityEntries", pb.ListResponsibilityEntriesRequest(account_id=first.account_id))
    log = [(entry.owner_id, entry.previous_owner_id) for entry in answer.responsibility_entries]
    assert log == [("alice", ""), ("bob", "alice")]
    assert [event["owner_id"] for event in told("account_changed.v1")] == ["alice", "bob"]


def test_in_confirm_mode_a_supervisor_chooses(room: Room) -> None:
    room.hire("alice", "bob", "carol", "dave")
    room.set_policy(mode=pb.ROUTING_MODE_CONFIRM, confirm_limit_minutes=10)
    lead = room.created_and_routed()
    assert (lead.state, lead.owner_id, len(lead.candidates)) == (pb.LEAD_STATE_PROPOSED, "", 3)
    (proposal,) = told("lead_routing_proposed.v1")
    assert len(proposal["candidates"]) == 3
    chosen = lead.candidates[1].salesperson_id
    request = pb.ConfirmRoutingRequest(lead_id=lead.id, salesperson_id=chosen)
    confirmed = room.call("ConfirmRouting", request).lead
    assert (confirmed.state, confirmed.owner_id) == (pb.LEAD_STATE_ASSIGNED, chosen)
    assert room.call("ConfirmRouting", request).lead == confirmed
    assert Lead.load(lead.id).deadline(CONFIRMATION) is None
    log = ResponsibilityEntry.collection().find_one({"lead_id": lead.id})
    assert log is not None
    assert log["decided_by"] == SUPERVISOR.subject


def test_anybody_but_a_candidate_needs_a_reason(room: Room) -> None:
    room.hire("alice", "bob", "carol")
    room.hire("dave", tags=(), region="west")
    room.set_policy(mode=pb.ROUTING_MODE_CONFIRM)
    lead = room.created_and_routed()
    request = pb.ConfirmRoutingRequest(lead_id=lead.id, salesperson_id="dave")
    refused = room.refusal("ConfirmRouting", request)
    assert (refused.code, refused.reason) == ("FAILED_PRECONDITION", "OVERRIDE_NEEDS_REASON")
    request.why = "knows the buyer"
    assert room.call("ConfirmRouting", request).lead.owner_id == "dave"
    assert "knows the buyer" in told("lead_assigned.v1")[0]["reasons"]["en"]


def test_somebody_who_does_not_sell_here_cannot_be_chosen(room: Room) -> None:
    room.hire("alice")
    lead = room.create()
    request = pb.ConfirmRoutingRequest(lead_id=lead.id, salesperson_id="nobody", why="because")
    assert room.refusal("ConfirmRouting", request).reason == "SALESPERSON_NOT_ELIGIBLE"


def test_a_proposal_for_a_company_that_became_an_account_goes_to_its_owner_only(room: Room) -> None:
    room.hire("alice", "bob")
    room.set_policy(mode=pb.ROUTING_MODE_CONFIRM)
    waiting = room.created_and_routed(company="江南贸易")
    other = room.created_and_routed(company="江南贸易")
    room.call("ConfirmRouting", pb.ConfirmRoutingRequest(lead_id=other.id, salesperson_id="alice"))
    request = pb.ConfirmRoutingRequest(lead_id=waiting.id, salesperson_id="bob", why="I prefer bob")
    assert room.refusal("ConfirmRouting", request).reason == "SALESPERSON_NOT_ELIGIBLE"
    request.salesperson_id = "alice"
    assert room.call("ConfirmRouting", request).lead.owner_id == "alice"


def test_after_the_limit_number_one_gets_the_lead(room: Room) -> None:
    room.hire("alice", "bob")
    room.set_policy(mode=pb.ROUTING_MODE_CONFIRM, confirm_limit_minutes=10)
    proposed = room.created_and_routed()
    due = Lead.load(proposed.id).deadline(CONFIRMATION)
    assert due is not None
    commands.assign_lapsed_lead(proposed.id, at=due)
    lead = room.lead(proposed.id)
    assert lead.owner_id == proposed.candidates[0].salesperson_id
    assert lead.assign_time.ToDatetime(due.tzinfo) == due
    assert told("lead_assigned.v1")[0]["reasons"]["zh"].startswith("确认时限已过")
    commands.assign_lapsed_lead(proposed.id, at=due)
    assert room.lead(proposed.id) == lead


def test_proposals_count_for_number_one_until_they_are_decided(room: Room) -> None:
    room.hire("alice", "bob", "carol")
    room.set_policy(mode=pb.ROUTING_MODE_CONFIRM)
    proposals = [room.created_and_routed() for _ in range(6)]
    first = Counter(lead.candidates[0].salesperson_id for lead in proposals)
    assert first == {"alice": 2, "bob": 2, "carol": 2}
    chosen = proposals[0].candidates[1].salesperson_id
    room.call("ConfirmRouting", pb.ConfirmRoutingRequest(lead_id=proposals[0].id, salesperson_id=chosen))
    for lead in proposals[1:]:
        commands.assign_lapsed_lead(lead.id, at=clock.now())
    owners = Counter(room.lead(lead.id).owner_id for lead in proposals)
    assert owners == first + Counter({chosen: 1}) - Counter({proposals[0].candidates[0].salesperson_id: 1})
    assert {name: room.open_untouched(name) for name in owners} == owners


def test_number_one_who_left_meanwhile_is_passed_over(room: Room) -> None:
    room.hire("alice", "bob")
    room.set_policy(mode=pb.ROUTING_MODE_CONFIRM)
    proposed = room.created_and_routed()
    first, second = (candidate.salesperson_id for candidate in proposed.candidates)
    room.hire(first, active=False, version=2)
    commands.assign_lapsed_lead(proposed.id, at=clock.now())
    assert room.lead(proposed.id).owner_id == second


def test_a_supervisor_routes_what_nobody_could_take(room: Room) -> None:
    lead = room.created_and_routed()
    assert lead.state == pb.LEAD_STATE_UNROUTABLE
    room.hire("alice")
    routed = room.call("RouteLead", pb.RouteLeadRequest(lead_id=lead.id)).lead
    assert (routed.state, routed.owner_id) == (pb.LEAD_STATE_ASSIGNED, "alice")
    refused = room.refusal("RouteLead", pb.RouteLeadRequest(lead_id=lead.id))
    assert (refused.code, refused.reason) == ("FAILED_PRECONDITION", "LEAD_ALREADY_ROUTED")


def test_the_mode_of_the_request_goes_before_the_policys(room: Room) -> None:
    room.hire("alice")
    lead = room.create()
    request = pb.RouteLeadRequest(lead_id=lead.id, mode=pb.ROUTING_MODE_CONFIRM)
    assert room.call("RouteLead", request).lead.state == pb.LEAD_STATE_PROPOSED
    request.mode = pb.ROUTING_MODE_AUTO
    assert room.call("RouteLead", request).lead.state == pb.LEAD_STATE_ASSIGNED


def test_the_deadlines_of_the_first_contact_follow_the_policy(room: Room) -> None:
    room.hire("alice")
    room.set_policy(first_contact_limit_minutes=100, warn_after_bp=5_000)
    lead = Lead.load(room.created_and_routed().id)
    assert lead.assign_time is not None
    assert lead.deadline(WARNING) == lead.assign_time + timedelta(minutes=50)
    assert lead.deadline(BREACH) == lead.assign_time + timedelta(minutes=100)


def test_the_policy_is_data_that_leaders_change(room: Room) -> None:
    before = room.call("GetRoutingPolicy", pb.GetRoutingPolicyRequest()).routing_policy
    assert (before.mode, before.untouched_cap, before.first_contact_limit_minutes) == (pb.ROUTING_MODE_AUTO, 5, 1440)
    after = room.set_policy(untouched_cap=9, weights_milli={"region": 0})
    assert (after.untouched_cap, after.weights_milli["region"], after.weights_milli["load"]) == (9, 0, 200)
    assert room.call("GetRoutingPolicy", pb.GetRoutingPolicyRequest()).routing_policy == after


@pytest.mark.parametrize(
    "change",
    [{"untouched_cap": -1}, {"warn_after_bp": 10_000}, {"weights_milli": {"luck": 1}}, {"weights_milli": {"load": -1}}],
)
def test_a_policy_that_makes_no_sense_is_refused(room: Room, change: dict[str, Any]) -> None:
    request = pb.UpdateRoutingPolicyRequest(routing_policy=pb.RoutingPolicy(**change))
    refused = room.refusal("UpdateRoutingPolicy", request, DIRECTOR)
    assert refused.code == "INVALID_ARGUMENT"
    assert refused.failure.violations[0].field.startswith("routing_policy.")


def test_a_policy_that_changed_meanwhile_is_not_overwritten(room: Room) -> None:
    version = room.set_policy(untouched_cap=9).version
    room.set_policy(untouched_cap=8)
    request = pb.UpdateRoutingPolicyRequest(routing_policy=pb.RoutingPolicy(untouched_cap=7, version=version))
    assert room.refusal("UpdateRoutingPolicy", request, DIRECTOR).reason == "POLICY_CHANGED"


def test_an_older_state_of_a_person_changes_nothing(room: Room) -> None:
    room.hire("alice", version=5, team_id="t2")
    room.hire("alice", version=4, team_id="t9")
    (alice,) = room.call("ListSalespeople", pb.ListSalespeopleRequest(), DIRECTOR).salespeople
    assert alice.team_id == "t2"


def test_accounts_follow_their_owner_into_another_team(room: Room) -> None:
    room.hire("alice")
    account_id = room.created_and_routed().account_id
    for _ in range(2):
        room.hire("alice", version=2, team_id="t2")
    events = told("account_changed.v1")
    assert [(event["team_id"], event["version"]) for event in events] == [("t1", "1"), ("t2", "2")]
    new_boss = Principal("boss2", frozenset({"supervisor"}), team_id="t2", region="west")
    assert room.call("GetAccount", pb.GetAccountRequest(account_id=account_id), new_boss).account.owner_id == "alice"
    assert room.refusal("GetAccount", pb.GetAccountRequest(account_id=account_id)).code == "NOT_FOUND"
