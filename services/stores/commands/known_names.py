"""What ingestion remembers between batches: stores, SKUs and members, each for a while."""

from collections.abc import Callable, Iterable

from pymongo.collection import Collection

from chassis.clocks import real_clock
from services.stores.documents import Store
from services.stores.domain.receipts import Receipt
from services.stores.ledger import Doc, Ledger

# A store's time zone or closing hour changes rarely; receipts after this time follow the change.
STORE_KEPT_S = 10.0
# So does a SKU's category. What is known stays known: nothing is ever deleted there.
NAMES_KEPT_S = 60.0
MAX_NAMES = 500_000


class KnownNames:
    """Not shared between threads. What is not known is asked for again each time, since it may appear."""

    def __init__(self, ledger: Ledger, now: Callable[[], float] = real_clock.monotonic) -> None:
        self._ledger = ledger
        # Categories of the known SKUs ("" without one), and the known members.
        self.skus: dict[str, str] = {}
        self.members: set[str] = set()
        self._skus_good_until = 0.0
        self._stores: dict[str, tuple[float, Doc]] = {}
        self._now = now

    def stores(self, store_ids: Iterable[str]) -> dict[str, Doc]:
        """time_zone, closing_hour and currency_code of each of these stores; one that is not there is missing."""
        now, kept = self._now(), self._stores
        wanted = set(store_ids)
        asked = [store_id for store_id in wanted if store_id not in kept or kept[store_id][0] <= now]
        if asked:
            for store_id in asked:
                kept.pop(store_id, None)
            fields = {"time_zone": 1, "closing_hour": 1, "currency_code": 1}
            for found in Store.collection().find({"_id": {"$in": asked}}, fields):
                kept[found["_id"]] = (now + STORE_KEPT_S, found)
        return {store_id: kept[store_id][1] for store_id in wanted if store_id in kept}

    def learn(self, receipts: Iterable[Receipt]) -> None:
        """Make sure that `skus` and `members` tell what is known of these receipts."""
        if self._now() >= self._skus_good_until or len(self.skus) > MAX_NAMES:
            self.skus.clear()
            self._skus_good_until = self._now() + NAMES_KEPT_S
        if len(self.members) > MAX_NAMES:
            self.members.clear()
        receipts = list(receipts)
        skus = {line[0] for receipt in receipts for line in receipt.lines} - self.skus.keys()
        members = {receipt.member_id for receipt in receipts} - self.members
        members.discard("")
        for found in _find(self._ledger.skus, skus, "category"):
            self.skus[found["_id"]] = found.get("category", "")
        self.members.update(found["_id"] for found in _find(self._ledger.members, members, "_id"))


def _find(collection: Collection[Doc], wanted: set[str], field: str) -> Iterable[Doc]:
    return collection.find({"_id": {"$in": list(wanted)}}, {field: 1}) if wanted else ()
