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
from services.stores.commands.ingest_batch import Batch, Counts, ingest_batches
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
    """Ingest the messages in one transaction; returns the reasons of those that nobody can read, which are parked."""
    started = real_clock.monotonic()
    unreadable: dict[int, str] = {}
    batches: dict[int, Batch] = {}
    for position, delivery in enumerate(deliveries):
        try:
            batches[position] = batch_from(delivery.body)
        except (DecodeError, ValueError) as error:
            BATCHES.labels("unreadable").inc()
            unreadable[position] = f"the batch cannot be read: {error}"
    if not batches:
        return unreadable
    traces = [str(delivery.headers.get("traceparent", "")) for delivery in deliveries]
    with (
        telemetry.span("stores.ingest_batches", "consumer", links=traces),
        principal.acting(Principal.system("ingest"), "stores.ingest_batches"),
    ):
        counted = ingest_batches(list(batches.values()), ledger, names)
    for (position, batch), counts in zip(batches.items(), counted, strict=True):
        if counts is None:
            BATCHES.labels("unknown_store").inc()
            unreadable[position] = f"there is no store {batch.store_id}"
            continue
        BATCHES.labels("ingested").inc()
        _measure(counts)
    INGEST_DURATION.observe(real_clock.monotonic() - started)
    return unreadable


def _measure(counts: Counts) -> None:
    RECEIPTS.labels("accepted").inc(counts.accepted)
    RECEIPTS.labels("duplicate").inc(counts.duplicates)
    RECEIPTS.labels("conflict").inc(counts.conflicts)
    RECEIPTS.labels("rejected").inc(counts.rejected)
