"""What tills sent and what was counted from it: plain collections, written by ingestion in one transaction.

receipt_batches    accepted receipts of one batch and business day
receipt_returns    which receipt each return or void refers to
receipt_problems   quarantined and rejected ones, with body and reason
terminal_progress  seen numbers and counts of one terminal and epoch
store_days         figures of one store and business day: totals, discounts by source, hours of the week
figure_parts       the same by SKU and by member, as parts that are summed (see `figure_parts`)
skus, members      what is known; kept as copies and by bulk commands

The README tells the fields.
"""

import re
from collections.abc import Iterable
from typing import Any

from pymongo import IndexModel
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import OperationFailure

from chassis import database

Doc = dict[str, Any]

_EXISTS = 48
# Receipts are found by blocks of so many numbers.
_BLOCK = 256

_ESCAPES = {ord(character): f"%{ord(character):02x}" for character in "%.$"}

_INDEXES = {
    "receipt_batches": [
        IndexModel("blocks", name="blocks"),
        IndexModel([("business_day", 1), ("store_id", 1)], name="day_store"),
    ],
    "receipt_returns": [IndexModel("original", name="original")],
    "receipt_problems": [
        IndexModel([("store_id", 1), ("_id", 1)], name="store"),
        IndexModel([("store_id", 1), ("receive_time", 1)], name="store_time"),
    ],
    "terminal_progress": [IndexModel("terminal", name="terminal")],
    "store_days": [
        IndexModel([("business_day", 1), ("store_id", 1)], name="day_store"),
        IndexModel([("business_day", 1), ("changed", -1), ("store_id", 1)], name="day_changed"),
        # Few days are corrected, and every answer tells of them.
        IndexModel(
            [("business_day", 1), ("store_id", 1)],
            name="corrected",
            partialFilterExpression={"corrections": {"$exists": True}},
        ),
    ],
    "figure_parts": [
        # With all that a merge has to know before it reads a part.
        IndexModel([("business_day", 1), ("store_id", 1), ("level", 1), ("_id", 1)], name="day_store_level"),
        IndexModel("members", name="members", partialFilterExpression={"members": {"$exists": True}}),
    ],
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
        self.parts: Collection[Doc] = self.database["figure_parts"]
        self.skus: Collection[Doc] = self.database["skus"]
        self.members: Collection[Doc] = self.database["members"]

    def ensure_indexes(self) -> None:
        """Make collections and indexes; collections must exist before a transaction may write to them at once."""
        for name in ("skus", "members"):
            try:
                self.database.create_collection(name, check_exists=False)
            except OperationFailure as failure:
                if failure.code != _EXISTS:  # also when another process starts at the same moment
                    raise
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


def blocks_with(key: str, numbers: Iterable[int]) -> list[str]:
    """The blocks that these numbers lie in."""
    return [f"{key}#{block}" for block in sorted({number // _BLOCK for number in numbers})]


def blocks_of(key: str, first: int, last: int) -> list[str]:
    """The blocks of a range of numbers."""
    return [f"{key}#{block}" for block in range(first // _BLOCK, last // _BLOCK + 1)]


def field_name(text: str) -> str:
    """Any text as a field name: MongoDB gives dots and dollar signs a meaning of their own."""
    return text.translate(_ESCAPES)


def text_of(name: str) -> str:
    """The text that `field_name` made this name of."""
    return re.sub(r"%([0-9a-f]{2})", lambda match: chr(int(match[1], 16)), name)
