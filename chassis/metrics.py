"""Every metric of the chassis: declared, typed and explained here and nowhere else. Seconds and bytes as units."""

from prometheus_client import Counter, Gauge, Histogram

_FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_SLOW = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)

# --- rpc ---

RPC_DURATION = Histogram(
    "saleloop_rpc_duration_seconds",
    "Time from the arrival of a call until its answer is ready, by operation and grpc code.",
    ("operation", "code"),
    buckets=_FAST,
)
RPC_VERSION_CONFLICTS = Counter(
    "saleloop_rpc_version_conflicts_total",
    "Times that a command was repeated because another write to the same document won.",
    ("operation",),
)
ACCESS_REFUSALS = Counter(
    "saleloop_access_refusals_total",
    "Calls refused before their handler ran, by reason (TOKEN_EXPIRED, ROLE_NOT_ALLOWED, ...).",
    ("operation", "reason"),
)
OPEN_STREAMS = Gauge("saleloop_open_streams", "Server streams that this process serves at this moment.")

# --- outbox and relay ---

OUTBOX_PUBLISHED = Counter(
    "saleloop_outbox_published_total",
    "Events that the broker confirmed, by type and way (fast: handed over in memory; sweep: found in the database).",
    ("type", "way"),
)
OUTBOX_DELAY = Histogram(
    "saleloop_outbox_delay_seconds",
    "Time from the commit of an event until its confirm.",
    buckets=_SLOW,
)
OUTBOX_RETURNED = Counter(
    "saleloop_outbox_returned_total",
    "Events that no queue took although the table names a subscriber: an alarm.",
    ("type",),
)
OUTBOX_PENDING = Gauge("saleloop_outbox_pending", "Events in memory that wait for their confirm.")
BROKER_CONNECTED = Gauge("saleloop_broker_connected", "1 while the relay has its connection to the broker.")
BROKER_RECONNECTS = Counter("saleloop_broker_reconnects_total", "Times that the relay lost its connection.")

# --- handlers ---

INFLIGHT_MESSAGES = Gauge("saleloop_inflight_messages", "Messages taken from a queue and not yet settled.")
HANDLER_DURATION = Histogram(
    "saleloop_handler_duration_seconds",
    "Time that a message handler took, by handler and outcome (done, retried, parked).",
    ("handler", "outcome"),
    buckets=_SLOW,
)
EVENT_DELAY = Histogram(
    "saleloop_event_delay_seconds",
    "Real time from the commit of an event until its handler was done.",
    ("handler",),
    buckets=_SLOW,
)
PARKED_MESSAGES = Counter("saleloop_parked_messages_total", "Messages parked, by handler.", ("handler",))

# --- deadlines ---

DEADLINES_FIRED = Counter("saleloop_deadlines_fired_total", "Deadlines handled, by kind.", ("kind",))
DEADLINE_FAILURES = Counter("saleloop_deadline_failures_total", "Deadlines whose handler raised, by kind.", ("kind",))
