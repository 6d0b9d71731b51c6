"""Stores that the caller may see."""

from services.stores.documents import Store
from services.stores.queries.visible_stores import require_visible_store, visible_filter


def get_store(store_id: str) -> Store:
    """One store. Raises StoreNotFound."""
    return Store.load(require_visible_store(store_id))


def list_stores(*, region: str, after: str, limit: int) -> list[Store]:
    """Stores in the order of their ids, after `after`, at most `limit`."""
    wanted = {"$and": [visible_filter(region), {"_id": {"$gt": after}}]}
    found = Store.collection().find(wanted, {"outbox": 0}).sort("_id").limit(limit)
    return [Store._from_son(son) for son in found]
