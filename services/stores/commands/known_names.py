"""What ingestion remembers between batches: stores for a while, known SKUs and members as long as there is room."""

from collections.abc import Callable

from pymongo.collection import Collection

from chassis.clocks import real_clock
from services.stores.documents import Store
from services.stores.ledger import Doc, Ledger

# A store's time zone or closing hour changes rarely; receipts after this time follow the change.
STORE_KEPT_S = 10.0
MAX_NAMES = 500_000


class KnownNames:
    """Not shared between threads. What is not known is asked for again each time, since it may appear."""

    def __init__(self, ledger: Ledger, now: Callable[[], float] = real_clock.monotonic) -> None:
        self._skus = _Names(ledger.skus)
        self._members = _Names(ledger.members)
        self._stores: dict[str, tuple[float, Doc]] = {}
        self._now = now

    def store(self, store_id: str) -> Doc | None:
        """The store's time_zone, closing_hour and currency_code; None when there is no such store."""
        kept = self._stores.get(store_id)
        if kept is not None and self._now() < kept[0]:
            return kept[1]
        found = Store.collection().find_one({"_id": store_id}, {"time_zone": 1, "closing_hour": 1, "currency_code": 1})
        if found is not None:
            self._stores[store_id] = (self._now() + STORE_KEPT_S, found)
        return found

    def known_skus(self, skus: set[str]) -> frozenset[str]:
        """Those that are known."""
        return self._skus.known(skus)

    def known_members(self, members: set[str]) -> frozenset[str]:
        """Those that are known."""
        return self._members.known(members)


class _Names:
    """Ids of a collection that were found before; nothing is ever deleted there."""

    def __init__(self, collection: Collection[Doc]) -> None:
        self._collection = collection
        self._found: set[str] = set()

    def known(self, wanted: set[str]) -> frozenset[str]:
        new = list(wanted - self._found)
        if new:
            found = {row["_id"] for row in self._collection.find({"_id": {"$in": new}}, {"_id": 1})}
            if len(self._found) + len(found) > MAX_NAMES:
                self._found.clear()
            self._found |= found
            return frozenset((wanted & self._found) | found)
        return frozenset(wanted)
