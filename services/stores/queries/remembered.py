"""What was added up of a business day, remembered while the day does not change.

Every write of a day's document sets `changed` to the database's time, within a transaction of at most SETTLED. A day
whose latest change is older than that can change no more unseen. Of the other days each store's document is read again
once its own stamp has moved.
"""

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from services.stores.domain.periods import Period
from services.stores.ledger import Doc, Ledger
from services.stores.queries.day_documents import of_days
from services.stores.queries.view import View

V = TypeVar("V")
T = TypeVar("T")
SETTLED = timedelta(seconds=60)
_VIEWS, _DAYS, _LIVE_VIEWS = 50, 1_000, 8
_STAMPS: Doc = {"_id": 0, "business_day": 1, "store_id": 1, "changed": 1}


def changes_pipeline(period: Period) -> list[Doc]:
    """The latest change of each day, by the index "day_changed" alone."""
    return [
        {"$match": {"business_day": {"$gte": period[0], "$lte": period[1]}}},
        {"$sort": {"business_day": 1, "changed": -1}},
        {"$group": {"_id": "$business_day", "changed": {"$first": "$changed"}}},
        {"$set": {"now": "$$NOW", "changed": {"$ifNull": ["$changed", "$$NOW"]}}},
    ]


@dataclass
class _Kept(Generic[V, T]):
    """What is known of a view, with its stamps: whole days that stand still, and by store those that are being sold."""

    settled: dict[str, tuple[datetime, T]] = field(default_factory=dict)
    live: dict[str, dict[str, tuple[datetime | None, V]]] = field(default_factory=dict)


class RememberedDays(Generic[V, T]):
    """`value_of` takes the value of a store's day from its document, read with `fields`; `sum_of` adds up a day."""

    def __init__(self, fields: Doc, value_of: Callable[[Doc], V], sum_of: Callable[[Mapping[str, V]], T]) -> None:
        self._fields, self._value_of, self._sum_of = {**_STAMPS, **fields}, value_of, sum_of
        self._lock = threading.Lock()
        self._views: OrderedDict[tuple[str, ...], _Kept[V, T]] = OrderedDict()

    def of(self, ledger: Ledger, period: Period, view: View) -> list[T]:
        """The sums of those days of the period on which something was counted, in order."""
        changes = {found["_id"]: found for found in ledger.days.aggregate(changes_pipeline(period))}
        kept = self._of_view((ledger.database.name, *view.ids))
        known = {day: kept.settled.get(day) for day in changes}
        sums = {day: each[1] for day, each in known.items() if each and each[0] == changes[day]["changed"]}
        missing = [day for day in changes if day not in sums]
        for day, values in self._read(ledger, missing, view, kept).items():
            sums[day] = self._sum_of({store_id: value for store_id, (_, value) in values.items()})
            if changes[day]["now"] - changes[day]["changed"] > SETTLED:
                kept.settled[day] = changes[day]["changed"], sums[day]
                kept.live.pop(day, None)
            else:
                kept.live[day] = values
        return [sums[day] for day in sorted(sums)]

    def _read(
        self, ledger: Ledger, days: Collection[str], view: View, kept: _Kept[V, T]
    ) -> dict[str, dict[str, tuple[datetime | None, V]]]:
        """By day and store, each with the stamp that its document had when it was read."""
        found: dict[str, dict[str, tuple[datetime | None, V]]] = {day: {} for day in days}
        known = {day: live for day in days if (live := kept.live.get(day))}
        moved: dict[str, list[str]] = defaultdict(list)
        if known:
            for row in ledger.days.find(of_days(known, view), _STAMPS).hint("day_changed"):
                day, store_id = row["business_day"], row["store_id"]
                before = known[day].get(store_id)
                if before is not None and before[0] is not None and before[0] == row.get("changed"):
                    found[day][store_id] = before
                else:
                    moved[day].append(store_id)
        queries = [{"business_day": day, "store_id": {"$in": store_ids}} for day, store_ids in moved.items()]
        unknown = [day for day in days if day not in known]
        for query in (*queries, *([of_days(unknown, view)] if unknown else [])):
            for each in ledger.days.find(query, self._fields):
                found[each["business_day"]][each["store_id"]] = each.get("changed"), self._value_of(each)
        return found

    def _of_view(self, key: tuple[str, ...]) -> _Kept[V, T]:
        with self._lock:
            kept = self._views.setdefault(key, _Kept())
            self._views.move_to_end(key)
            if len(self._views) > _VIEWS:
                self._views.popitem(last=False)
            for forgotten in list(self._views.values())[:-_LIVE_VIEWS]:
                forgotten.live = {}
            if len(kept.settled) > _DAYS:
                kept.settled.clear()
        return kept
