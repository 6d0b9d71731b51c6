"""The figures' rules against counting by hand."""

from datetime import UTC, date, datetime, timedelta

import h3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.stores.domain import truth
from services.stores.domain.business_day import business_day, final_time
from services.stores.domain.penetration import Basket, Penetration
from services.stores.domain.periods import days_of, length, period_of, previous_period
from services.stores.domain.ranking import FIGURES, StoreFigures, compare, rank
from services.stores.domain.statement import CashCounted, counted_cash, ranges_text
from services.stores.domain.truth import Correction
from services.stores.geography import by_cell, centre_of, require_resolution

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
SMALL = st.integers(-3, 3)
DAYS = st.dates(date(2001, 1, 1), date(2098, 12, 31))


@st.composite
def chains(draw: st.DrawFn) -> tuple[list[StoreFigures], list[StoreFigures]]:
    """The same stores in two periods, with many ties, zeros and silent ones."""
    ids = [f"s{number}" for number in range(draw(st.integers(0, 8)))]

    def figures(store_id: str) -> StoreFigures:
        if not draw(st.booleans()):
            return StoreFigures(store_id, "", "")
        revenue, receipts, units, discount, returns = (draw(SMALL) for _ in range(5))
        return StoreFigures(store_id, "", "", revenue, receipts, units, discount, returns, has_sales=True)

    return [figures(each) for each in ids], [figures(each) for each in reversed(ids)]


@given(chains(), st.sampled_from(FIGURES))
def test_a_rank_is_one_more_than_the_stores_that_are_better(
    chain: tuple[list[StoreFigures], list[StoreFigures]], figure: str
) -> None:
    now, previous = chain
    before = {store.store_id: store for store in previous}

    def rank_by_hand(store: StoreFigures, among: list[StoreFigures]) -> int:
        def key(each: StoreFigures) -> tuple[bool, int]:
            return each.has_sales, each.figure(figure)

        return 1 + sum(key(other) > key(store) for other in among)

    found = compare(now, previous, figure)
    assert sorted(each.now.store_id for each in found) == [store.store_id for store in now]
    for each in found:
        was = before[each.now.store_id]
        assert each.rank == rank_by_hand(each.now, now)
        assert each.previous_rank == rank_by_hand(was, previous)
        assert each.rank_change == each.previous_rank - each.rank
        assert each.figure_change == each.now.figure(figure) - was.figure(figure)
        if was.figure(figure) > 0:
            assert each.change_bp(figure) == (20_000 * each.figure_change // was.figure(figure) + 1) // 2
        else:
            assert each.change_bp(figure) is None
    assert [each.rank for each in found] == sorted(each.rank for each in found)
    assert [each.now for each in found] == [store for _, store in rank(now, figure)]


@given(DAYS, st.integers(1, 400))
def test_the_previous_period_is_as_long_and_ends_the_day_before(first: date, days: int) -> None:
    period = (first.isoformat(), (first + timedelta(days=days - 1)).isoformat())
    assert period_of(*period) == period
    assert len(days_of(period)) == length(period) == days
    previous = previous_period(period)
    assert length(previous) == days
    assert days_of(previous)[-1] == (first - timedelta(days=1)).isoformat()
    assert previous_period(period, "2020-02-01")[0] == "2020-02-01"


@pytest.mark.parametrize("bad", [("2026-01-02", "2026-01-01"), ("1999-01-01", "1999-01-02"), ("x", "y"), ("", "")])
def test_what_is_no_period_is_refused(bad: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match=r"."):
        period_of(*bad)
    with pytest.raises(ValueError, match="400"):
        period_of("2024-01-01", "2026-01-01")


@given(
    st.datetimes(datetime(2001, 1, 1), datetime(2098, 1, 1)),
    st.sampled_from(["Asia/Shanghai", "America/New_York", "UTC", "Pacific/Apia"]),
    st.integers(0, 23),
)
def test_a_day_is_final_exactly_when_the_watermark_has_passed_its_end(at: datetime, zone: str, closing: int) -> None:
    instant = at.replace(tzinfo=UTC)
    day = business_day(instant, zone, closing).isoformat()
    final = final_time(day, zone, closing)
    # The watermark stands at `instant`: nothing of this day can be final yet.
    now = instant + (NOW - truth.watermark(NOW))
    assert truth.watermark(now) == instant
    assert not truth.is_final(day, [(zone, closing)], now)
    assert truth.is_final(day, [(zone, closing)], final)
    assert not truth.is_final(day, [("UTC", 0), (zone, closing)], final - timedelta(milliseconds=1))
    assert truth.is_final(day, [], now)


@given(
    st.lists(st.builds(lambda day, store: (f"2026-05-{day:02d}", f"s{store}"), st.integers(1, 28), st.integers(0, 9)))
)
def test_the_latest_corrections_are_told_and_all_are_counted(arrivals: list[tuple[str, str]]) -> None:
    made = [Correction(store, "2026-04-01", day, None, 1, 1, 1) for day, store in arrivals] * 20
    found, count = truth.latest(made)
    assert count == len(made)
    assert len(found) == min(count, truth.MAX_CORRECTIONS)
    assert [each.arrival_day for each in found] == sorted((each.arrival_day for each in made), reverse=True)[
        : len(found)
    ]


BASKETS = st.lists(
    st.tuples(
        st.sets(st.sampled_from("abcd"), max_size=3), st.sampled_from([1, 1, -1]), st.sampled_from(["", "m1", "m2"])
    )
)


@given(st.lists(BASKETS, max_size=4), st.sets(st.sampled_from("abcd"), min_size=1))
def test_penetration_is_what_counting_one_by_one_gives(parts: list[list[Basket]], wanted: set[str]) -> None:
    total = Penetration()
    for part in parts:
        of_part = Penetration()
        of_part.add(part, frozenset(wanted))
        total.add_all(of_part)
    everything = [basket for part in parts for basket in part]
    hits = [basket for basket in everything if wanted & set(basket[0])]
    assert total.receipts == sum(weight for _, weight, _ in everything)
    assert total.with_product == sum(weight for _, weight, _ in hits)

    def members(baskets: list[Basket]) -> int:
        return sum(sum(w for _, w, who in baskets if who == member) > 0 for member in ("m1", "m2"))

    assert (total.members, total.members_with_product) == (members(everything), members(hits))


@given(st.lists(st.tuples(st.floats(-89, 89), st.floats(-179, 179)), max_size=20), st.integers(1, 10))
def test_every_store_lies_in_one_cell_near_its_place(places: list[tuple[float, float]], resolution: int) -> None:
    cells = by_cell([(*place, place) for place in places], resolution)
    assert sorted(place for found in cells.values() for place in found) == sorted(places)
    for cell, found in cells.items():
        assert h3.get_resolution(cell) == resolution
        reach = 2 * h3.average_hexagon_edge_length(resolution, unit="km")
        assert all(h3.great_circle_distance(centre_of(cell), place, unit="km") < reach for place in found)


def test_a_resolution_has_bounds() -> None:
    assert require_resolution(0) == 5
    for bad in (-1, 11):
        with pytest.raises(ValueError, match="resolution"):
            require_resolution(bad)


def count(amount: int, terminal: str = "") -> CashCounted:
    return CashCounted(amount, terminal, "", "p1", NOW)


def test_the_last_count_stands() -> None:
    assert counted_cash([]) is None
    assert counted_cash([count(5), count(7)]) == 7
    assert counted_cash([count(5, "t1"), count(7, "t2"), count(6, "t1")]) == 13
    assert counted_cash([count(5, "t1"), count(20)]) == 20
    assert counted_cash([count(0)]) == 0


def test_missing_numbers_read_as_people_write_them() -> None:
    assert ranges_text([(104, 109), (200, 200), (300, 301)], 2) == ["104-109", "200"]
