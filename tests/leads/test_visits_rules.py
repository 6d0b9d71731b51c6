"""The rules of visits: routes, places, photos, times, reorders, focus."""

import itertools
import struct
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.leads.chinese_words import chinese_words
from services.leads.domain.visits import reorder, route
from services.leads.domain.visits.competitors import DEFAULT_COMPETITORS
from services.leads.domain.visits.errors import PhotoUnreadable
from services.leads.domain.visits.focus import FocusFacts, daily_focus
from services.leads.domain.visits.note import parse_note
from services.leads.domain.visits.photos import PHOTO_TYPES, without_metadata
from services.leads.domain.visits.places import Place, distance_m, latitude_span
from services.leads.domain.visits.route import Day, Stop
from services.leads.domain.visits.time_phrases import time_phrases
from tests.leads.visits_room import jpeg, png

AT = datetime(2026, 11, 11, 7, 0, tzinfo=UTC)
TODAY = date(2026, 11, 11)
HOUR = 3600


@st.composite
def days(draw: st.DrawFn, largest: int) -> tuple[list[Stop], list[list[int]], Day]:
    """Stops on a grid with windows that may be tight, some of which cannot all be served."""
    number = draw(st.integers(0, largest))
    places = [(draw(st.integers(0, 60)), draw(st.integers(0, 60))) for _ in range(number + 1)]
    travel = [[60 * (abs(a - c) + abs(b - d)) for c, d in places] for a, b in places]
    stops = []
    for _ in range(number):
        earliest = draw(st.integers(0, 8)) * HOUR
        stops.append(
            Stop(
                duration_s=draw(st.integers(1, 8)) * 900,
                earliest_s=earliest,
                latest_s=earliest + draw(st.integers(0, 8)) * HOUR,
                priority=draw(st.integers(1, 5)),
            )
        )
    return stops, travel, Day(0, draw(st.integers(2, 10)) * HOUR, draw(st.booleans()))


def brute_force(stops: Sequence[Stop], travel: route.Matrix, day: Day) -> route.Cost:
    """The best of all orders of all sets of stops."""
    every = (order for size in range(len(stops) + 1) for order in itertools.permutations(range(len(stops)), size))
    found = (route.cost(order, stops, travel, day) for order in every)
    return min(each for each in found if each is not None)


@settings(deadline=None, max_examples=60)
@given(days(6))
def test_a_short_route_is_the_best_of_all(given_day: tuple[list[Stop], list[list[int]], Day]) -> None:
    stops, travel, day = given_day
    planned = route.plan_route(stops, travel, day)
    found = route.cost(planned.order, stops, travel, day)
    assert planned.is_optimal
    assert found is not None
    assert found[:2] == brute_force(stops, travel, day)[:2]


def test_seven_stops_with_windows_equal_brute_force() -> None:
    places = [(0, 0), (9, 2), (3, 7), (8, 8), (1, 9), (5, 5), (7, 1), (2, 3)]
    travel = [[300 * (abs(a - c) + abs(b - d)) for c, d in places] for a, b in places]
    stops = [Stop(1800, (index % 3) * HOUR, (index % 3 + 3) * HOUR, index % 2 + 1) for index in range(7)]
    day = Day(0, 7 * HOUR, returns_to_start=True)
    found = route.cost(route.plan_route(stops, travel, day).order, stops, travel, day)
    assert found is not None
    assert found[:2] == brute_force(stops, travel, day)[:2]


@settings(deadline=None, max_examples=40)
@given(days(16))
def test_a_route_keeps_its_promises(given_day: tuple[list[Stop], list[list[int]], Day]) -> None:
    stops, travel, day = given_day
    planned = route.plan_route(stops, travel, day)
    assert len(set(planned.order)) == len(planned.order)
    calls = route.schedule(planned.order, stops, travel, day)
    assert calls is not None
    for call in calls:
        assert call.arrive_s <= call.begin_s
        assert stops[call.stop].earliest_s <= call.begin_s <= stops[call.stop].latest_s
        assert call.leave_s == call.begin_s + stops[call.stop].duration_s <= day.end_s
    for before, after in pairwise(calls):
        assert after.arrive_s == before.leave_s + travel[before.stop + 1][after.stop + 1]
    mine = route.cost(planned.order, stops, travel, day)
    neighbours = route.cost(route.nearest_neighbours(stops, travel, day), stops, travel, day)
    assert mine is not None
    assert neighbours is not None
    # The road only parts equal days, and there the exact way keeps the earlier call instead.
    assert mine[:2] <= neighbours[:2]
    assert route.plan_route(stops, travel, day) == planned


@given(st.integers(-89_000_000, 89_000_000), st.integers(-180_000_000, 180_000_000), st.integers(1, 100_000))
def test_what_is_near_lies_within_the_latitudes(latitude: int, longitude: int, radius: int) -> None:
    here = Place(latitude, longitude)
    south, north = latitude_span(here, radius)
    assert distance_m(here, here) == 0
    for there in (Place(south - 1, longitude), Place(north + 1, longitude)):
        assert distance_m(here, there) == distance_m(there, here) >= radius


def test_distances_are_those_of_the_map() -> None:
    shanghai, beijing = Place(31_230_400, 121_473_700), Place(39_904_200, 116_407_400)
    assert distance_m(shanghai, beijing) == pytest.approx(1_067_000, rel=0.005)
    assert distance_m(Place(0, 179_999_999), Place(0, -179_999_999)) == 0


def test_a_jpeg_keeps_its_picture_and_orientation_only() -> None:
    stripped = without_metadata(jpeg(orientation=6, behind=b"SECRET"), "image/jpeg")
    assert stripped.startswith(b"\xff\xd8\xff\xe1")
    assert struct.pack(">HHIHH", 0x0112, 3, 1, 6, 0) in stripped
    assert b"JFIF" in stripped
    assert stripped.endswith(b"\x12\xff\x00\x34\xff\xd0\x56\xff\xd9")
    for secret in (b"GPS", b"SECRET", b"xap"):
        assert secret not in stripped
    assert without_metadata(stripped, "image/jpeg") == stripped
    assert b"Exif" not in without_metadata(jpeg(orientation=1), "image/jpeg")


def test_a_png_and_a_webp_lose_their_notes() -> None:
    assert without_metadata(png((b"eXIf", b"GPS"), (b"tEXt", b"SECRET")), "image/png") == png()

    def webp(*chunks: tuple[bytes, bytes]) -> bytes:
        body = b"".join(kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2) for kind, data in chunks)
        return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body

    picture = (b"VP8 ", b"pixels!")
    full = webp((b"VP8X", b"\x0c" + bytes(9)), picture, (b"EXIF", b"GPS"), (b"XMP ", b"SECRET"))
    assert without_metadata(full, "image/webp") == webp((b"VP8X", bytes(10)), picture)


@settings(deadline=None)
@given(st.sampled_from([jpeg(), png(), b"RIFF\x04\0\0\0WEBP"]), st.sampled_from(PHOTO_TYPES), st.data())
def test_damaged_photos_are_refused_and_never_crash(content: bytes, media_type: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(content) - 1))
    broken = content[:at] + bytes([data.draw(st.integers(0, 255))]) + content[at + data.draw(st.integers(0, 9)) :]
    with suppress(PhotoUnreadable):
        without_metadata(broken, media_type)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("下个月", "2026-12-01", "2026-12-31"),
        ("年底前", "2026-11-11", "2026-12-31"),
        ("Q3", "2027-07-01", "2027-09-30"),
        ("2027年Q3", "2027-07-01", "2027-09-30"),
        ("四季度", "2026-11-11", "2026-12-31"),
        ("两周内", "2026-11-11", "2026-11-25"),
        ("明年初", "2027-01-01", "2027-02-28"),
        ("今年年底", "2026-12-01", "2026-12-31"),
        ("国庆后", "2027-10-08", "2027-10-31"),
        ("春节前", "2026-11-11", "2027-02-05"),
        ("11月中旬", "2026-11-11", "2026-11-20"),
        ("明年3月份", "2027-03-01", "2027-03-31"),
        ("12月5日", "2026-12-05", "2026-12-05"),
        ("十二月二十号", "2026-12-20", "2026-12-20"),
        ("月底前", "2026-11-11", "2026-11-30"),
        ("next month", "2026-12-01", "2026-12-31"),
        ("by Friday", "2026-11-11", "2026-11-13"),
        ("within 3 months", "2026-11-11", "2027-02-11"),
        ("下周二", "2026-11-17", "2026-11-17"),
        ("周一", "2026-11-16", "2026-11-16"),
        ("下下周三", "2026-11-25", "2026-11-25"),
        ("半年内", "2026-11-11", "2027-05-11"),
    ],
)
def test_words_of_time_mean_days(text: str, first: str, last: str) -> None:
    (phrase,) = time_phrases(text, TODAY)
    assert (phrase.first.isoformat(), phrase.last.isoformat()) == (first, last)


@pytest.mark.parametrize("text", ["", "上周二", "上个月", "去年", "双十", "第三方", "2月30日", "99号楼"])
def test_what_is_over_or_no_time_means_nothing(text: str) -> None:
    assert time_phrases(text, TODAY) == ()


@settings(deadline=None, max_examples=200)
@given(
    st.lists(st.sampled_from("下个月初两周内年底前Q3二月三十号SAP接口发报价，。 春节后金蝶不没有1290"), max_size=40),
    st.dates(date(2024, 1, 1), date(2036, 6, 1)),
)
def test_any_note_can_be_read(letters: list[str], day: date) -> None:
    at = datetime(day.year, day.month, day.day, 7, 0, tzinfo=UTC)
    text = "".join(letters)
    note = parse_note(text, at, chinese_words, DEFAULT_COMPETITORS)
    assert note.window is None or day <= note.window.first <= note.window.last
    assert {each.words in text for each in note.competitors} | {each.words in text for each in note.concerns} <= {True}
    for phrase in time_phrases(text, day):
        assert phrase.words == text[phrase.start : phrase.end]
        assert day <= phrase.first <= phrase.last


def test_a_habit_is_the_median_of_the_days_between_purchases() -> None:
    start = date(2026, 1, 1)
    days_ = [start + timedelta(days=each) for each in (0, 30, 61, 200)]
    assert reorder.usual_interval_days(days_[:2]) == 0
    assert reorder.usual_interval_days(days_) == 31
    assert reorder.usual_next_purchase(days_) == days_[-1] + timedelta(days=31)
    assert reorder.with_purchase(days_, days_[0]) == tuple(days_)
    assert not reorder.is_below(10, 10)


FACTS = st.builds(
    FocusFacts,
    account_id=st.text("abc", min_size=1, max_size=3),
    company=st.just("x"),
    stage=st.sampled_from(["", "lead", "quote", "payment"]),
    expected_amount_minor=st.integers(0, 3).map(lambda each: each * 100),
    action_due_times=st.lists(st.integers(-99, 99).map(lambda each: AT + timedelta(hours=each)), max_size=2).map(tuple),
    reorder_skus=st.lists(st.just("A1"), max_size=9).map(tuple),
    overdue_minor=st.integers(0, 3).map(lambda each: each * 100),
    radar_state=st.sampled_from(["", "due", "yellow", "red"]),
    is_high_risk=st.booleans(),
)


@given(st.lists(FACTS, max_size=8, unique_by=lambda each: each.account_id))
def test_the_focus_is_the_same_in_any_order(facts: list[FocusFacts]) -> None:
    chosen = daily_focus(facts, AT)
    shuffled = sorted(facts, key=lambda each: each.account_id, reverse=True)
    assert daily_focus(shuffled, AT) == chosen
    assert len(chosen) <= 3
    scores = [each.score_milli for each in chosen]
    assert scores == sorted(scores, reverse=True)
    for each in chosen:
        assert 0 < each.score_milli <= 1000
        assert each.score_milli == sum(part.score_milli for part in each.parts)
        assert all(part.reasons["zh"] and part.reasons["en"] for part in each.parts)


def test_of_equal_accounts_the_larger_debt_goes_first_and_says_so() -> None:
    first = FocusFacts("a", "A", stage="quote", expected_amount_minor=900)
    second = FocusFacts("b", "B", stage="quote", expected_amount_minor=500)
    chosen = daily_focus([second, first], AT)
    assert [each.account_id for each in chosen] == ["a", "b"]
    assert chosen[0].parts[-1].reasons["zh"] == "同分，预计金额较大者优先"
    assert chosen[1].parts[-1].name == "win_probability"
