"""The stores that the caller sees, with what figures need of them: read once, and again when a store changes."""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property

from chassis.access import Scope, scope
from services.stores.documents import Store
from services.stores.domain.errors import StoreNotFound
from services.stores.ledger import Doc
from services.stores.queries.visible_stores import visible_filter

_MOST_VIEWS = 100
# By the index on the version alone.
STATE: list[Doc] = [
    {"$match": {"version": {"$gte": 0}}},
    {"$group": {"_id": None, "stores": {"$sum": 1}, "versions": {"$sum": "$version"}}},
]
_FIELDS = ("name", "region", "latitude", "longitude", "time_zone", "closing_hour", "currency_code")


@dataclass(frozen=True, slots=True)
class StoreRow:
    """A store without its history."""

    id: str
    name: str
    region: str
    latitude: float
    longitude: float
    time_zone: str
    closing_hour: int
    currency_code: str


@dataclass(frozen=True)
class View:
    """In the order of the ids. `is_everything` is true when no store is outside."""

    stores: tuple[StoreRow, ...]
    is_everything: bool

    @cached_property
    def ids(self) -> list[str]:
        """In order."""
        return [store.id for store in self.stores]

    @cached_property
    def clocks(self) -> frozenset[tuple[str, int]]:
        """The different (time zone, closing hour)."""
        return frozenset((store.time_zone, store.closing_hour) for store in self.stores)

    def part(self, start: int, size: int) -> "View":
        """`size` stores from position `start` on."""
        stores = self.stores[start : start + size]
        return View(stores, self.is_everything and len(stores) == len(self.stores))

    @property
    def filter(self) -> Doc:
        """A filter on `store_id`: nothing outside the view passes."""
        return {} if self.is_everything else {"store_id": {"$in": self.ids}}


def visible_view(region: str = "", store_id: str = "") -> View:
    """What the caller sees, narrowed to a region or a store when one is given.

    Raises StoreNotFound for a store that is not there or not visible.
    """
    asked = {"$and": [visible_filter(region), {"_id": store_id}]} if store_id else visible_filter(region)
    view = _VIEWS.of(asked, is_everything=scope() is Scope.ALL and not region and not store_id)
    if store_id and not view.stores:
        raise StoreNotFound(f"there is no store {store_id}", store_id=store_id)
    return view


class _RememberedViews:
    """Views, each read again as soon as any store is new or differs.

    Stores are never deleted and each change counts a store's version up, so their number and the sum of their versions
    tell any two states apart.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[Doc, View]] = OrderedDict()

    def of(self, asked: Doc, *, is_everything: bool) -> View:
        """The stores that pass the filter, as they are now."""
        stores = Store.collection()
        state = next(iter(stores.aggregate(STATE)), {})
        key = f"{stores.database.name} {is_everything} {asked}"
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and kept[0] == state:
                self._kept.move_to_end(key)
                return kept[1]
        found = stores.find(asked, dict.fromkeys(_FIELDS, 1)).sort("_id")
        view = View(tuple(StoreRow(each["_id"], *(each[name] for name in _FIELDS)) for each in found), is_everything)
        with self._lock:
            self._kept[key] = state, view
            self._kept.move_to_end(key)
            if len(self._kept) > _MOST_VIEWS:
                self._kept.popitem(last=False)
        return view


_VIEWS = _RememberedViews()
