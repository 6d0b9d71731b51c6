"""What tills sent and what was counted from it: plain collections, written by ingestion in one transaction.

receipt_batches    accepted receipts of one batch and business day
receipt_returns    which receipt each return or void refers to
receipt_problems   quarantined and rejected ones, with body and reason
terminal_progress  seen numbers and counts of one terminal and epoch
store_days         figures of one store and business day: totals, discounts by source, hours of the week
store_day_skus     the same by SKU, in buckets, so that no document grows past 1 MiB
member_figures     figures of one member in one store
skus, members      what is known; kept as copies and by bulk commands

The README tells the fields.
"""

import re
import zlib
from functools import lru_cache
from typing import Any

from pymongo import IndexModel
from pymongo.collection import Collection
from pymongo.database import Database

from chassis import database

Doc = dict[str, Any]

# A day's first document of SKUs is full at this size; what is counted after that goes to the buckets.
FULL_BUCKET_BYTES = 600_000
BUCKETS = 32
# Within a document the SKUs are grouped, since MongoDB looks for a field by walking over its neighbours.
_GROUPS = 64
# Receipts are found by blocks of so many numbers.
_BLOCK = 256

_ESCAPES = {ord(character): f"%{ord(character):02x}" for character in "%.$"}

_INDEXES = {
    "receipt_batches": [
        IndexModel("blocks", name="blocks"),
        IndexModel([("business_day", 1), ("store_id", 1)], name="day_store"),
    ],
    "receipt_returns": [IndexModel("original", name="original")],
    "member_figures": [IndexModel("member_id", name="member")],
    "receipt_problems": [
        IndexModel([("store_id", 1), ("_id", 1)], name="store"),
        IndexModel([("store_id", 1), ("receive_time", 1)], name="store_time"),
    ],
    "terminal_progress": [IndexModel("terminal", name="terminal")],
    "store_days": [
        IndexModel([("business_day", 1), ("store_id", 1)], name="day_store"),
        # Few days are corrected, and every answer tells of them.
        IndexModel(
            [("business_day", 1), ("store_id", 1)],
            name="corrected",
            partialFilterExpression={"corrections": {"$exists": True}},
        ),
    ],
    "store_day_skus": [IndexModel([("business_day", 1), ("store_id", 1)], name="day_store")],
}


class Ledger:
    """The collections, by name."""

    def __init__(self, source: Database[Doc] | None = None) -> None:
        self.database: Database[Doc] = database.current() if source is None else source
        self.batches: Collection[Doc] = self.database["receipt_batches"]
        self.returns: Collection[Doc] = self.database["receipt_returns"]
        self.problems: Collection[Doc] = self.database["receipt_problems"]
        self.progress: Collection[Doc] = self.database["terminal_progress"]
        self.days: Collection[Doc] = self.database["store_days"]
        self.day_skus: Collection[Doc] = self.database["store_day_skus"]
        self.member_figures: Collection[Doc] = self.database["member_figures"]
        self.skus: Collection[Doc] = self.database["skus"]
        self.members: Collection[Doc] = self.database["members"]

    def ensure_indexes(self) -> None:
        """Make collections and indexes; collections must exist before a transaction may write to them at once."""
        existing = set(self.database.list_collection_names())
        for name in ("skus", "members"):
            if name not in existing:
                self.database.create_collection(name, check_exists=False)
        for name, indexes in _INDEXES.items():
            self.database[name].create_indexes(indexes)


def receipt_key(store_id: str, terminal_id: str, epoch: int, number: int) -> str:
    """The identity of a receipt."""
    return f"{store_id}/{terminal_id}/{epoch}/{number}"


def progress_key(store_id: str, terminal_id: str, epoch: int) -> str:
    """The document id of a terminal's progress in one epoch."""
    return f"{store_id}/{terminal_id}/{epoch}"


def block_of(key: str, number: int) -> str:
    """The block of numbers of a terminal and epoch by which a receipt is found."""
    return f"{key}#{number // _BLOCK}"


def blocks_of(key: str, first: int, last: int) -> list[str]:
    """The blocks of a range of numbers."""
    return [f"{key}#{block}" for block in range(first // _BLOCK, last // _BLOCK + 1)]


def bucket_of(sku: str) -> int:
    """1 to BUCKETS: where the SKU is counted once the first document of a day is full."""
    return zlib.crc32(sku.encode()) // _GROUPS % BUCKETS + 1


@lru_cache(maxsize=200_000)
def sku_path(sku: str) -> str:
    """The path of a SKU's counters in its document, with the dot before the counter's name."""
    return f"skus.{zlib.crc32(sku.encode()) % _GROUPS:02x}.{field_name(sku)}."


def field_name(text: str) -> str:
    """A SKU (or any other text) as a field name: MongoDB gives dots and dollar signs a meaning of their own."""
    return text.translate(_ESCAPES)


def sku_of(name: str) -> str:
    """The text that `field_name` made this name of."""
    return re.sub(r"%([0-9a-f]{2})", lambda match: chr(int(match[1], 16)), name)
