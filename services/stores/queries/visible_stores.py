"""The row scope: which stores the caller may see."""

from typing import Any

from chassis import principal
from chassis.access import Scope, scope
from services.stores.documents import Store, Terminal, terminal_key
from services.stores.domain.errors import StoreNotFound, TerminalNotFound

Filter = dict[str, Any]


def visible_filter(region: str = "") -> Filter:
    """A filter on the stores collection: what the caller may see, narrowed to a region when one is given."""
    asked: Filter = {"region": region} if region else {}
    caller = principal.current().principal
    match scope():
        case Scope.ALL:
            return asked
        case Scope.REGION:
            return {"$and": [asked, {"region": caller.region}]}
        case Scope.STORES:
            return {"$and": [asked, {"_id": {"$in": sorted(caller.store_ids)}}]}
        case _:
            return {"_id": {"$in": []}}


def visible_store_ids(region: str = "", store_id: str = "") -> list[str]:
    """Ids of the visible stores, in order; only `store_id` when it is given and visible. Raises StoreNotFound."""
    if store_id:
        return [require_visible_store(store_id)]
    return [found["_id"] for found in Store.collection().find(visible_filter(region), {"_id": 1}).sort("_id")]


def require_visible_store(store_id: str) -> str:
    """The id, when the store exists and the caller may see it. Raises StoreNotFound."""
    if Store.collection().find_one({"$and": [{"_id": store_id}, visible_filter()]}, {"_id": 1}) is None:
        raise StoreNotFound(f"there is no store {store_id}", store_id=store_id)
    return store_id


def visible_terminal(store_id: str, terminal_id: str) -> Terminal:
    """The terminal, when its store is visible. Raises StoreNotFound, TerminalNotFound."""
    require_visible_store(store_id)
    found = Terminal.find(terminal_key(store_id, terminal_id))
    if found is None:
        raise TerminalNotFound(f"store {store_id} has no terminal {terminal_id}", terminal_id=terminal_id)
    return found
