"""Count everything again from the receipts, and put right what differs.

Each store is one transaction: what ingestion counts meanwhile either comes before it, or after it, or starts one of
the two again. So it may run at any time, and changes nothing while the figures are right.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from chassis import documents
from services.stores.commands.count_figures import FigureSums, day_counters
from services.stores.documents import Store
from services.stores.domain.business_day import place_in_time
from services.stores.domain.figures import DayFigures, MemberFigures
from services.stores.figure_parts import add_part, part_documents
from services.stores.ledger import Doc, Ledger
from services.stores.receipt_bytes import read_batch

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
    of_store: Doc = {"business_day": {"$gt": ""}, "store_id": store["_id"]}  # as the indexes have it
    for found in ledger.batches.find(of_store, session=session):
        receipts = [receipt for receipt, _ in read_batch(found["body"])]
        sums.add(found, [(each, place_in_time(each.till_seconds // 60, *found["place"])[1]) for each in receipts])
    days = {f"{store_id}/{day}": day_document(store_id, day, figures) for (store_id, day), figures in sums.days.items()}
    return _put_right(ledger.days, of_store, days, session) + _put_parts_right(of_store, sums, ledger, session)


def day_document(store_id: str, day: str, figures: DayFigures) -> Doc:
    """A day's document as ingestion would have made it, without counters of 0."""
    identity = {"_id": f"{store_id}/{day}", "store_id": store_id, "business_day": day}
    return {**identity, "receive_time": figures.receive_time, **nested(day_counters(figures))}


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
    stored = {found["_id"]: found for found in collection.find(of_store, {"changed": 0}, session=session)}
    wrong = [key for key, document in expected.items() if without_zeros(stored.get(key, {})) != document]
    wrong += [key for key in stored if key not in expected]
    _replace(collection, wrong, [expected[key] for key in wrong if key in expected], session)
    # Whoever remembers a day looks at its latest change, also when a document is gone.
    for key in wrong:
        day = key.rpartition("/")[2]
        collection.update_one({"business_day": day}, {"$currentDate": {"changed": True}}, session=session)
    return len(wrong)


def _replace(collection: Collection[Doc], keys: list[str], new: list[Doc], session: ClientSession) -> None:
    if keys:
        collection.delete_many({"_id": {"$in": keys}}, session=session)
    if new:
        collection.insert_many(new, session=session)


def _put_parts_right(of_store: Doc, sums: FigureSums, ledger: Ledger, session: ClientSession) -> int:
    """By day; how a day's figures are split into parts makes no difference."""
    keys: dict[tuple[str, str], list[str]] = defaultdict(list)
    stored: dict[tuple[str, str], DayFigures] = defaultdict(DayFigures)
    for found in ledger.parts.find(of_store, session=session):
        of_day = found["store_id"], found["business_day"]
        keys[of_day].append(found["_id"])
        add_part(found, stored[of_day])
    wrong = [of_day for of_day in {*stored, *sums.days} if _by_name(stored[of_day]) != _by_name(sums.days[of_day])]
    for of_day in wrong:
        _replace(ledger.parts, keys[of_day], list(part_documents(*of_day, sums.days[of_day])), session)
    return len(wrong)


def _by_name(figures: DayFigures) -> tuple[dict[str, list[int]], dict[str, MemberFigures]]:
    """By SKU and by member, without counters of 0."""
    skus = {sku: counters for sku, counters in figures.skus.items() if any(counters)}
    members = {
        member_id: replace(found, hours=without_zeros(found.hours), categories=without_zeros(found.categories))
        for member_id, found in figures.members.items()
    }
    return skus, members
