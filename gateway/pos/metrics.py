"""Every metric of the POS edge: declared, typed and explained here and nowhere else."""

from prometheus_client import Counter, Gauge, Histogram

STREAMS = Gauge("saleloop_pos_streams", "Open streams of terminals.")
STREAM_ENDS = Counter(
    "saleloop_pos_stream_ends_total",
    "Streams that the edge ended or refused, by reason (TOKEN_INVALID, TERMINAL_REVOKED, STOPPING, ...).",
    ("reason",),
)
BATCHES = Counter(
    "saleloop_pos_batches_total",
    "Batches by fate (acknowledged, or the reason of the refusal).",
    ("fate",),
)
RECEIPTS = Counter("saleloop_pos_receipts_total", "Receipts in acknowledged batches, repeated ones included.")
ACK_DURATION = Histogram(
    "saleloop_pos_ack_duration_seconds",
    "Time from reading a batch until the broker has confirmed it.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0),
)
KEY_LOOKUPS = Counter("saleloop_pos_key_lookups_total", "Terminal keys asked of stores, by result.", ("result",))
OUTCOMES = Counter("saleloop_pos_outcomes_total", "Outcomes of receipts that stores told this process.")
