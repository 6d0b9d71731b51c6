"""What receipts add to the figures."""

from hypothesis import given
from hypothesis import strategies as st

from services.stores.domain.figures import COUNTERS, DISCOUNT, RETURNS, REVENUE, UNITS, count_by_day
from services.stores.domain.ranking import StoreFigures, rank, share_bp
from services.stores.domain.receipts import Discount, Kind, Line, Receipt
from tests.stores.made_up import receipt, receipts


def is_consistent(one: Receipt) -> bool:
    return bool(one.lines) and one.total_minor == sum(line.amount_minor for line in one.lines)


@given(st.lists(receipts().filter(is_consistent), max_size=12))
def test_days_hours_skus_and_sources_add_up_to_the_totals(counted: list[Receipt]) -> None:
    days = count_by_day(counted, "America/New_York", 2).values()
    assert sum(day.totals["revenue_minor"] for day in days) == sum(r.total_minor for r in counted)
    for day in days:
        for index, name in enumerate(COUNTERS):
            assert sum(hour[index] for hour in day.hours.values()) == day.totals[name]
        assert sum(sku[REVENUE] for sku in day.skus.values()) == day.totals["revenue_minor"]
        assert sum(sku[UNITS] for sku in day.skus.values()) == day.totals["units_milli"]
        assert sum(sku[DISCOUNT] for sku in day.skus.values()) == day.totals["discount_minor"]
        assert sum(day.discounts.values()) == day.totals["discount_minor"]


def test_a_void_takes_back_what_it_cancels() -> None:
    discount = (Discount("COUPON", 10),)
    sale = receipt(1, lines=(Line("a", 2000, 500, discount),), total_minor=500)
    void = receipt(2, kind=Kind.VOID, lines=(Line("a", -2000, -500, discount),), total_minor=-500, original_number=1)
    day = next(iter(count_by_day([sale, void], "UTC", 0).values()))
    assert day.totals["voids"] == 1
    assert all(day.totals[f] == 0 for f in ("receipts", "revenue_minor", "units_milli", "discount_minor"))
    assert not any(day.skus["a"])


def test_a_return_counts_once_for_each_sku_and_its_void_takes_it_back() -> None:
    lines = (Line("a", -1000, -250), Line("a", -1000, -250), Line("b", -1000, -100))
    returned = receipt(1, kind=Kind.RETURN, lines=lines, total_minor=-600)
    day = next(iter(count_by_day([returned], "UTC", 0).values()))
    assert (day.skus["a"][RETURNS], day.skus["b"][RETURNS], day.totals["returns"]) == (1, 1, 1)
    back = tuple(Line(line.sku, -line.quantity_milli, -line.amount_minor) for line in lines)
    void = receipt(2, kind=Kind.VOID, lines=back, total_minor=600, original_number=1)
    day = next(iter(count_by_day([returned, void], "UTC", 0).values()))
    assert not any(day.skus["a"] + day.skus["b"])
    assert day.totals["returns"] == 0
    assert not any(counter for hour in day.hours.values() for counter in hour)


def store(name: str, revenue: int, *, sells: bool = True) -> StoreFigures:
    return StoreFigures(name, name, "East", revenue_minor=revenue, receipts=1, has_sales=sells)


def test_ties_share_a_rank_and_silent_stores_stand_at_the_end() -> None:
    stores = [store("a", 5), store("b", 0, sells=False), store("c", 9), store("d", 5), store("e", -3), store("f", 1)]
    assert [(position, s.store_id) for position, s in rank(stores, "revenue")] == [
        (1, "c"),
        (2, "a"),
        (2, "d"),
        (4, "f"),
        (5, "e"),
        (6, "b"),
    ]


def test_shares_and_averages_are_rounded_half_up() -> None:
    assert (share_bp(1, 3), share_bp(1, 20_000), share_bp(0, 5), share_bp(0, 0)) == (3333, 1, 0, 0)
    assert StoreFigures("a", "", "", revenue_minor=5, receipts=2).average_receipt_minor == 3
    assert StoreFigures("a", "", "", revenue_minor=-5, receipts=2).average_receipt_minor == -3
