"""The stores that the caller sees, with what figures need of them: read once for each query."""

from dataclasses import dataclass
from functools import cached_property

from chassis.access import Scope, scope
from services.stores.documents import Store
from services.stores.domain.errors import StoreNotFound
from services.stores.ledger import Doc
from services.stores.queries.visible_stores import visible_filter

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
    found = Store.collection().find(asked, dict.fromkeys(_FIELDS, 1)).sort("_id")
    rows = tuple(StoreRow(each["_id"], *(each[name] for name in _FIELDS)) for each in found)
    if store_id and not rows:
        raise StoreNotFound(f"there is no store {store_id}", store_id=store_id)
    return View(rows, is_everything=scope() is Scope.ALL and not region and not store_id)
