"""Limits by urgency and the work calendar as data: read, changed, refused, and planned again."""

from datetime import timedelta
from importlib import import_module

import pytest

from chassis.clocks import clock
from saleloop.leads.v1 import first_contact_service_pb2 as pb
from saleloop.leads.v1.leads_service_pb2 import URGENCY_GREEN, URGENCY_RED, URGENCY_YELLOW
from services.leads import commands
from services.leads.documents import Lead, StoredSlaPolicy
from services.leads.documents.deadline_kinds import BREACH, MOVE, WARNING
from services.leads.documents.first_contact_rules import current_rules
from services.leads.documents.stored_sla_policy import CALENDAR_CHECK, SECOND_LOOK
from tests.leads.first_contact_room import ask, assigned, refused, set_limit, told_by
from tests.leads.room import MARKETING, SUPERVISOR, Room, salesperson

replanning = import_module("services.leads.commands.first_contact.replan_open_leads")


def policy(room: Room) -> pb.SlaPolicy:
    answer: pb.GetSlaPolicyResponse = ask(room, "GetSlaPolicy", pb.GetSlaPolicyRequest(), salesperson("alice"))
    return answer.sla_policy


def test_limits_that_nobody_set_are_those_of_the_routing_policy(room: Room) -> None:
    room.set_policy(first_contact_limit_minutes=300, warn_after_bp=5_000)
    found = policy(room)
    assert [limit.urgency for limit in found.limits] == [URGENCY_RED, URGENCY_YELLOW, URGENCY_GREEN]
    assert {(limit.limit_minutes, limit.warn_after_bp, limit.counted) for limit in found.limits} == {
        (300, 5_000, pb.TIME_COUNTED_WALL_CLOCK)
    }
    assert found.version == 0
    assert found.work_hours.time_zone == "Asia/Shanghai"


def test_each_urgency_has_its_own_limit(room: Room) -> None:
    changed = set_limit(room, limit_minutes=120, move_after_minutes=0)
    assert changed.version == 1
    red, yellow, _ = changed.limits
    assert (red.limit_minutes, red.warn_after_bp, red.move_after_minutes) == (120, 8_000, 0)
    assert (yellow.limit_minutes, yellow.move_after_minutes) == (1_440, 1_440)
    room.hire("alice")
    urgent, other = (Lead.load(room.created_and_routed(urgency=each).id) for each in (URGENCY_RED, URGENCY_GREEN))
    assert urgent.first_contact_due_time == assigned(urgent) + timedelta(hours=2)
    assert urgent.deadline(MOVE) is None
    assert other.deadline(MOVE) == assigned(other) + timedelta(hours=48)


def test_a_policy_that_somebody_changed_meanwhile_is_not_overwritten(room: Room) -> None:
    first = set_limit(room, limit_minutes=120)
    set_limit(room, version=first.version, limit_minutes=60)
    with pytest.raises(Exception, match="version 2"):
        set_limit(room, version=first.version, limit_minutes=30)
    assert policy(room).limits[0].limit_minutes == 60
    again = set_limit(room, limit_minutes=60)
    assert again.version == 2  # the same again changes nothing


@pytest.mark.parametrize(
    ("limits", "field"),
    [
        ([pb.SlaLimit(urgency=URGENCY_RED, limit_minutes=0)], "sla_policy.limits.limit_minutes"),
        ([pb.SlaLimit(urgency=URGENCY_RED, warn_after_bp=10_000)], "sla_policy.limits.warn_after_bp"),
        ([pb.SlaLimit(limit_minutes=5)], "sla_policy.limits[0].urgency"),
        ([pb.SlaLimit(urgency=URGENCY_RED)] * 2, "sla_policy.limits[1].urgency"),
        ([pb.SlaLimit(urgency=URGENCY_RED, counted=9)], "sla_policy.limits[0].counted"),  # type: ignore[arg-type]  # not one of them
    ],
)
def test_a_wrong_limit_is_refused_with_its_field(room: Room, limits: list[pb.SlaLimit], field: str) -> None:
    refusal = refused(room, "UpdateSlaPolicy", pb.UpdateSlaPolicyRequest(sla_policy=pb.SlaPolicy(limits=limits)))
    assert refusal.failure.violations[0].field == field
    assert policy(room).version == 0


def test_only_those_who_rule_change_limits_and_calendar(room: Room) -> None:
    for caller in (SUPERVISOR, MARKETING, salesperson("alice")):
        for rpc, request in (
            ("UpdateSlaPolicy", pb.UpdateSlaPolicyRequest()),
            ("SetCalendarDay", pb.SetCalendarDayRequest(date="2030-01-01", name="x", why="x")),
            ("DeleteCalendarDay", pb.DeleteCalendarDayRequest(date="2030-01-01", why="x")),
            ("ProvideCalendarYear", pb.ProvideCalendarYearRequest()),
        ):
            assert refused(room, rpc, request, caller).code == "PERMISSION_DENIED"


def test_a_changed_limit_plans_open_leads_again_but_nothing_late_before_it_came(room: Room) -> None:
    room.hire("alice")
    open_, done = Lead.load(room.created_and_routed().id), Lead.load(room.created_and_routed().id)
    commands.contact_lead(done.id, summary="called", next_action=None, by="alice", at=clock.now())
    set_limit(room, limit_minutes=600, warn_after_bp=5_000)
    at = clock.now() + timedelta(hours=7)
    assert replanning.replan_open_leads(at=at) == 1
    planned = Lead.load(open_.id)
    assert planned.deadline(WARNING) == at
    assert planned.deadline(BREACH) == assigned(planned) + timedelta(hours=10)
    assert replanning.replan_open_leads(at=at) == 0
    assert Lead.load(open_.id).version == planned.version
    assert Lead.load(done.id).deadlines == []


def test_planning_again_goes_on_where_it_was_cut_off(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    room.hire("alice")
    room.set_policy(untouched_cap=100)
    ids = [room.created_and_routed().id for _ in range(7)]
    set_limit(room, limit_minutes=60)
    monkeypatch.setattr(replanning, "TOGETHER", 2)
    at = clock.now()
    stale = replanning._stale(current_rules())
    assert len(stale) == 2
    replanning._replan(stale, current_rules(), at)  # then it was killed
    assert replanning.replan_open_leads(at=at) == 5
    assert {Lead.load(lead_id).version for lead_id in ids} == {Lead.load(ids[0]).version}


def test_a_changed_routing_policy_plans_again_where_it_is_the_default(room: Room) -> None:
    room.hire("alice")
    lead = Lead.load(room.created_and_routed().id)
    room.set_policy(first_contact_limit_minutes=60)
    assert replanning.replan_open_leads(at=assigned(lead)) == 1
    assert Lead.load(lead.id).first_contact_due_time == assigned(lead) + timedelta(hours=1)


def test_a_change_is_told_at_once_and_looked_at_again(room: Room) -> None:
    set_limit(room, limit_minutes=60)
    stored = StoredSlaPolicy.current()
    assert [kind for kind, _ in told_by(StoredSlaPolicy)] == ["first_contact_rules_changed.v1"]
    assert stored.change_time is not None
    assert stored.deadline(SECOND_LOOK) == stored.change_time + timedelta(seconds=10)
    assert stored.deadline(CALENDAR_CHECK) is None  # nothing counts working time
