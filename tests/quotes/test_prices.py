"""Tiers, floors, currencies, sums."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.quotes.domain.amounts import AMOUNT_MAX
from services.quotes.domain.catalogue import CatalogueEntry, PriceTier, check_tiers, tier_price
from services.quotes.domain.content import WantedLine, price_lines
from services.quotes.domain.errors import BelowPriceFloor, CurrencyMismatch, InvalidValue, ProductNotFound
from tests.quotes.made import entry, tier_lists


@given(tier_lists(), st.integers(1, 10**9))
def test_the_price_is_that_of_the_highest_tier_reached(tiers: tuple[PriceTier, ...], quantity: int) -> None:
    check_tiers(tiers, 0)
    reached = [tier for tier in tiers if tier.min_quantity <= quantity]
    assert tier_price(tiers, quantity) == reached[-1].unit_price_minor


@given(tier_lists(), st.integers(1, 10**6), st.integers(1, 10**6))
def test_a_larger_quantity_never_costs_more_for_one_unit(tiers: tuple[PriceTier, ...], a: int, b: int) -> None:
    assert tier_price(tiers, max(a, b)) <= tier_price(tiers, min(a, b))


@pytest.mark.parametrize(
    ("tiers", "floor", "field"),
    [
        ((), 0, "product.tiers"),
        ((PriceTier(2, 100),), 0, "product.tiers[0].min_quantity"),
        ((PriceTier(1, 100), PriceTier(1, 90)), 0, "product.tiers[1].min_quantity"),
        ((PriceTier(1, 100), PriceTier(5, 101)), 0, "product.tiers[1].unit_price_minor"),
        ((PriceTier(1, 100), PriceTier(5, 89)), 90, "product.tiers[1].unit_price_minor"),
        ((PriceTier(1, 0),), 0, "product.tiers[0].unit_price_minor"),
        ((PriceTier(1, -5),), 0, "product.tiers[0].unit_price_minor"),
        ((PriceTier(1, AMOUNT_MAX + 1),), 0, "product.tiers[0].unit_price_minor"),
    ],
)
def test_wrong_tiers_are_refused_with_their_field(tiers: tuple[PriceTier, ...], floor: int, field: str) -> None:
    with pytest.raises(InvalidValue) as refusal:
        check_tiers(tiers, floor)
    assert refusal.value.field == field


@pytest.mark.parametrize("code", ["", "cny", "RMB1", "¥", "US"])
def test_a_currency_has_three_capital_letters(code: str) -> None:
    with pytest.raises(InvalidValue, match="ISO 4217"):
        entry(currency_code=code)


@pytest.mark.parametrize("sku", ["", "../etc", "a b", "x" * 65, "中"])
def test_a_sku_fits_into_a_path(sku: str) -> None:
    with pytest.raises(InvalidValue):
        entry(sku=sku)


@given(st.lists(st.tuples(st.integers(1, 10**5), st.integers(8_000, 10**8)), min_size=1, max_size=20))
def test_lines_multiply_and_add_up(rows: list[tuple[int, int]]) -> None:
    wanted = [WantedLine("US-1", quantity, price) for quantity, price in rows]
    lines = price_lines(wanted, {"US-1": entry()}, "CNY")
    assert [line.amount_minor for line in lines] == [quantity * price for quantity, price in rows]
    assert sum(line.amount_minor for line in lines) == sum(q * p for q, p in rows)


def test_a_line_without_price_takes_the_tier() -> None:
    lines = price_lines([WantedLine("US-1", 9, 0), WantedLine("US-1", 10, 0)], {"US-1": entry()}, "CNY")
    assert [line.unit_price_minor for line in lines] == [10_000, 9_000]


def test_a_named_price_keeps_the_tier_beside_it() -> None:
    (line,) = price_lines([WantedLine("US-1", 10, 8_500)], {"US-1": entry()}, "CNY")
    assert (line.unit_price_minor, line.tier_price_minor) == (8_500, 9_000)


@pytest.mark.parametrize(
    ("wanted", "error", "field"),
    [
        (WantedLine("US-1", 1, 7_999), BelowPriceFloor, "lines[0].unit_price_minor"),
        (WantedLine("US-1", 1, -1), InvalidValue, "lines[0].unit_price_minor"),
        (WantedLine("US-1", 0, 0), InvalidValue, "lines[0].quantity"),
        (WantedLine("US-1", -3, 0), InvalidValue, "lines[0].quantity"),
        (WantedLine("US-1", 10**9 + 1, 0), InvalidValue, "lines[0].quantity"),
        (WantedLine("US-1", 2, AMOUNT_MAX), InvalidValue, "lines[0]"),
        (WantedLine("US-9", 1, 0), ProductNotFound, "lines[0].sku"),
        (WantedLine("US-USD", 1, 0), CurrencyMismatch, "lines[0].sku"),
    ],
)
def test_wrong_lines_are_refused_with_their_field(wanted: WantedLine, error: type[Exception], field: str) -> None:
    catalogue: dict[str, CatalogueEntry] = {"US-1": entry(), "US-USD": entry("US-USD", "USD")}
    with pytest.raises(error) as refusal:
        price_lines([wanted], catalogue, "CNY")
    assert getattr(refusal.value, "field") == field  # noqa: B009  # the three errors share the attribute by shape


def test_a_sum_beyond_int64_is_refused_even_when_each_line_fits() -> None:
    with pytest.raises(InvalidValue, match="add up"):
        price_lines([WantedLine("US-1", 1, AMOUNT_MAX), WantedLine("US-1", 1, AMOUNT_MAX)], {"US-1": entry()}, "CNY")


@pytest.mark.parametrize("count", [0, 201])
def test_a_quote_has_1_to_200_lines(count: int) -> None:
    with pytest.raises(InvalidValue):
        price_lines([WantedLine("US-1", 1, 0)] * count, {"US-1": entry()}, "CNY")
