"""Merge the parts of a day's figures, so that there are never many to read.

Parts of a level become parts of the next one as soon as there are MERGED_AT of them: each entry is written again once
for each level only, and a day has few levels (32 transactions, 1,024, ...). Large parts are not merged again.
"""

from collections import Counter, defaultdict

from pymongo.client_session import ClientSession
from pymongo.errors import PyMongoError

from chassis import documents, logs
from services.stores.domain.figures import DayFigures
from services.stores.figure_parts import WHOLE, add_part, part_documents
from services.stores.ledger import Doc, Ledger

MERGED_AT = 32
# Of one level at once; more would make a transaction too large.
MOST_MERGED = 64
MAX_COUNTED = 100_000
_READ_AT_ONCE = 8
_TIMEOUT_S = 20.0
# A merge becomes due for each MERGED_AT parts. Tills alike make many days due at once, and then receipts would wait for
# all these merges; so each is earned by parts that were added, a little sooner than they are due.
_PARTS_A_MERGE = 24
_MOST_EARNED = 8
log = logs.get_logger(__name__)


class PartMerger:
    """Counts what one process adds, and merges a day once that was enough. Forgets with the process, which does no
    harm: more parts than usual are merged the next time."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._added: Counter[tuple[str, str]] = Counter()
        self._due: dict[tuple[str, str], None] = {}
        self._earned = 0.0

    def added(self, store_id: str, day: str) -> None:
        """A transaction has added a part to this day."""
        key = (store_id, day)
        self._added[key] += 1
        self._earned = min(self._earned + 1 / _PARTS_A_MERGE, _MOST_EARNED)
        if self._added[key] >= MERGED_AT:
            del self._added[key]
            self._due[key] = None
        if len(self._added) > MAX_COUNTED:
            self._due |= dict.fromkeys(self._added)
            self._added.clear()

    def merge_due(self) -> None:
        """Merge some of the days that are due; those that cannot be merged now have their turn later."""
        for key in list(self._due)[: int(self._earned)]:
            self._earned -= 1
            del self._due[key]
            try:
                merge_parts(*key, self._ledger)
            except PyMongoError as error:
                log.warning("parts_not_merged", store_id=key[0], business_day=key[1], reason=type(error).__name__)


def merge_parts(store_id: str, day: str, ledger: Ledger, at: int = MERGED_AT) -> int:
    """Merge each level of this day that has `at` parts or more; returns how many parts are gone."""

    def work(session: ClientSession) -> int:
        wanted = {"business_day": day, "store_id": store_id, "level": {"$lt": WHOLE}}
        levels: dict[int, list[str]] = defaultdict(list)
        # By the index alone: what the parts hold is much.
        for found in ledger.parts.find(wanted, {"level": 1}, session=session).hint("day_store_level"):
            levels[found["level"]].append(found["_id"])
        return sum(
            _merge(store_id, day, level, keys[:MOST_MERGED], ledger, session)
            for level, keys in levels.items()
            if len(keys) >= at
        )

    return documents.transaction(work, timeout_s=_TIMEOUT_S)


def _merge(store_id: str, day: str, level: int, keys: list[str], ledger: Ledger, session: ClientSession) -> int:
    figures = DayFigures()
    chosen: Doc = {"_id": {"$in": keys}}
    for part in ledger.parts.find(chosen, session=session, batch_size=_READ_AT_ONCE):
        add_part(part, figures)
    # Whoever deletes the same parts in the meantime makes this transaction fail and start again.
    ledger.parts.delete_many(chosen, session=session)
    merged = list(part_documents(store_id, day, figures, level + 1))
    if merged:
        ledger.parts.insert_many(merged, session=session)
    return len(keys) - len(merged)
