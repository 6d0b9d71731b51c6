"""How much of the truth a figure holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chassis.clocks import real_clock
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


_VIEWS = 100
_KEPT: dict[tuple[str, ...], tuple[float, Coverage]] = {}
_kept_s = 0.0


def enrolled_filter(store_ids: Sequence[str]) -> Doc:
    """Terminals that count for the coverage; fits the index on store_id."""
    return {"store_id": {"$in": list(store_ids)}, "state": TerminalState.ENROLLED.value}


def coverage_of(store_ids: Sequence[str], ledger: Ledger) -> Coverage:
    """The coverage of figures of these stores. Opening its stream counts as being heard, also without receipts.

    After `remember_for` it may be some moments old.
    """
    key = (ledger.database.name, *store_ids)
    kept = _KEPT.get(key)
    if kept is not None and real_clock.monotonic() < kept[0]:
        return kept[1]
    found = _read(store_ids, ledger)
    if _kept_s:
        if len(_KEPT) >= _VIEWS:
            _KEPT.clear()
        _KEPT[key] = (real_clock.monotonic() + _kept_s, found)
    return found


def remember_for(seconds: float) -> None:
    """Look at the terminals at most so often for the same stores: there may be thousands. 0 asks each time."""
    global _kept_s
    _kept_s = seconds
    _KEPT.clear()


def _read(store_ids: Sequence[str], ledger: Ledger) -> Coverage:
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
