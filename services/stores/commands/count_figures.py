"""The figures that receipts add, and the updates that add them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from pymongo import UpdateOne
from pymongo.client_session import ClientSession

from services.stores.domain.business_day import final_time, place_in_time
from services.stores.domain.figures import DISCOUNT, RECEIPTS, REVENUE, UNITS, DayFigures, MemberFigures
from services.stores.domain.receipts import Receipt
from services.stores.ledger import FULL_BUCKET_BYTES, Doc, Ledger, bucket_of, field_name, sku_path

# The counters of a SKU have short names, since there are thousands of them in a document.
SKU_COUNTERS = (("r", RECEIPTS), ("v", REVENUE), ("u", UNITS), ("d", DISCOUNT))
# What a SKU takes in its document beside its name.
_SKU_BYTES = 64


class FigureSums:
    """What receipts of any stores add, by (store, day) and by (store, member)."""

    def __init__(self) -> None:
        self.days: dict[tuple[str, str], DayFigures] = defaultdict(DayFigures)
        self.members: dict[tuple[str, str], MemberFigures] = defaultdict(MemberFigures)

    def add(self, document: Doc, receipts: Iterable[Receipt]) -> None:
        """Count the receipts of a document of `receipt_batches`."""
        store_id, day, receive_time = document["store_id"], document["business_day"], document["receive_time"]
        zone, closing_hour = document["place"]
        is_late = receive_time > final_time(day, zone, closing_hour)
        late_date = receive_time.date().isoformat() if is_late else ""
        receive_seconds = int(receive_time.timestamp())
        categories = dict(document["categories"])
        figures = self.days[store_id, day]
        for receipt in receipts:
            _, hour = place_in_time(receipt.till_seconds // 60, zone, closing_hour)
            figures.add(receipt, hour, late_date)
            if receipt.member_id:
                self.members[store_id, receipt.member_id].add(receipt, hour, categories, receive_seconds)
        for flags in document["flags"].values():
            figures.flags.update(flags)
        if figures.receive_time is None or receive_time > figures.receive_time:
            figures.receive_time = receive_time


def add_figures(sums: FigureSums, ledger: Ledger, session: ClientSession) -> None:
    """Add the sums to what is stored."""
    if not sums.days:
        return
    sizes = _sizes([f"{store_id}/{day}/0" for store_id, day in sums.days], ledger, session)
    days, skus = [], []
    for (store_id, day), figures in sums.days.items():
        days.append(_day_update(store_id, day, figures))
        skus += _sku_updates(store_id, day, figures, sizes.get(f"{store_id}/{day}/0", 0))
    ledger.days.bulk_write(days, ordered=False, session=session)
    ledger.day_skus.bulk_write(skus, ordered=False, session=session)
    if sums.members:
        members = [_member_update(*key, figures) for key, figures in sums.members.items()]
        ledger.member_figures.bulk_write(members, ordered=False, session=session)


def _sizes(keys: Sequence[str], ledger: Ledger, session: ClientSession) -> dict[str, int]:
    found = ledger.day_skus.find({"_id": {"$in": keys}}, {"size": {"$bsonSize": "$$ROOT"}}, session=session)
    return {each["_id"]: each["size"] for each in found}


def day_counters(figures: DayFigures) -> dict[str, int]:
    """Every counter of a day that is not 0, by its path."""
    added = {f"totals.{name}": value for name, value in figures.totals.items() if value}
    for group, counters in (("discounts", figures.discounts), ("tenders", figures.tenders), ("flags", figures.flags)):
        for name, value in counters.items():
            if value:
                added[f"{group}.{field_name(name)}"] = value
    for hour, values in figures.hours.items():
        _add(added, f"hours.{hour}.", ("receipts", "revenue_minor"), values)
    for date, values in figures.corrections.items():
        _add(added, f"corrections.{date}.", ("receipts", "revenue_minor", "units_milli"), values)
    return added


def _day_update(store_id: str, day: str, figures: DayFigures) -> UpdateOne:
    update = _update({"store_id": store_id, "business_day": day}, day_counters(figures))
    update["$max"] = {"receive_time": figures.receive_time}
    return UpdateOne({"_id": f"{store_id}/{day}"}, update, upsert=True)


def sku_counters(figures: DayFigures, size: int) -> dict[int, dict[str, int]]:
    """The counters of a day's SKUs by bucket and path.

    The first document of a day (0) takes all until it is full (`size` is what it has in bytes), then the buckets.
    """
    size += sum(len(sku) for sku in figures.skus) * 3 + len(figures.skus) * _SKU_BYTES
    is_small = size <= FULL_BUCKET_BYTES
    buckets: dict[int, dict[str, int]] = defaultdict(dict)
    for sku, values in figures.skus.items():
        added = buckets[0 if is_small else bucket_of(sku)]
        path = sku_path(sku)
        for name, index in SKU_COUNTERS:
            if value := values[index]:
                added[path + name] = value
    return buckets


def _sku_updates(store_id: str, day: str, figures: DayFigures, size: int) -> list[UpdateOne]:
    identity = {"store_id": store_id, "business_day": day}
    return [
        UpdateOne({"_id": f"{store_id}/{day}/{bucket}"}, _update(identity, added), upsert=True)
        for bucket, added in sku_counters(figures, size).items()
    ]


def member_counters(figures: MemberFigures) -> dict[str, int]:
    """Every counter of a member that is not 0, by its path."""
    added = {name: value for name, value in figures.totals.items() if value}
    added |= {f"hours.{hour}": value for hour, value in figures.hours.items() if value}
    added |= {f"categories.{field_name(name)}": value for name, value in figures.categories.items() if value}
    return added


def member_key(store_id: str, member_id: str) -> str:
    """The document id of a member's figures in a store."""
    return f"{store_id}/{member_id}"


def _member_update(store_id: str, member_id: str, figures: MemberFigures) -> UpdateOne:
    update = _update({"store_id": store_id, "member_id": member_id}, member_counters(figures))
    if figures.first_seconds is not None and figures.last_seconds is not None:
        update["$min"] = {"first_time": datetime.fromtimestamp(figures.first_seconds, UTC)}
        update["$max"] = {"last_time": datetime.fromtimestamp(figures.last_seconds, UTC)}
    return UpdateOne({"_id": member_key(store_id, member_id)}, update, upsert=True)


def _add(added: dict[str, int], prefix: str, names: Sequence[str], values: Sequence[int]) -> None:
    """A counter that stays as it is need not be sent; readers take a missing one as 0."""
    for name, value in zip(names, values, strict=True):
        if value:
            added[prefix + name] = value


def _update(identity: Doc, added: Mapping[str, int]) -> Doc:
    return {"$setOnInsert": identity, "$inc": added} if added else {"$setOnInsert": identity}
