"""Places of accounts, check-ins, and routes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.clocks import clock
from saleloop.leads.v1 import visits_service_pb2 as pb
from services.leads.commands import visits as commands
from services.leads.documents import Account, CheckInRecord, Opportunity
from tests.leads.room import SUPERVISOR, Room
from tests.leads.visits_room import BOB, VisitsRoom, place

BUND = place(31.2400, 121.4900)


@pytest.fixture
def visits(room: Room) -> VisitsRoom:
    return VisitsRoom(room)


def account_at(visits: VisitsRoom, company: str, latitude: float, longitude: float) -> str:
    account_id = visits.account_of("alice", company).account_id
    visits.locate(account_id, place(latitude, longitude))
    return account_id


def test_a_check_in_tells_what_is_near_and_what_to_bring(visits: VisitsRoom) -> None:
    near = account_at(visits, "近处贸易", 31.2410, 121.4900)
    nearer = account_at(visits, "更近贸易", 31.2401, 121.4900)
    account_at(visits, "远处贸易", 31.40, 121.49)
    visits.account_of("alice", "没有位置")
    visits.visit(near, "周五前发报价")
    visits.import_stock("客户,货号,库存,安全库存\n近处贸易,A1,3,10\n远处贸易,A1,1,10".encode())
    commands.copy_receivable(nearer, "c1", 1, outstanding_minor=123_400, radar_state="red", time=clock.now())
    account = Account.load(near)
    deal = Opportunity(
        account_id=near,
        owner_id=account.owner_id,
        stage="quote",
        expected_amount_minor=5_000_000,
        create_time=clock.now(),
        update_time=clock.now(),
    )
    deal.commit()
    request = pb.CheckInRequest(place=BUND, accuracy_m=20, account_id=near, request_id="r1")
    answer = visits.ask("CheckIn", request)
    assert [(each.location.company, each.distance_m) for each in answer.near] == [("更近贸易", 11), ("近处贸易", 111)]
    assert [each.text for each in answer.near[1].open_actions] == ["周五前发报价"]
    assert answer.near[1].HasField("last_visit_time")
    assert not answer.near[0].HasField("last_visit_time")
    assert [(each.account_id, each.kind) for each in answer.bring] == [
        (nearer, "overdue_receivable"),
        (near, "low_stock"),
        (near, "open_opportunity"),
    ]
    assert answer.bring[0].words["zh"] == "对账单：逾期应收 1,234 元"
    again = visits.ask("CheckIn", request)
    assert (again.check_in_id, again.check_in_time) == (answer.check_in_id, answer.check_in_time)
    assert CheckInRecord.collection().count_documents({}) == 1
    wide = pb.CheckInRequest(place=BUND, radius_m=100_000)
    assert len(visits.ask("CheckIn", wide).near) == 3
    assert not visits.ask("CheckIn", wide, BOB).near
    assert len(visits.ask("CheckIn", wide, SUPERVISOR).near) == 3


def test_a_check_in_must_make_sense(visits: VisitsRoom) -> None:
    visits.account_of("alice", "江南贸易")
    for request, field in (
        (pb.CheckInRequest(), "place"),
        (pb.CheckInRequest(place=place(91, 0)), "place"),
        (pb.CheckInRequest(place=BUND, accuracy_m=-1), "accuracy_m"),
        (pb.CheckInRequest(place=BUND, radius_m=100_001), "radius_m"),
        (pb.CheckInRequest(place=BUND, request_id="x" * 201), "request_id"),
    ):
        assert [each.field for each in visits.refusal("CheckIn", request).violations] == [field]
    elsewhere = pb.CheckInRequest(place=BUND, account_id="none")
    assert visits.refusal("CheckIn", elsewhere).reason == "ACCOUNT_NOT_FOUND"
    assert CheckInRecord.collection().count_documents({}) == 0
    visits.ask("CheckIn", pb.CheckInRequest(place=BUND, request_id="r1"))
    reused = pb.CheckInRequest(place=place(31, 121), request_id="r1")
    assert visits.refusal("CheckIn", reused).reason == "REQUEST_ID_REUSED"


def test_only_those_who_see_an_account_place_it(visits: VisitsRoom) -> None:
    account_id = visits.account_of("alice", "江南贸易").account_id
    request = pb.SetAccountLocationRequest(account_id=account_id, place=BUND)
    assert visits.refusal("SetAccountLocation", request, BOB).reason == "ACCOUNT_NOT_FOUND"
    assert Account.load(account_id).latitude_microdegrees is None
    answer = visits.ask("SetAccountLocation", request).location
    assert (answer.place, answer.company) == (BUND, "江南贸易")


def test_a_route_says_who_is_visited_when_and_who_is_not(visits: VisitsRoom) -> None:
    first = account_at(visits, "甲", 31.25, 121.49)
    second = account_at(visits, "乙", 31.26, 121.49)
    far = account_at(visits, "丙", 39.90, 116.40)
    nowhere = visits.account_of("alice", "丁").account_id
    stops = [
        pb.RouteStopRequest(account_id=second, duration_minutes=60, priority=2),
        pb.RouteStopRequest(account_id=first, earliest_minute=14 * 60, latest_minute=15 * 60),
        pb.RouteStopRequest(account_id=far),
        pb.RouteStopRequest(account_id=nowhere),
    ]
    request = pb.PlanVisitRouteRequest(day="2026-11-23", start=BUND, stops=stops, returns_to_start=True)
    plan = visits.ask("PlanVisitRoute", request)
    assert [each.location.account_id for each in plan.stops] == [second, first]
    assert plan.is_optimal
    begin = plan.stops[1].begin_time.ToDatetime(UTC)
    assert begin == datetime(2026, 11, 23, 6, 0, tzinfo=UTC)  # 14:00 in Shanghai, after a wait
    assert plan.stops[1].arrive_time.ToDatetime(UTC) < begin
    assert plan.stops[0].leave_time.ToDatetime(UTC) - plan.stops[0].begin_time.ToDatetime(UTC) == timedelta(hours=1)
    assert {each.account_id: each.reason for each in plan.left_out} == {far: "OUT_OF_REACH", nowhere: "NO_LOCATION"}
    assert all({"zh", "en"} <= set(each.words) for each in plan.left_out)
    assert plan.total_distance_m == pytest.approx(sum(each.distance_m for each in plan.stops) + 1_112, abs=2)
    assert visits.ask("PlanVisitRoute", request) == plan


def test_a_full_day_keeps_what_matters_more(visits: VisitsRoom) -> None:
    minor, major = account_at(visits, "甲", 31.241, 121.49), account_at(visits, "乙", 31.25, 121.49)
    stops = [
        pb.RouteStopRequest(account_id=minor, duration_minutes=300),
        pb.RouteStopRequest(account_id=major, duration_minutes=300, priority=5),
    ]
    plan = visits.ask("PlanVisitRoute", pb.PlanVisitRouteRequest(day="2026-11-23", start=BUND, stops=stops))
    assert [each.location.account_id for each in plan.stops] == [major]
    assert [(each.account_id, each.reason) for each in plan.left_out] == [(minor, "DAY_FULL")]


def test_without_stops_the_day_is_made_of_what_waits(visits: VisitsRoom) -> None:
    due = account_at(visits, "甲", 31.25, 121.49)
    account_at(visits, "乙", 31.26, 121.49)
    visits.visit(due, "明天上门演示")
    day = (clock.now() + timedelta(days=2)).date().isoformat()
    plan = visits.ask("PlanVisitRoute", pb.PlanVisitRouteRequest(day=day, start=BUND))
    assert [each.location.account_id for each in plan.stops] == [due]
    assert not visits.ask("PlanVisitRoute", pb.PlanVisitRouteRequest(day=day, start=BUND), BOB).stops


def test_a_route_must_make_sense(visits: VisitsRoom) -> None:
    account_id = account_at(visits, "甲", 31.25, 121.49)
    stop = pb.RouteStopRequest(account_id=account_id)

    def refused(**fields: Any) -> tuple[str, str]:
        given: dict[str, Any] = {"day": "2026-11-23", "start": BUND, "stops": [stop]}
        error = visits.refusal("PlanVisitRoute", pb.PlanVisitRouteRequest(**(given | fields)))
        return error.reason, error.violations[0].field if error.violations else ""

    assert refused(day="tomorrow") == ("INVALID_FIELD", "day")
    assert refused(start=place(0, 0)) == ("INVALID_FIELD", "start")
    assert refused(stops=[stop, stop]) == ("INVALID_FIELD", "stops")
    assert refused(begin_minute=700, end_minute=600) == ("INVALID_FIELD", "end_minute")
    assert refused(speed_kmh=500) == ("INVALID_FIELD", "speed_kmh")
    assert refused(stops=[pb.RouteStopRequest(account_id=account_id, priority=9)])[1] == "stops.priority"
    assert refused(stops=[pb.RouteStopRequest(account_id="none")])[0] == "ACCOUNT_NOT_FOUND"
    theirs = pb.PlanVisitRouteRequest(day="2026-11-23", start=BUND, stops=[stop])
    assert visits.refusal("PlanVisitRoute", theirs, BOB).reason == "ACCOUNT_NOT_FOUND"
