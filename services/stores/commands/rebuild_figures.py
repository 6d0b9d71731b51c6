"""Count everything again from the receipts, and put right what differs.

Each store is one transaction: what ingestion counts meanwhile either comes before it, or after it, or starts one of
the two again. So it may run at any time, and changes nothing while the figures are right.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from chassis import documents
from services.stores.commands.count_figures import (
    FigureSums,
    day_counters,
    member_counters,
    member_key,
    sku_counters,
)
from services.stores.documents import Store
from services.stores.domain.figures import DayFigures, MemberFigures
from services.stores.ledger import Doc, Ledger
from services.stores.receipt_bytes import receipt_from, to_bytes, unpack

TRANSACTION_TIMEOUT_S = 55.0  # mongod ends a transaction after 60 s


def rebuild_figures(ledger: Ledger) -> dict[str, int]:
    """All stores; returns how many documents were wrong, by store (only those with any)."""
    wrong = {store["_id"]: rebuild_store(store, ledger) for store in Store.collection().find({})}
    return {store_id: count for store_id, count in wrong.items() if count}


def rebuild_store(store: Doc, ledger: Ledger) -> int:
    """The figures of one store, days and members; returns how many documents were wrong."""

    def work(session: ClientSession) -> int:
        return _rebuild(store, ledger, session)

    return documents.transaction(work, timeout_s=TRANSACTION_TIMEOUT_S)


def _rebuild(store: Doc, ledger: Ledger, session: ClientSession) -> int:
    sums = FigureSums()
    for found in ledger.batches.find({"store_id": store["_id"]}, session=session):
        receipts = [receipt_from(message, to_bytes(message)) for message in unpack(found["body"])]
        sums.add(found, receipts)
    days = {f"{store_id}/{day}": day_document(store_id, day, figures) for (store_id, day), figures in sums.days.items()}
    members = {member_key(*key): member_document(*key, figures) for key, figures in sums.members.items()}
    of_store = {"store_id": store["_id"]}
    return (
        _put_right(ledger.days, of_store, days, session)
        + _put_right(ledger.member_figures, of_store, members, session)
        + _put_skus_right(store["_id"], sums.days, ledger, session)
    )


def day_document(store_id: str, day: str, figures: DayFigures) -> Doc:
    """A day's document as ingestion would have made it, without counters of 0."""
    identity = {"_id": f"{store_id}/{day}", "store_id": store_id, "business_day": day}
    return {**identity, "receive_time": figures.receive_time, **nested(day_counters(figures))}


def member_document(store_id: str, member_id: str, figures: MemberFigures) -> Doc:
    """A member's document as ingestion would have made it, without counters of 0."""
    made: Doc = {"_id": member_key(store_id, member_id), "store_id": store_id, "member_id": member_id}
    if figures.first_seconds is not None and figures.last_seconds is not None:
        made["first_time"] = datetime.fromtimestamp(figures.first_seconds, UTC)
        made["last_time"] = datetime.fromtimestamp(figures.last_seconds, UTC)
    return {**made, **nested(member_counters(figures))}


def nested(counters: Mapping[str, int]) -> Doc:
    """Counters by path ("a.b.c") as nested documents."""
    made: Doc = {}
    for path, value in counters.items():
        *parents, name = path.split(".")
        inner = made
        for parent in parents:
            inner = inner.setdefault(parent, {})
        inner[name] = value
    return made


def without_zeros(document: Any) -> Any:
    """The document without counters of 0 and without what holds nothing else."""
    if not isinstance(document, dict):
        return document
    cleaned = {name: without_zeros(value) for name, value in document.items()}
    return {name: value for name, value in cleaned.items() if value != 0 and value != {}}


def _put_right(collection: Collection[Doc], of_store: Doc, expected: Mapping[str, Doc], session: ClientSession) -> int:
    stored = {found["_id"]: found for found in collection.find(of_store, session=session)}
    wrong = [key for key, document in expected.items() if without_zeros(stored.get(key, {})) != document]
    wrong += [key for key in stored if key not in expected]
    return _replace(collection, wrong, [expected[key] for key in wrong if key in expected], session)


def _replace(collection: Collection[Doc], keys: Iterable[str], new: list[Doc], session: ClientSession) -> int:
    keys = list(keys)
    if keys:
        collection.delete_many({"_id": {"$in": keys}}, session=session)
    if new:
        collection.insert_many(new, session=session)
    return len(keys)


def _put_skus_right(
    store_id: str, days: Mapping[tuple[str, str], DayFigures], ledger: Ledger, session: ClientSession
) -> int:
    """By day; which buckets a day's SKUs are in makes no difference."""
    stored: dict[str, list[Doc]] = defaultdict(list)
    for found in ledger.day_skus.find({"store_id": store_id}, session=session):
        stored[found["business_day"]].append(found)
    wrong = 0
    for day in {*stored, *(day for _, day in days)}:
        figures = days.get((store_id, day))
        counters = sku_counters(figures, 0) if figures else {}
        identity = {"store_id": store_id, "business_day": day}
        expected = [
            {"_id": f"{store_id}/{day}/{bucket}", **identity, **nested(added)} for bucket, added in counters.items()
        ]
        if _together(stored[day]) != _together(expected):
            wrong += 1
            _replace(ledger.day_skus, [found["_id"] for found in stored[day]], expected, session)
    return wrong


def _together(buckets: Iterable[Doc]) -> dict[tuple[str, str, str], int]:
    counters: dict[tuple[str, str, str], int] = defaultdict(int)
    for bucket in buckets:
        for group, skus in bucket.get("skus", {}).items():
            for sku, values in skus.items():
                for name, value in values.items():
                    counters[group, sku, name] += value
    return {key: value for key, value in counters.items() if value}
