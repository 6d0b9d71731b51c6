"""Ranking, hours, SKUs and penetration, read from the counted figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.stores.documents import Store
from services.stores.domain.business_day import HOURS_OF_WEEK
from services.stores.domain.ranking import StoreFigures, rank, share_bp
from services.stores.ledger import Doc, Ledger, sku_of
from services.stores.queries.coverage import Coverage, coverage_of
from services.stores.queries.visible_stores import visible_filter, visible_store_ids

Period = tuple[str, str]
MAX_SKUS = 50_000


@dataclass(frozen=True, slots=True)
class Ranking:
    """All visible stores in order; the totals are over all of them."""

    stores: Sequence[tuple[int, StoreFigures]]
    coverage: Coverage
    total_revenue_minor: int
    total_receipts: int


@dataclass(frozen=True, slots=True)
class Penetration:
    """Receipts of a store, and those of them with one of the products."""

    store_id: str
    receipts: int
    with_product: int

    @property
    def share_bp(self) -> int:
        """In basis points; 0 without receipts."""
        return share_bp(self.with_product, self.receipts)


def _days(period: Period, stores: Sequence[str]) -> Doc:
    return {"business_day": {"$gte": period[0], "$lte": period[1]}, "store_id": {"$in": list(stores)}}


def ranking(period: Period, *, region: str, figure: str) -> Ranking:
    """Stores by a figure (see domain.ranking.FIGURES). Raises ValueError for an unknown figure."""
    ledger = Ledger()
    stores = list(Store.collection().find(visible_filter(region), {"name": 1, "region": 1}))
    ids = [store["_id"] for store in stores]
    names = ("revenue_minor", "receipts", "units_milli", "discount_minor")
    sums: dict[str, Any] = {name: {"$sum": f"$totals.{name}"} for name in names}
    counted = {
        found["_id"]: found
        for found in ledger.days.aggregate([{"$match": _days(period, ids)}, {"$group": {"_id": "$store_id", **sums}}])
    }
    figures = [
        StoreFigures(
            store["_id"],
            store["name"],
            store["region"],
            **{name: counted[store["_id"]][name] for name in names if store["_id"] in counted},
            has_sales=store["_id"] in counted,
        )
        for store in stores
    ]
    ranked = rank(figures, figure or "revenue")
    return Ranking(
        ranked, coverage_of(ids, ledger), sum(f.revenue_minor for f in figures), sum(f.receipts for f in figures)
    )


def hourly(period: Period, *, region: str, store_id: str) -> tuple[list[tuple[int, int]], Coverage]:
    """(receipts, revenue) of the 168 hours of the week, Monday 00:00 first. Raises StoreNotFound."""
    ledger = Ledger()
    ids = visible_store_ids(region, store_id)
    cells = [(0, 0)] * HOURS_OF_WEEK
    summed = ledger.days.aggregate(
        [
            {"$match": _days(period, ids)},
            {"$project": {"hours": {"$objectToArray": "$hours"}}},
            {"$unwind": "$hours"},
            {
                "$group": {
                    "_id": "$hours.k",
                    "receipts": {"$sum": "$hours.v.receipts"},
                    "revenue": {"$sum": "$hours.v.revenue_minor"},
                }
            },
        ]
    )
    for found in summed:
        cells[int(found["_id"])] = (found["receipts"], found["revenue"])
    return cells, coverage_of(ids, ledger)


def penetration(period: Period, skus: Sequence[str], *, region: str) -> tuple[list[Penetration], Coverage]:
    """Of every visible store, in the order of their ids. A voided receipt counts on neither side."""
    ledger = Ledger()
    ids = visible_store_ids(region)
    group = {"$group": {"_id": "$store_id", "receipts": {"$sum": "$totals.receipts"}}}
    receipts = {
        found["_id"]: found["receipts"] for found in ledger.days.aggregate([{"$match": _days(period, ids)}, group])
    }
    wanted = sorted(set(skus))
    hits = {
        found["_id"]: found["hits"]
        for found in ledger.batches.aggregate(
            [
                {"$match": _days(period, ids)},
                {"$project": {"store_id": 1, "baskets": 1}},
                {"$unwind": "$baskets"},
                {"$match": {"baskets.s": {"$in": wanted}}},
                {"$group": {"_id": "$store_id", "hits": {"$sum": {"$ifNull": ["$baskets.w", 1]}}}},
            ]
        )
    }
    shares = [Penetration(store_id, receipts.get(store_id, 0), hits.get(store_id, 0)) for store_id in ids]
    return shares, coverage_of(ids, ledger)


def sku_figures(period: Period, *, store_id: str, after: str, limit: int) -> tuple[list[Doc], Coverage]:
    """Units, revenue and receipts by SKU (in `_id`), in the order of the SKUs, after `after`, at most `limit`."""
    ledger = Ledger()
    ids = visible_store_ids(store_id=store_id)
    names = {"units_milli": "u", "revenue_minor": "v", "receipts": "r"}
    sums: dict[str, Any] = {name: {"$sum": f"$skus.v.{short}"} for name, short in names.items()}
    summed = ledger.day_skus.aggregate(
        [
            {"$match": _days(period, ids)},
            {"$project": {"groups": {"$objectToArray": "$skus"}}},
            {"$unwind": "$groups"},
            {"$project": {"skus": {"$objectToArray": "$groups.v"}}},
            {"$unwind": "$skus"},
            {"$group": {"_id": "$skus.k", **sums}},
        ],
        allowDiskUse=True,
    )
    # Sorted here, since the stored field names are escaped and sort differently.
    rows = sorted(({**found, "_id": sku_of(found["_id"])} for found in summed), key=lambda row: str(row["_id"]))
    return [row for row in rows if row["_id"] > after][:limit], coverage_of(ids, ledger)
