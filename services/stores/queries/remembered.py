"""What was added up of a business day, remembered while the day does not change.

Every write of a day's document sets `changed` to the database's time, within a transaction of at most SETTLED. A day
whose latest change is older than that can change no more unseen. Of the other days the stamps of all documents are
summed, and where the sum has moved, the documents with another stamp are read again.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
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
_VIEWS, _DAYS, _LIVE_VIEWS, _PERIODS = 50, 1_000, 8, 8
_STAMPS: Doc = {"_id": 0, "business_day": 1, "store_id": 1, "changed": 1}


def changes_pipeline(period: Period) -> list[Doc]:
    """The latest change of each day, by the index "day_changed" alone."""
    return [
        {"$match": {"business_day": {"$gte": period[0], "$lte": period[1]}}},
        {"$sort": {"business_day": 1, "changed": -1}},
        {"$group": {"_id": "$business_day", "changed": {"$first": "$changed"}}},
        {"$set": {"now": "$$NOW", "changed": {"$ifNull": ["$changed", "$$NOW"]}}},
    ]


@dataclass(frozen=True, slots=True)
class _Live(Generic[V, T]):
    """A day that is being sold: what told its state, each store's stamp and value, and their sum."""

    state: Doc
    values: dict[str, tuple[datetime | None, V]]
    total: T


@dataclass
class _Kept(Generic[V, T]):
    """What is known of a view: days that stand still, each with its stamp, and those that are being sold."""

    settled: dict[str, tuple[datetime, T]] = field(default_factory=dict)
    live: dict[str, _Live[V, T]] = field(default_factory=dict)
    # The sums of the settled days of the latest periods, by these days and their stamps.
    joined: OrderedDict[tuple[tuple[str, datetime], ...], T] = field(default_factory=OrderedDict)


class RememberedDays(Generic[V, T]):
    """`value_of` takes the value of a store's day from its document, read with `fields`; `sum_of` adds up a day's,
    and `join` the sums of days, which it leaves as they are."""

    def __init__(
        self,
        fields: Doc,
        value_of: Callable[[Doc], V],
        sum_of: Callable[[Mapping[str, V]], T],
        join: Callable[[Sequence[T]], T],
    ) -> None:
        self._fields, self._value_of, self._sum_of, self._join = {**_STAMPS, **fields}, value_of, sum_of, join
        self._lock = threading.Lock()
        self._views: OrderedDict[tuple[str, ...], _Kept[V, T]] = OrderedDict()

    def of(self, ledger: Ledger, period: Period, view: View) -> T:
        """The sum of the period."""
        kept = self._of_view((ledger.database.name, *view.ids))
        settled, live = self._sums(ledger, period, view, kept)
        return self._join([self._joined(kept, settled), *live.values()])

    def by_day(self, ledger: Ledger, period: Period, view: View) -> dict[str, T]:
        """The sums of those days of the period on which something was counted."""
        settled, live = self._sums(ledger, period, view, self._of_view((ledger.database.name, *view.ids)))
        return {day: each for day, (_, each) in settled.items()} | live

    def _sums(
        self, ledger: Ledger, period: Period, view: View, kept: _Kept[V, T]
    ) -> tuple[dict[str, tuple[datetime, T]], dict[str, T]]:
        """Days that stand still, each with its stamp, and those that are being sold."""
        changes = {found["_id"]: found for found in ledger.days.aggregate(changes_pipeline(period))}
        known = {day: kept.settled.get(day) for day in changes}
        settled = {day: each for day, each in known.items() if each and each[0] == changes[day]["changed"]}
        states = _states(ledger, [day for day in changes if day not in settled], view)
        live: dict[str, T] = {}
        for day, state in states.items():
            found = kept.live.get(day)
            if found is None or found.state != state:
                values = self._read(ledger, day, view, found)
                total = self._sum_of({store_id: value for store_id, (_, value) in values.items()})
                found = kept.live[day] = _Live(state, values, total)
            live[day] = found.total
            if changes[day]["now"] - changes[day]["changed"] > SETTLED:
                kept.settled[day] = changes[day]["changed"], found.total
                kept.live.pop(day, None)
        return settled, live

    def _joined(self, kept: _Kept[V, T], settled: Mapping[str, tuple[datetime, T]]) -> T:
        key = tuple(sorted((day, changed) for day, (changed, _) in settled.items()))
        with self._lock:
            if key in kept.joined:
                kept.joined.move_to_end(key)
                return kept.joined[key]
        found = self._join([each for _, each in settled.values()])
        with self._lock:
            kept.joined[key] = found
            if len(kept.joined) > _PERIODS:
                kept.joined.popitem(last=False)
        return found

    def _read(
        self, ledger: Ledger, day: str, view: View, before: _Live[V, T] | None
    ) -> dict[str, tuple[datetime | None, V]]:
        """By store, each with the stamp that its document had when it was read."""
        values: dict[str, tuple[datetime | None, V]] = {}
        query = of_days([day], view)
        if before is not None:
            moved = []
            for row in ledger.days.find(query, _STAMPS).hint("day_changed"):
                known = before.values.get(row["store_id"])
                if known is not None and known[0] is not None and known[0] == row.get("changed"):
                    values[row["store_id"]] = known
                else:
                    moved.append(row["store_id"])
            query = {"business_day": day, "store_id": {"$in": moved}}
        for found in ledger.days.find(query, self._fields):
            values[found["store_id"]] = found.get("changed"), self._value_of(found)
        return values

    def _of_view(self, key: tuple[str, ...]) -> _Kept[V, T]:
        with self._lock:
            kept = self._views.setdefault(key, _Kept())
            self._views.move_to_end(key)
            if len(self._views) > _VIEWS:
                self._views.popitem(last=False)
            for forgotten in list(self._views.values())[:-_LIVE_VIEWS]:
                forgotten.live = {}
                forgotten.joined.clear()
            if len(kept.settled) > _DAYS:
                kept.settled.clear()
        return kept


def _states(ledger: Ledger, days: Collection[str], view: View) -> dict[str, Doc]:
    """What differs as soon as a document of the day differs, by the index "day_changed" alone."""
    if not days:
        return {}
    group: Doc = {"_id": "$business_day", "documents": {"$sum": 1}, "stamps": {"$sum": {"$toLong": "$changed"}}}
    found = ledger.days.aggregate([{"$match": of_days(days, view)}, {"$group": group}], hint="day_changed")
    return {day: {} for day in days} | {each["_id"]: each for each in found}
