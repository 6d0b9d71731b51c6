"""Stores to sell in, and batches of what was sold."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from chassis.clocks import to_milliseconds
from services.stores.commands.ingest_batch import Batch, Counts, ingest_batch
from services.stores.commands.known_names import KnownNames
from services.stores.commands.put_master_data import put_members, put_skus
from services.stores.commands.put_stores import StoreValues, put_stores
from services.stores.domain.receipts import Receipt
from services.stores.ledger import Ledger
from services.stores.receipt_bytes import to_bytes
from tests.stores.made_up import NOW, digested, message_of


def open_stores() -> str:
    """Three stores, of which s1 sells; three SKUs and a member are known."""
    values = StoreValues("s1", "First", "East", 40.0, -75.0, "America/New_York", 2, "USD")
    put_stores([values, replace(values, id="s2", name="Silent"), replace(values, id="s3", region="West")])
    put_skus([(f"sku-{number}", {"name": "a", "category": f"b.{number}", "brand": "c"}) for number in range(3)])
    put_members([("m1", {"name": "Household 1"})])
    return "s1"


def batch(
    receipts: Sequence[Receipt],
    *,
    terminal: str = "t1",
    epoch: int = 1,
    store: str = "s1",
    receive_time: datetime = NOW,
) -> Batch:
    """A batch as it is read from the queue."""
    sent = [digested(each) for each in receipts]
    bodies = [to_bytes(message_of(each)) for each in sent]
    return Batch(store, terminal, epoch, to_milliseconds(receive_time), sent, bodies)


def ingest(ledger: Ledger, *batches: Batch) -> list[Counts]:
    """One transaction for each."""
    names = KnownNames(ledger)
    return [ingest_batch(each, ledger, names) for each in batches]
