"""No document grows past 1 MiB, however much a store sells."""

from services.stores.commands.ingest_batch import ingest_batches
from services.stores.commands.known_names import KnownNames
from services.stores.commands.rebuild_figures import rebuild_figures
from services.stores.domain.receipts import MAX_LINES, Line
from services.stores.ledger import Ledger
from services.stores.queries import figures
from tests.stores.ingesting import batch
from tests.stores.made_up import receipt

SKUS = 90_000
MIB = 1024 * 1024


def test_a_day_with_90_000_skus_in_receipts_of_2_000_lines(ledger: Ledger, store: str) -> None:
    receipts = [
        receipt(
            number + 1,
            lines=tuple(Line(f"article-{number * MAX_LINES + line:06d}", 1000, 5) for line in range(MAX_LINES)),
            total_minor=5 * MAX_LINES,
        )
        for number in range(SKUS // MAX_LINES)
    ]
    names = KnownNames(ledger)
    ingest_batches([batch(receipts[:20]), batch(receipts[20:30])], ledger, names)
    ingest_batches([batch(receipts[30:])], ledger, names)
    for name in ledger.database.list_collection_names():
        largest = list(
            ledger.database[name].aggregate([{"$group": {"_id": None, "size": {"$max": {"$bsonSize": "$$ROOT"}}}}])
        )
        assert all(found["size"] < MIB for found in largest), name
    rows, _ = figures.sku_figures(("2000-01-01", "2100-01-01"), store_id="s1", after="", limit=SKUS + 1)
    assert len(rows) == SKUS
    assert sum(row["revenue_minor"] for row in rows) == 5 * SKUS
    assert rebuild_figures(ledger) == {}
