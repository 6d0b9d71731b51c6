"""The updates that add receipts to the figures of their business days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pymongo import UpdateOne
from pymongo.client_session import ClientSession

from services.stores.domain.figures import DayFigures, count_by_day
from services.stores.domain.receipts import Receipt
from services.stores.ledger import SKUS_IN_FIRST_BUCKET, Doc, Ledger, bucket_of, field_name


@dataclass(frozen=True, slots=True)
class FigureUpdates:
    """One update for each store and day, and one for each bucket of SKUs."""

    days: list[UpdateOne]
    skus: list[UpdateOne]


def figure_updates(
    store_id: str, store: Doc, receipts: Sequence[Receipt], ledger: Ledger, session: ClientSession
) -> FigureUpdates:
    """What the receipts of one store add; the size of each day so far decides where its SKUs are counted."""
    days = count_by_day(receipts, store["time_zone"], store["closing_hour"])
    keys = {f"{store_id}/{day}": day for day in days}
    touched = {
        keys[found["_id"]]: found["sku_touches"]
        for found in ledger.days.find({"_id": {"$in": list(keys)}}, {"sku_touches": 1}, session=session)
    }
    skus: list[UpdateOne] = []
    for day, figures in days.items():
        skus += _sku_updates(store_id, day, figures, touched.get(day, 0))
    return FigureUpdates([_day_update(store_id, day, figures) for day, figures in days.items()], skus)


def _day_update(store_id: str, day: str, figures: DayFigures) -> UpdateOne:
    added: dict[str, int] = {"sku_touches": len(figures.skus)}
    _add(added, "totals.", figures.totals)
    _add(added, "discounts.", figures.discounts)
    for hour, counters in figures.hours.items():
        _add(added, f"hours.{hour}.", counters)
    return _upsert(f"{store_id}/{day}", {"store_id": store_id, "business_day": day}, added)


def _sku_updates(store_id: str, day: str, figures: DayFigures, touched: int) -> list[UpdateOne]:
    is_small = touched + len(figures.skus) <= SKUS_IN_FIRST_BUCKET
    buckets: dict[int, dict[str, int]] = {}
    for sku, counters in figures.skus.items():
        added = buckets.setdefault(0 if is_small else bucket_of(sku), {})
        _add(added, f"skus.{field_name(sku)}.", counters)
    identity = {"store_id": store_id, "business_day": day}
    return [_upsert(f"{store_id}/{day}/{bucket}", identity, added) for bucket, added in buckets.items()]


def _add(added: dict[str, int], prefix: str, counters: Mapping[str, int]) -> None:
    """A counter that stays as it is need not be sent; readers take a missing one as 0."""
    for name, value in counters.items():
        if value:
            added[prefix + name] = value


def _upsert(key: str, identity: Doc, added: Mapping[str, int]) -> UpdateOne:
    update: Doc = {"$setOnInsert": identity}
    if added:
        update["$inc"] = dict(added)
    return UpdateOne({"_id": key}, update, upsert=True)
