"""How much of the truth a figure holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.stores.documents import Terminal, TerminalState
from services.stores.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Coverage:
    """Enrolled terminals of the stores, those that were heard since their enrolment, and the last word of any."""

    terminals_heard: int
    terminals_enrolled: int
    freshness_time: datetime | None


def coverage_of(store_ids: Sequence[str], ledger: Ledger) -> Coverage:
    """The coverage of figures of these stores. Opening its stream counts as being heard, also without receipts."""
    enrolled = {
        f"{found['_id']}/{found['epoch']}"
        for found in Terminal.collection().find(
            {"store_id": {"$in": list(store_ids)}, "state": TerminalState.ENROLLED.value}, {"epoch": 1}
        )
    }
    heard = [
        found["heard_time"]
        for found in ledger.progress.find({"store_id": {"$in": list(store_ids)}}, {"heard_time": 1})
        if found["_id"] in enrolled
    ]
    return Coverage(len(heard), len(enrolled), max(heard, default=None))
