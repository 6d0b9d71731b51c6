"""Every metric of the HTTP gateway: declared, typed and explained here and nowhere else."""

from prometheus_client import Counter, Histogram

HTTP_DURATION = Histogram(
    "saleloop_http_duration_seconds",
    "Time from the arrival of a request until its answer is handed to the connection, by route template.",
    ("route", "method", "status"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 30.0),
)
IDEMPOTENT_REPLAYS = Counter(
    "saleloop_http_idempotent_replays_total", "Answers given again for an Idempotency-Key.", ("operation",)
)
