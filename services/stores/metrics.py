"""Every metric of the stores: declared, typed and explained here and nowhere else."""

from prometheus_client import Counter, Histogram

RECEIPTS = Counter(
    "saleloop_stores_receipts_total",
    "Receipts taken, by outcome (accepted, duplicate, conflict, rejected); a known problem counts once.",
    ("outcome",),
)
BATCHES = Counter(
    "saleloop_stores_batches_total",
    "Batches taken from the queues, by fate (ingested, unreadable, unknown_store); the last two are parked.",
    ("fate",),
)
INGEST_DURATION = Histogram(
    "saleloop_stores_ingest_duration_seconds",
    "Time from reading a batch until its transaction was committed.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 20.0),
)
