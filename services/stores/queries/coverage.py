"""How much of the truth a figure holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.stores.documents import Terminal, TerminalState
from services.stores.ledger import Doc, Ledger


@dataclass(frozen=True, slots=True)
class Coverage:
    """Enrolled terminals of the stores, those that were heard since their enrolment, and the last word of any."""

    terminals_heard: int
    terminals_enrolled: int
    freshness_time: datetime | None
    # Up to here nothing of any of them is missing; None while one has never been complete.
    complete_time: datetime | None = None


def enrolled_filter(store_ids: Sequence[str]) -> Doc:
    """Terminals that count for the coverage; fits the index on store_id."""
    return {"store_id": {"$in": list(store_ids)}, "state": TerminalState.ENROLLED.value}


def coverage_of(store_ids: Sequence[str], ledger: Ledger) -> Coverage:
    """The coverage of figures of these stores. Opening its stream counts as being heard, also without receipts."""
    enrolled = [
        f"{found['_id']}/{found['epoch']}"
        for found in Terminal.collection().find(enrolled_filter(store_ids), {"epoch": 1})
    ]
    group: Doc = {
        "_id": None,
        "heard": {"$sum": 1},
        "last": {"$max": "$heard_time"},
        "complete": {"$sum": {"$cond": [{"$gt": ["$watermark_time", None]}, 1, 0]}},
        "earliest": {"$min": "$watermark_time"},
    }
    pipeline: list[Doc] = [{"$match": {"_id": {"$in": enrolled}}}, {"$group": group}]
    for found in ledger.progress.aggregate(pipeline):
        are_complete = found["complete"] == len(enrolled)
        return Coverage(found["heard"], len(enrolled), found["last"], found["earliest"] if are_complete else None)
    return Coverage(0, len(enrolled), None)
