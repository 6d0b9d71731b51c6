"""`python -m services.stores rebuild`: figures counted again from the receipts, beside the running platform."""

import sys

from chassis import documents, logs
from services.stores.commands.rebuild_figures import rebuild_figures
from services.stores.config import StoresSettings
from services.stores.ledger import Ledger


def run_rebuild(settings: StoresSettings) -> None:
    """Put wrong figures right and tell how many documents that were."""
    logs.configure("stores", "rebuild", settings.log_level)
    ledger = Ledger(documents.connect(settings, "stores"))
    ledger.ensure_indexes()
    wrong = rebuild_figures(ledger)
    for store_id, count in sorted(wrong.items()):
        sys.stdout.write(f"{store_id}: {count} documents put right\n")
    sys.stdout.write(f"rebuilt: {sum(wrong.values())} documents in {len(wrong)} stores differed\n")
