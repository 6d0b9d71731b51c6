"""Counted receipts, and those that were kept aside."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.stores.commands.find_counted import find_originals, find_receipts
from services.stores.domain.errors import ReceiptNotFound
from services.stores.domain.outcomes import RETURN_FLAGS, Known, return_flags
from services.stores.domain.receipts import Kind, Receipt
from services.stores.ledger import Doc, Ledger, receipt_key
from services.stores.queries.visible_stores import require_visible_store, visible_store_ids


@dataclass(frozen=True, slots=True)
class StoredReceipt:
    """A counted receipt; `flags` as they are true now (the sale of a return may have come since)."""

    store_id: str
    terminal_id: str
    epoch: int
    business_day: str
    flags: tuple[str, ...]
    receipt: Receipt


def get_receipt(store_id: str, terminal_id: str, epoch: int, number: int) -> StoredReceipt:
    """A counted receipt. Raises StoreNotFound, ReceiptNotFound."""
    require_visible_store(store_id)
    ledger = Ledger()
    for _, found, receipt in find_receipts([receipt_key(store_id, terminal_id, epoch, number)], ledger):
        flags = tuple(found["flags"].get(str(number), ()))
        return StoredReceipt(
            store_id, terminal_id, epoch, found["business_day"], _present(flags, found, receipt, ledger), receipt
        )
    raise ReceiptNotFound(f"there is no receipt {number} of {store_id}/{terminal_id} in epoch {epoch}")


def _present(flags: tuple[str, ...], found: Doc, receipt: Receipt, ledger: Ledger) -> tuple[str, ...]:
    """What is told about a return is found out again, since its sale or another return may have come."""
    if receipt.kind is Kind.SALE:
        return flags
    sender = Known(
        found["store_id"], found["terminal_id"], found["epoch"], receipt.currency_code, 0, {}, skus=(), members=()
    )
    references = {key} if (key := sender.original_key(receipt)) else set()
    now = return_flags(receipt, sender, *find_originals(references, ledger))
    return (*(flag for flag in flags if flag not in RETURN_FLAGS), *now)


def list_problems(*, store_id: str, after: tuple[str, str], limit: int) -> Sequence[Doc]:
    """Quarantined and rejected receipts by store, after (store, id)."""
    stores = visible_store_ids(store_id=store_id)
    later = {"$or": [{"store_id": {"$gt": after[0]}}, {"store_id": after[0], "_id": {"$gt": after[1]}}]}
    wanted = {"$and": [{"store_id": {"$in": stores}}, later]}
    return list(Ledger().problems.find(wanted, {"body": 0}).sort([("store_id", 1), ("_id", 1)]).limit(limit))
