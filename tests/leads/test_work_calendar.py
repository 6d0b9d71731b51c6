"""The work calendar: days and years set by hand, listed, refused, and looked ahead."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from chassis.clocks import clock
from saleloop.leads.v1 import first_contact_service_pb2 as pb
from saleloop.leads.v1.leads_service_pb2 import URGENCY_RED
from services.leads.documents import Lead, StoredSlaPolicy
from services.leads.documents.first_contact_rules import calendar_of, current_rules
from services.leads.documents.stored_sla_policy import CALENDAR_CHECK
from services.leads.domain.first_contact.sla_policy import Counted
from services.leads.domain.first_contact.work_calendar import WorkCalendar
from tests.leads.first_contact_room import ask, assigned, provide_years, refused, set_limit, told_by, years_from_now
from tests.leads.room import Room, salesperson


def policy(room: Room) -> pb.SlaPolicy:
    answer: pb.GetSlaPolicyResponse = ask(room, "GetSlaPolicy", pb.GetSlaPolicyRequest(), salesperson("alice"))
    return answer.sla_policy


def holiday(day: date, **fields: str) -> pb.SetCalendarDayRequest:
    return pb.SetCalendarDayRequest(**{"date": day.isoformat(), "name": "厂休", "why": "inventory", **fields})  # type: ignore[arg-type]  # only texts


def a_working_day(after: int = 30) -> date:
    """Some Wednesday to come."""
    day = clock.now().date() + timedelta(days=after)
    return day + timedelta(days=(2 - day.weekday()) % 7)


def test_working_time_needs_the_holidays_of_the_coming_year(room: Room) -> None:
    known = WorkCalendar(known_years=calendar_of(StoredSlaPolicy.current()).known_years)
    missing = [year for year in years_from_now()[:2] if year not in known.known_years]
    working = pb.SlaLimit(urgency=URGENCY_RED, counted=pb.TIME_COUNTED_WORKING_TIME)
    request = pb.UpdateSlaPolicyRequest(sla_policy=pb.SlaPolicy(limits=[working]))
    if missing:
        refusal = refused(room, "UpdateSlaPolicy", request)
        assert (refusal.code, refusal.reason) == ("FAILED_PRECONDITION", "CALENDAR_NOT_COVERED")
        assert refusal.failure.metadata["missing_years"] == ", ".join(map(str, missing))
        assert "ProvideCalendarYear" in str(refusal)
    provide_years(room, *years_from_now())
    assert ask(room, "UpdateSlaPolicy", request).sla_policy.limits[0].counted == pb.TIME_COUNTED_WORKING_TIME
    assert policy(room).calendar_known_until == f"{years_from_now()[-1] + 1}-01-01"


def test_a_limit_in_working_time_ends_in_working_time(room: Room) -> None:
    provide_years(room, *years_from_now())
    set_limit(room, counted=pb.TIME_COUNTED_WORKING_TIME, limit_minutes=540)
    room.hire("alice")
    lead = Lead.load(room.created_and_routed().id)
    calendar = current_rules().calendar
    assert lead.first_contact_due_time is not None
    assert calendar.between(assigned(lead), lead.first_contact_due_time) == timedelta(hours=9)
    assert not lead.is_calendar_assumed


def test_a_day_set_by_hand_counts_before_the_library(room: Room) -> None:
    day = a_working_day()
    answer = ask(room, "SetCalendarDay", holiday(day)).day
    assert (answer.is_working, answer.name, answer.source) == (False, "厂休", "hand")
    assert not calendar_of(StoredSlaPolicy.current()).is_working_day(day)
    back = ask(room, "DeleteCalendarDay", pb.DeleteCalendarDayRequest(date=day.isoformat(), why="was wrong")).day
    assert back.source in ("weekday", "assumed", "library")
    gone = refused(room, "DeleteCalendarDay", pb.DeleteCalendarDayRequest(date=day.isoformat(), why="again"))
    assert (gone.code, gone.reason) == ("NOT_FOUND", "CALENDAR_DAY_NOT_FOUND")


def test_a_year_is_listed_with_what_decides_about_each_day(room: Room) -> None:
    days: list[pb.CalendarDay] = []
    token = ""
    while True:
        request = pb.ListCalendarDaysRequest(year=2026, page_size=100, page_token=token)
        answer: pb.ListCalendarDaysResponse = ask(room, "ListCalendarDays", request, salesperson("alice"))
        days += answer.days
        token = answer.next_page_token
        if not token:
            break
    assert [day.date for day in days] == [str(date(2026, 1, 1) + timedelta(days=number)) for number in range(365)]
    by_date = {day.date: day for day in days}
    assert (by_date["2026-02-17"].is_working, by_date["2026-02-17"].source) == (False, "library")
    assert (by_date["2026-02-14"].is_working, by_date["2026-02-14"].source) == (True, "library")
    assert (by_date["2026-03-02"].is_working, by_date["2026-03-02"].source) == (True, "weekday")
    request = pb.ListCalendarDaysRequest(year=2099, page_size=1)
    assert ask(room, "ListCalendarDays", request).days[0].source == "assumed"
    assert refused(room, "ListCalendarDays", pb.ListCalendarDaysRequest()).failure.violations[0].field == "year"


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (pb.SetCalendarDayRequest(date="soon", name="x", why="y"), "date"),
        (pb.SetCalendarDayRequest(date="2020-01-01", name="x", why="y"), "date"),
        (pb.SetCalendarDayRequest(date="2199-01-01", name="x", why="y"), "date"),
        (holiday(a_working_day(), name=" "), "name"),
        (holiday(a_working_day(), why=" "), "why"),
    ],
)
def test_a_wrong_day_is_refused_with_its_field(room: Room, request_: pb.SetCalendarDayRequest, field: str) -> None:
    assert refused(room, "SetCalendarDay", request_).failure.violations[0].field == field
    assert policy(room).version == 0


def test_a_year_without_holidays_or_with_foreign_days_is_none(room: Room) -> None:
    year = years_from_now()[1]
    for days, field in (
        ([], "days"),
        ([pb.CalendarDay(date=f"{year}-01-03", is_working=True, name="补班")], "days"),
        ([pb.CalendarDay(date=f"{year + 1}-01-01", name="元旦")], "days[0].date"),
    ):
        request = pb.ProvideCalendarYearRequest(year=year, days=days, why="announced")
        assert refused(room, "ProvideCalendarYear", request).failure.violations[0].field == field


def test_the_end_of_the_calendar_is_told_well_ahead(room: Room) -> None:
    years = years_from_now()
    provide_years(room, *years)
    set_limit(room, counted=pb.TIME_COUNTED_WORKING_TIME)
    last = date(years[-1], 12, 31)
    told = []
    for days_left in (200, 91, 90, 89, 45, 30, 7, 6, 1):
        stored = StoredSlaPolicy.current()
        stored.check_calendar(calendar_of(stored), stored.library_year, _noon(last, days_left - 1))
        stored.commit()
        told.append([body["days_left"] for kind, body in told_by() if kind == "work_calendar_ending.v1"])
    assert told[0] == told[1] == []
    assert told[-1] == [90, 30, 7]


def test_a_calendar_that_has_ended_is_assumed_and_said_so(room: Room) -> None:
    provide_years(room, *years_from_now())
    set_limit(room, counted=pb.TIME_COUNTED_WORKING_TIME)
    far = clock.now() + timedelta(days=4 * 366)
    rules = current_rules()
    assert rules.limit_for("red").counted is Counted.WORKING_TIME
    lead = Lead(urgency="red", owner_id="alice")
    lead.start_first_contact(rules, far)
    assert lead.is_calendar_assumed
    assert lead.first_contact_due_time is not None
    assert lead.first_contact_due_time > far
    stored = StoredSlaPolicy.current()
    stored.check_calendar(calendar_of(stored), stored.library_year, far)
    assert stored.deadline(CALENDAR_CHECK) == far + timedelta(days=1)


def test_a_library_that_has_learnt_a_year_plans_again(room: Room) -> None:
    provide_years(room, *years_from_now())
    set_limit(room, counted=pb.TIME_COUNTED_WORKING_TIME)
    stored = StoredSlaPolicy.current()
    version = stored.rules_version
    stored.check_calendar(calendar_of(stored), stored.library_year + 1, clock.now())
    stored.commit()
    assert StoredSlaPolicy.current().rules_version == version + 1


def _noon(last: date, days_before: int) -> datetime:
    return datetime.combine(last - timedelta(days=days_before), time(4), UTC)


def test_a_limit_in_working_time_ends_within_a_year(room: Room) -> None:
    provide_years(room, *years_from_now())
    limit = pb.SlaLimit(urgency=URGENCY_RED, counted=pb.TIME_COUNTED_WORKING_TIME, limit_minutes=80 * 540 + 1)
    refusal = refused(room, "UpdateSlaPolicy", pb.UpdateSlaPolicyRequest(sla_policy=pb.SlaPolicy(limits=[limit])))
    assert refusal.failure.violations[0].field == "sla_policy.limits.limit_minutes"
    set_limit(room, counted=pb.TIME_COUNTED_WORKING_TIME)
    # Fewer hours make the same limit longer.
    hours = pb.WorkHours(time_zone="Asia/Shanghai", spans=[pb.WorkSpan(opening_minute=540, closing_minute=541)])
    request = pb.UpdateSlaPolicyRequest(sla_policy=pb.SlaPolicy(work_hours=hours))
    assert refused(room, "UpdateSlaPolicy", request).code == "INVALID_ARGUMENT"
