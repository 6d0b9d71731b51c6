"""Take one batch of a terminal into receipts, figures and the terminal's progress: all of it, once, or nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pymongo import ReturnDocument
from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from chassis import documents
from chassis.ids import derived_id
from services.stores.commands.count_figures import figure_updates
from services.stores.commands.known_names import KnownNames
from services.stores.domain.business_day import business_day
from services.stores.domain.numbers import with_numbers
from services.stores.domain.outcomes import Judgement, Known, Outcome, judge
from services.stores.domain.receipts import MAX_NUMBER, Receipt, content, difference
from services.stores.ledger import Doc, Ledger, from_document, progress_key, receipt_key, to_document

TRANSACTION_TIMEOUT_S = 20.0
# Rivals that create the same document at once: the loser's upsert fails with a duplicate key and starts again.
CREATION_RETRIES = 8


class StoreUnknown(Exception):
    """The batch names a store that is not here; no later try would change that by itself."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What the edge vouches for: these receipts came from this terminal in this epoch at this (real) time.

    `body_of` gives the bytes of a receipt as it was sent, for those that are kept aside.
    """

    store_id: str
    terminal_id: str
    epoch: int
    receive_time: datetime
    receipts: Sequence[Receipt]
    body_of: Callable[[int], bytes]


@dataclass(slots=True)
class Counts:
    """Receipts of a batch by outcome; a problem that is known already counts nowhere."""

    accepted: int = 0
    duplicates: int = 0
    conflicts: int = 0
    rejected: int = 0
    numbers: list[int] = field(default_factory=list)


def ingest_batch(batch: Batch, ledger: Ledger, names: KnownNames) -> Counts:
    """Count the batch. Repeating it, in any order and from several processes, counts nothing twice.

    Raises StoreUnknown, and pymongo's errors when the database cannot be reached (then nothing was written).
    """
    store = names.store(batch.store_id)
    if store is None:
        raise StoreUnknown(batch.store_id)
    skus = names.known_skus({line.sku for receipt in batch.receipts for line in receipt.lines})
    members = names.known_members({receipt.member_id for receipt in batch.receipts if receipt.member_id})

    def work(session: ClientSession) -> Counts:
        progress = _lock_progress(batch, ledger, session)
        digests = _counted_digests(batch, progress, ledger, session)
        known = Known(store["currency_code"], batch.receive_time, digests, skus, members)
        return _write(batch, store, judge(batch.receipts, known), progress, ledger, session)

    for _ in range(CREATION_RETRIES):
        try:
            return documents.transaction(work, timeout_s=TRANSACTION_TIMEOUT_S)
        except DuplicateKeyError:
            continue
    return documents.transaction(work, timeout_s=TRANSACTION_TIMEOUT_S)


def _lock_progress(batch: Batch, ledger: Ledger, session: ClientSession) -> Doc:
    """Written first, so that of two processes with batches of one terminal the second waits and starts again."""
    found = ledger.progress.find_one_and_update(
        {"_id": progress_key(batch.store_id, batch.terminal_id, batch.epoch)},
        {
            "$inc": {"version": 1},
            "$max": {"heard_time": batch.receive_time},
            "$setOnInsert": {
                "terminal": f"{batch.store_id}/{batch.terminal_id}",
                "store_id": batch.store_id,
                "terminal_id": batch.terminal_id,
                "epoch": batch.epoch,
                "seen": [],
                "counts": {"accepted": 0, "duplicates": 0, "conflicts": 0, "rejected": 0},
            },
        },
        upsert=True,
        return_document=ReturnDocument.AFTER,
        session=session,
    )
    if found is None:
        raise AssertionError("an upsert that returns the document after it always finds one")
    return found


def _counted_digests(batch: Batch, progress: Doc, ledger: Ledger, session: ClientSession) -> dict[int, str]:
    """Digests of the counted receipts that this batch repeats or refers to; unseen numbers need no lookup."""
    wanted = {receipt.number for receipt in batch.receipts}
    wanted |= {receipt.original_number for receipt in batch.receipts if receipt.original_number}
    seen = [n for n in wanted if any(first <= n <= last for first, last in progress["seen"])]
    if not seen:
        return {}
    keys = [receipt_key(batch.store_id, batch.terminal_id, batch.epoch, number) for number in seen]
    found = ledger.receipts.find({"_id": {"$in": keys}}, {"number": 1, "digest": 1}, session=session)
    return {receipt["number"]: receipt["digest"] for receipt in found}


def _write(
    batch: Batch, store: Doc, judged: list[Judgement], progress: Doc, ledger: Ledger, session: ClientSession
) -> Counts:
    accepted = [j for j in judged if j.outcome is Outcome.ACCEPTED]
    counts = Counts(accepted=len(accepted), duplicates=sum(j.outcome is Outcome.DUPLICATE for j in judged))
    if accepted:
        ledger.receipts.insert_many([_receipt(batch, store, j) for j in accepted], session=session)
        updates = figure_updates(batch.store_id, store, [j.receipt for j in accepted], ledger, session)
        ledger.days.bulk_write(updates.days, ordered=False, session=session)
        ledger.day_skus.bulk_write(updates.skus, ordered=False, session=session)
    _keep_problems(batch, judged, counts, ledger, session)
    counts.numbers = [j.receipt.number for j in judged if 1 <= j.receipt.number <= MAX_NUMBER]
    seen = with_numbers([(first, last) for first, last in progress["seen"]], counts.numbers)
    added = {
        f"counts.{name}": value
        for name in ("accepted", "duplicates", "conflicts", "rejected")
        if (value := getattr(counts, name))
    }
    update: dict[str, Any] = {"$set": {"seen": [list(r) for r in seen]}}
    ledger.progress.update_one({"_id": progress["_id"]}, update | ({"$inc": added} if added else {}), session=session)
    return counts


def _receipt(batch: Batch, store: Doc, judgement: Judgement) -> Doc:
    receipt = judgement.receipt
    day = business_day(receipt.till_time, store["time_zone"], store["closing_hour"])
    return {
        "_id": receipt_key(batch.store_id, batch.terminal_id, batch.epoch, receipt.number),
        "store_id": batch.store_id,
        "terminal_id": batch.terminal_id,
        "epoch": batch.epoch,
        "number": receipt.number,
        "business_day": day.isoformat(),
        "receive_time": batch.receive_time,
        "digest": judgement.digest,
        "flags": list(judgement.flags),
        **to_document(receipt),
    }


def _keep_problems(
    batch: Batch, judged: list[Judgement], counts: Counts, ledger: Ledger, session: ClientSession
) -> None:
    kept = {}
    for index, judgement in enumerate(judged):
        if judgement.outcome in (Outcome.CONFLICT, Outcome.REJECTED):
            problem = _problem(batch, judgement, batch.body_of(index), ledger, session)
            kept[problem["_id"]] = problem
    if not kept:
        return
    known = {found["_id"] for found in ledger.problems.find({"_id": {"$in": list(kept)}}, {"_id": 1}, session=session)}
    new = [problem for key, problem in kept.items() if key not in known]
    if new:
        ledger.problems.insert_many(new, session=session)
    counts.conflicts = sum(problem["outcome"] == Outcome.CONFLICT for problem in new)
    counts.rejected = len(new) - counts.conflicts


def _problem(batch: Batch, judgement: Judgement, body: bytes, ledger: Ledger, session: ClientSession) -> Doc:
    """Kept once for each content, however often it is sent."""
    number = judgement.receipt.number
    identity = (batch.store_id, batch.terminal_id, batch.epoch, number)
    problem: Doc = {
        "_id": derived_id(*identity, judgement.digest),
        "store_id": batch.store_id,
        "terminal_id": batch.terminal_id,
        "epoch": batch.epoch,
        "number": number,
        "outcome": judgement.outcome.value,
        "reason": judgement.reason,
        "receive_time": batch.receive_time,
        "body": body,
    }
    if judgement.outcome is Outcome.CONFLICT:
        first = ledger.receipts.find_one({"_id": receipt_key(*identity)}, session=session)
        if first is not None:
            problem["difference"] = difference(content(from_document(first)), content(judgement.receipt))
    return problem
