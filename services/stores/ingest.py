"""The ingest process: batches of receipts from the partition queues into the database.

Any number of these processes may run: which of two gets a batch makes no difference, since the transaction on the
terminal's progress decides what counts.
"""

import signal
from collections.abc import Mapping, Sequence

from google.protobuf.message import DecodeError

from chassis import documents, logs, principal, telemetry
from chassis.batch_consumer import BatchConsumer
from chassis.clocks import real_clock
from chassis.consuming import Delivery
from chassis.principal import Principal
from contracts.topology import TOPOLOGY
from services.stores.commands.ingest_batch import Counts, StoreUnknown, ingest_batch
from services.stores.commands.known_names import KnownNames
from services.stores.config import StoresSettings
from services.stores.ledger import Ledger
from services.stores.metrics import BATCHES, INGEST_DURATION, RECEIPTS
from services.stores.translate import batch_from

MESSAGES_AT_ONCE = 16
log = logs.get_logger(__name__)


def run(settings: StoresSettings) -> None:
    """Consume until SIGTERM or SIGINT."""
    logs.configure("stores", "ingest", settings.log_level)
    telemetry.configure_tracing("stores", "ingest", settings.otlp_endpoint)
    database = documents.connect(settings, "stores")
    ledger = Ledger(database)
    ledger.ensure_indexes()
    names = KnownNames(ledger)
    queues = [queue for _, queue in TOPOLOGY.partition_queues()]
    consumer = BatchConsumer(settings.amqp_url, "stores", "stores-ingest", queues, prefetch=settings.ingest_prefetch)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: consumer.stop())
    telemetry.add_readiness_check("broker", lambda: consumer.is_connected)
    telemetry.add_readiness_check("storage", lambda: bool(database.command("ping")))
    telemetry.serve_telemetry(settings.telemetry_port, settings.bind_host)
    log.info("ingesting", queues=len(queues))
    consumer.run(lambda deliveries: handle(deliveries, ledger, names), batch=MESSAGES_AT_ONCE)
    telemetry.stop_tracing()


def handle(deliveries: Sequence[Delivery], ledger: Ledger, names: KnownNames) -> Mapping[int, str]:
    """Ingest each message; returns the reasons of those that nobody can read, which are parked."""
    unreadable: dict[int, str] = {}
    for position, delivery in enumerate(deliveries):
        trace = str(delivery.headers.get("traceparent", ""))
        with (
            telemetry.span("stores.ingest_batch", "consumer", traceparent=trace),
            principal.acting(Principal.system("ingest"), "stores.ingest_batch"),
        ):
            reason = _ingest(delivery.body, ledger, names)
        if reason:
            unreadable[position] = reason
    return unreadable


def _ingest(body: bytes, ledger: Ledger, names: KnownNames) -> str:
    started = real_clock.monotonic()
    try:
        batch = batch_from(body)
    except (DecodeError, ValueError) as error:
        BATCHES.labels("unreadable").inc()
        return f"the batch cannot be read: {error}"
    try:
        _measure(ingest_batch(batch, ledger, names))
    except StoreUnknown:
        BATCHES.labels("unknown_store").inc()
        return f"there is no store {batch.store_id}"
    BATCHES.labels("ingested").inc()
    INGEST_DURATION.observe(real_clock.monotonic() - started)
    return ""


def _measure(counts: Counts) -> None:
    RECEIPTS.labels("accepted").inc(counts.accepted)
    RECEIPTS.labels("duplicate").inc(counts.duplicates)
    RECEIPTS.labels("conflict").inc(counts.conflicts)
    RECEIPTS.labels("rejected").inc(counts.rejected)
