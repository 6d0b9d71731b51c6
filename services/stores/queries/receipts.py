"""Counted receipts, and those that were kept aside."""

from collections.abc import Sequence

from services.stores.domain.errors import ReceiptNotFound
from services.stores.ledger import Doc, Ledger, receipt_key
from services.stores.queries.visible_stores import require_visible_store, visible_store_ids


def get_receipt(store_id: str, terminal_id: str, epoch: int, number: int) -> Doc:
    """A counted receipt as stored. Raises StoreNotFound, ReceiptNotFound."""
    require_visible_store(store_id)
    found = Ledger().receipts.find_one({"_id": receipt_key(store_id, terminal_id, epoch, number)})
    if found is None:
        raise ReceiptNotFound(f"there is no receipt {number} of {store_id}/{terminal_id} in epoch {epoch}")
    return found


def list_problems(*, store_id: str, after: tuple[str, str], limit: int) -> Sequence[Doc]:
    """Quarantined and rejected receipts by store, after (store, id)."""
    stores = visible_store_ids(store_id=store_id)
    later = {"$or": [{"store_id": {"$gt": after[0]}}, {"store_id": after[0], "_id": {"$gt": after[1]}}]}
    wanted = {"$and": [{"store_id": {"$in": stores}}, later]}
    return list(Ledger().problems.find(wanted, {"body": 0}).sort([("store_id", 1), ("_id", 1)]).limit(limit))
