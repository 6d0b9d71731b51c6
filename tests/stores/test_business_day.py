"""The store's own day."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.stores.domain.business_day import business_day, days_between, hour_of_week, require_time_zone

ZONES = ("Asia/Shanghai", "America/New_York", "America/Phoenix", "Australia/Lord_Howe", "Asia/Kathmandu")
instants = st.datetimes(datetime(2016, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))


@given(instants, st.sampled_from(ZONES), st.integers(0, 23))
def test_the_day_lies_within_a_day_of_the_calendar_date(at: datetime, zone: str, closing_hour: int) -> None:
    day = business_day(at, zone, closing_hour)
    assert abs((day - at.astimezone(ZoneInfo(zone)).date()).days) <= 1


@given(instants, st.sampled_from(ZONES))
def test_midnight_closing_is_the_calendar_date(at: datetime, zone: str) -> None:
    assert business_day(at, zone, 0) == at.astimezone(ZoneInfo(zone)).date()


@given(instants, st.sampled_from(ZONES))
def test_the_hour_of_the_week_is_the_wall_clock(at: datetime, zone: str) -> None:
    day, hour = divmod(hour_of_week(at, zone), 24)
    wall = at.astimezone(ZoneInfo(zone))
    assert (day, hour) == (wall.weekday(), wall.hour)


@pytest.mark.parametrize(
    ("wall", "closing_hour", "day"),
    [
        ("2017-03-04T01:59", 2, "2017-03-03"),
        ("2017-03-04T02:00", 2, "2017-03-04"),
        ("2017-03-04T21:59", 22, "2017-03-04"),
        ("2017-03-04T22:00", 22, "2017-03-05"),
        ("2017-03-04T00:00", 0, "2017-03-04"),
    ],
)
def test_the_closing_hour_moves_the_end_of_the_day(wall: str, closing_hour: int, day: str) -> None:
    at = datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo("America/New_York"))
    assert business_day(at.astimezone(UTC), "America/New_York", closing_hour).isoformat() == day


def test_the_repeated_hour_in_autumn_stays_on_its_day() -> None:
    first = datetime(2017, 11, 5, 5, 30, tzinfo=UTC)
    days = {business_day(first + timedelta(hours=h), "America/New_York", 1).isoformat() for h in (0, 1)}
    assert days == {"2017-11-05"}


def test_an_unknown_zone_and_a_reversed_period_are_refused() -> None:
    for name in ("Mars/Olympus", "", "../etc/passwd"):
        with pytest.raises(ValueError, match="time zone"):
            require_time_zone(name)
    with pytest.raises(ValueError, match="first day"):
        days_between("2017-02-02", "2017-02-01")
