"""What tills sent and what was counted from it: plain collections, written by ingestion in one transaction.

receipts           one counted receipt; _id "<store>/<terminal>/<epoch>/<number>" is its identity
receipt_problems   quarantined and rejected ones, with body and reason
terminal_progress  seen numbers and counts of one terminal and epoch; the document that ingestion locks
store_days         figures of one store and business day: totals, discounts by source, hours of the week
store_day_skus     the same by SKU, in buckets, so that no document grows past 1 MiB
skus, members      what is known; kept as copies and by bulk commands
"""

import re
import zlib
from collections.abc import Mapping
from typing import Any

from pymongo import IndexModel
from pymongo.collection import Collection
from pymongo.database import Database

from chassis import database
from services.stores.domain.receipts import Discount, Kind, Line, Receipt, Tender

Doc = dict[str, Any]

# After this many SKUs were touched on a day (an upper bound of the different ones), new counts go to buckets.
SKUS_IN_FIRST_BUCKET = 4_000
BUCKETS = 16

_ESCAPES = {ord(character): f"%{ord(character):02x}" for character in "%.$"}

_INDEXES = {
    "receipts": [IndexModel([("business_day", 1), ("store_id", 1)], name="day_store")],
    "receipt_problems": [IndexModel([("store_id", 1), ("_id", 1)], name="store")],
    "terminal_progress": [IndexModel("terminal", name="terminal")],
    "store_days": [IndexModel([("business_day", 1), ("store_id", 1)], name="day_store")],
    "store_day_skus": [IndexModel([("business_day", 1), ("store_id", 1)], name="day_store")],
}


class Ledger:
    """The collections, by name."""

    def __init__(self, source: Database[Doc] | None = None) -> None:
        self.database: Database[Doc] = database.current() if source is None else source
        self.receipts: Collection[Doc] = self.database["receipts"]
        self.problems: Collection[Doc] = self.database["receipt_problems"]
        self.progress: Collection[Doc] = self.database["terminal_progress"]
        self.days: Collection[Doc] = self.database["store_days"]
        self.day_skus: Collection[Doc] = self.database["store_day_skus"]
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


def bucket_of(sku: str) -> int:
    """1 to BUCKETS: where the SKU is counted once the first bucket of a day is full."""
    return zlib.crc32(sku.encode()) % BUCKETS + 1


def field_name(sku: str) -> str:
    """The SKU as a field name: MongoDB gives dots and dollar signs a meaning of their own."""
    return sku.translate(_ESCAPES)


def sku_of(name: str) -> str:
    """The SKU that `field_name` made this name of."""
    return re.sub(r"%([0-9a-f]{2})", lambda match: chr(int(match[1], 16)), name)


def to_document(receipt: Receipt) -> Doc:
    """The content of a receipt as it is stored; identity, day and digest are added by ingestion."""
    return {
        "kind": receipt.kind.value,
        "till_time": receipt.till_time,
        "till": [receipt.till_seconds, receipt.till_nanos],
        "currency_code": receipt.currency_code,
        "total_minor": receipt.total_minor,
        "weight": receipt.weight,
        "member_id": receipt.member_id,
        "lines": [
            [
                line.sku,
                line.quantity_milli,
                line.amount_minor,
                [[d.source, d.amount_minor, d.reference] for d in line.discounts],
            ]
            for line in receipt.lines
        ],
        "skus": sorted({line.sku for line in receipt.lines}),
        "coupon_codes": list(receipt.coupon_codes),
        "tenders": [[tender.kind, tender.amount_minor] for tender in receipt.tenders],
        "original_number": receipt.original_number,
    }


def from_document(stored: Mapping[str, Any]) -> Receipt:
    """The receipt that `to_document` stored."""
    return Receipt(
        number=stored["number"],
        kind=Kind(stored["kind"]),
        till_seconds=stored["till"][0],
        till_nanos=stored["till"][1],
        currency_code=stored["currency_code"],
        total_minor=stored["total_minor"],
        lines=tuple(
            Line(sku, quantity, amount, tuple(Discount(*discount) for discount in discounts))
            for sku, quantity, amount, discounts in stored["lines"]
        ),
        member_id=stored["member_id"],
        coupon_codes=tuple(stored["coupon_codes"]),
        tenders=tuple(Tender(*tender) for tender in stored["tenders"]),
        original_number=stored["original_number"],
    )
