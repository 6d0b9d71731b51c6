"""The same figures counted directly from the raw data, with nothing shared with the platform but the rule of places.

Each `*_differences` function takes the parsed JSON answer of the API (all pages of a list together) and tells
what is not equal, in sentences; an empty list means equal to the cent.
"""

from typing import Any

import numpy as np
import pandas as pd

from demo.stores_data import LATE_CLOSING_HOUR, campaign_skus, closing_hour_of, load_weeks, store_name, transactions

Json = dict[str, Any]


def period(weeks: int) -> tuple[str, str]:
    """First and last business day that the receipts of these weeks can belong to."""
    wall = load_weeks(weeks)["wall"]
    first = wall.min() - pd.Timedelta(hours=LATE_CLOSING_HOUR)
    return first.date().isoformat(), wall.max().date().isoformat()


def totals(weeks: int) -> Json:
    """Receipts, lines, stores and revenue in cents of these weeks."""
    lines = load_weeks(weeks)
    return {
        "receipts": int(lines["basket_id"].nunique()),
        "lines": len(lines),
        "stores": int(lines["store_id"].nunique()),
        "revenue_minor": _cents(lines, "sales_value"),
    }


def ranking_differences(weeks: int, ranked: list[Json]) -> list[str]:
    """Every store with revenue, receipts, units, discounts and rank by revenue."""
    expected = _by_store(weeks)
    answered = {entry["store_id"]: entry for entry in ranked}
    problems = [f"{store} is missing in the ranking" for store in sorted(expected.keys() - answered.keys())]
    problems += [f"{store} is not in the data" for store in sorted(answered.keys() - expected.keys())]
    for store in expected.keys() & answered.keys():
        for figure, value in expected[store].items():
            if int(answered[store].get(figure, 0)) != value:
                problems.append(f"{store} {figure}: {answered[store].get(figure, 0)} instead of {value}")
    return problems


def hourly_differences(weeks: int, figures: list[Json]) -> list[str]:
    """All 168 hours of the week: receipts and revenue on the till's wall clock."""
    lines = load_weeks(weeks)
    expected = dict.fromkeys(((day, hour) for day in range(1, 8) for hour in range(24)), (0, 0))
    for key, group in lines.groupby([lines["wall"].dt.dayofweek + 1, lines["wall"].dt.hour]):
        expected[(int(key[0]), int(key[1]))] = (int(group["basket_id"].nunique()), _cents(group, "sales_value"))
    answered = {
        (int(f["weekday"]), int(f.get("hour", 0))): (int(f.get("receipts", 0)), int(f.get("revenue_minor", 0)))
        for f in figures
    }
    return [
        f"weekday {day} hour {hour}: {answered.get((day, hour))} instead of {value}"
        for (day, hour), value in expected.items()
        if answered.get((day, hour)) != value
    ]


def penetration_differences(weeks: int, campaign: int, shares: list[Json]) -> list[str]:
    """Receipts, receipts with a product of the campaign, and the share in basis points, by store."""
    lines = load_weeks(weeks)
    with_product = lines[lines["product_id"].isin([int(sku) for sku in campaign_skus(campaign)])]
    hits = with_product.groupby("store_id")["basket_id"].nunique()
    expected = {}
    for store, receipts in _receipts(lines).items():
        hit = int(hits.get(store, 0))
        share = int(np.floor(hit / receipts * 10_000 + 0.5)) if receipts else 0
        expected[store_name(store)] = (receipts, hit, share)
    answered = {
        s["store_id"]: tuple(int(s.get(field, 0)) for field in ("receipts", "receipts_with_product", "penetration_bp"))
        for s in shares
    }
    return [
        f"{store}: {answered.get(store)} instead of {value}"
        for store, value in expected.items()
        if answered.get(store) != value
    ]


def day_revenue(weeks: int, day: str) -> int:
    """Revenue in cents of all stores on one business day, each with its own closing hour."""
    lines = load_weeks(weeks)
    shift = lines["store_id"].map({store: closing_hour_of(int(store)) for store in lines["store_id"].unique()})
    days = (lines["wall"] - pd.to_timedelta(shift, unit="h")).dt.strftime("%Y-%m-%d")
    return _cents(lines[days == day], "sales_value")


def _by_store(weeks: int) -> dict[str, dict[str, int]]:
    lines = load_weeks(weeks)
    figures = {}
    revenue = {}
    groups = {int(store): group for store, group in lines.groupby("store_id")}
    for store, receipts in _receipts(lines).items():
        group = groups.get(store, lines.iloc[:0])
        revenue[store] = _cents(group, "sales_value")
        figures[store_name(store)] = {
            "revenue_minor": revenue[store],
            "receipts": receipts,
            "units_milli": int(group["quantity"].sum()) * 1000,
            "discount_minor": sum(_cents(group, c) for c in ("retail_disc", "coupon_disc", "coupon_match_disc")),
        }
    selling = sorted((revenue[store] for store in groups), reverse=True)
    for store, amount in revenue.items():
        rank = selling.index(amount) + 1 if store in groups else len(groups) + 1
        figures[store_name(store)]["rank"] = rank
    return figures


def _receipts(lines: pd.DataFrame) -> dict[int, int]:
    counted = lines.groupby("store_id")["basket_id"].nunique()
    return {int(store): int(counted.get(store, 0)) for store in transactions()["store_id"].unique()}


def _cents(lines: pd.DataFrame, column: str) -> int:
    return int(np.rint(lines[column].to_numpy() * 100).sum())
