"""Deadlines whose handler keeps failing: tried with growing delay, then kept aside, where they stop nobody."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from pymongo.collection import Collection
from pymongo.database import Database

from chassis.clocks import real_clock
from chassis.events import TRIES
from chassis.ids import derived_id
from chassis.logs import get_logger

log = get_logger()

COLLECTION = "parked_deadlines"
_REASON_LENGTH = 500


def note_failure(
    collection: Collection[dict[str, Any]],
    document_id: str,
    planned: Mapping[str, Any],
    error: Exception,
    delays: Sequence[timedelta],
) -> None:
    """Plan the next try of a deadline (real time), or park it after the last.

    The document's version grows with it, so that no commit that loaded it before writes the old list back.
    """
    tries = int(planned.get("tries", 0)) + 1
    reason = f"{type(error).__name__}: {error}"[:_REASON_LENGTH]
    what = {"kind": planned["kind"], "due_time": planned["due_time"]}
    this = {"_id": document_id, "deadlines": {"$elemMatch": what}}
    grows = {"$inc": {"version": 1}}
    fields = {"kind": planned["kind"], "document_id": document_id, "tries": tries, "reason": reason}
    if tries < TRIES:
        retry_time = real_clock.now() + delays[min(tries, len(delays)) - 1]
        noted = {"deadlines.$.tries": tries, "deadlines.$.retry_time": retry_time}
        collection.update_one(this, {"$set": noted, **grows})
        log.warning("deadline_retried", **fields, exc_info=error)
        return
    record = {
        **what,
        "collection": collection.name,
        "document_id": document_id,
        "reason": reason,
        "traceparent": planned.get("traceparent", ""),
        "park_time": real_clock.now(),
    }
    record_id = derived_id(collection.name, document_id, planned["kind"], planned["due_time"].isoformat())
    collection.database[COLLECTION].replace_one({"_id": record_id}, record, upsert=True)
    collection.update_one(this, {"$pull": {"deadlines": what}, **grows})
    log.error("deadline_parked", **fields, exc_info=error)


def parked_deadlines(database: Database[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The records, oldest first."""
    yield from database[COLLECTION].find().sort("park_time", 1)


def replay_deadline(database: Database[dict[str, Any]], record: Mapping[str, Any]) -> bool:
    """Give a parked deadline back to its document, with all its tries; False when the document is gone."""
    planned = {name: record[name] for name in ("kind", "due_time", "traceparent")}
    without = {"_id": record["document_id"], "deadlines.kind": {"$ne": record["kind"]}}
    done = database[record["collection"]].update_one(without, {"$push": {"deadlines": planned}, "$inc": {"version": 1}})
    database[COLLECTION].delete_one({"_id": record["_id"]})
    return bool(done.matched_count)
