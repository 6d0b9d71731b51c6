"""What was added up of a business day, remembered while the day does not change.

Every write of a day's document sets `changed` to the database's time, within a transaction of at most SETTLED_S. A day
whose latest change is older than that can change no more unseen; the others are read anew for each answer.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from services.stores.domain.periods import Period
from services.stores.ledger import Doc, Ledger
from services.stores.queries.view import View

T = TypeVar("T")
SETTLED = timedelta(seconds=60)
_VIEWS, _DAYS = 50, 1_000


def changes_pipeline(period: Period) -> list[Doc]:
    """The latest change of each day, by the index "day_changed" alone."""
    return [
        {"$match": {"business_day": {"$gte": period[0], "$lte": period[1]}}},
        {"$sort": {"business_day": 1, "changed": -1}},
        {"$group": {"_id": "$business_day", "changed": {"$first": "$changed"}}},
        {"$set": {"now": "$$NOW", "changed": {"$ifNull": ["$changed", "$$NOW"]}}},
    ]


class RememberedDays(Generic[T]):
    """`read` gives the value of each of some days for a view, from its documents alone."""

    def __init__(self, read: Callable[[Ledger, Collection[str], View], Mapping[str, T]]) -> None:
        self._read = read
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, ...], dict[str, tuple[datetime, T]]] = OrderedDict()

    def of(self, ledger: Ledger, period: Period, view: View) -> list[T]:
        """The values of those days of the period on which something was counted, in order."""
        changes = {found["_id"]: found for found in ledger.days.aggregate(changes_pipeline(period))}
        kept = self._of_view((ledger.database.name, *view.ids))
        missing = [day for day, found in changes.items() if day not in kept or kept[day][0] != found["changed"]]
        values = {day: kept[day][1] for day in changes if day not in missing}
        if missing:
            read = self._read(ledger, missing, view)
            for day, value in read.items():
                found = changes[day]
                if found["now"] - found["changed"] > SETTLED:
                    kept[day] = found["changed"], value
            values |= read
        return [values[day] for day in sorted(values)]

    def _of_view(self, key: tuple[str, ...]) -> dict[str, tuple[datetime, T]]:
        with self._lock:
            kept = self._kept.setdefault(key, {})
            self._kept.move_to_end(key)
            if len(self._kept) > _VIEWS:
                self._kept.popitem(last=False)
            if len(kept) > _DAYS:
                kept.clear()
        return kept
