"""The ingest process: batches of receipts from the partition queues into the database.

Any number of these processes may run: they share the partitions by leases, so that they do not get in each other's
way, but which of two gets a batch makes no difference: the transaction on the terminal's progress decides what counts.
"""

import signal
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from google.protobuf.message import DecodeError

from chassis import documents, garbage, logs, principal, telemetry
from chassis.batch_consumer import BatchConsumer
from chassis.clocks import real_clock
from chassis.consuming import Delivery
from chassis.ids import new_id
from chassis.principal import Principal
from chassis.publishing import Outgoing, Publisher
from chassis.topology import OUTCOMES_EXCHANGE
from contracts.topology import TOPOLOGY
from saleloop.pos.v1.ingest_pb2 import OutcomesOfBatches
from saleloop.pos.v1.pos_service_pb2 import BatchOutcomes
from services.stores.commands.ingest_batch import Batch, Counts, ingest_batches
from services.stores.commands.known_names import KnownNames
from services.stores.commands.merge_parts import PartMerger
from services.stores.commands.share_partitions import PartitionLeases
from services.stores.config import StoresSettings
from services.stores.ledger import Ledger
from services.stores.metrics import BATCHES, INGEST_DURATION, RECEIPTS
from services.stores.translate import batch_from, outcomes_to_proto

MESSAGES_AT_ONCE = 64
# Few messages wait so long for more: a transaction costs about as much for one receipt as for hundreds, and single ones
# of simple tills would keep both the database and this process busy.
GATHERED_S = 0.08
# A transaction takes messages up to this size together (one may be larger): it must end long before its limit of 60 s.
TRANSACTION_BYTES = 2 * 1024 * 1024
log = logs.get_logger(__name__)


def run(settings: StoresSettings) -> None:
    """Consume until SIGTERM or SIGINT."""
    logs.configure("stores", "ingest", settings.log_level)
    telemetry.configure_tracing("stores", "ingest", settings.otlp_endpoint)
    database = documents.connect(settings, "stores")
    ledger = Ledger(database)
    documents.patiently(ledger.ensure_indexes)
    names = KnownNames(ledger)
    consumer = BatchConsumer(settings.amqp_url, "stores", "stores-ingest", (), prefetch=settings.ingest_prefetch)
    publisher = Publisher(settings.amqp_url, "stores-outcomes")
    queues = dict(TOPOLOGY.partition_queues())
    leases = PartitionLeases(ledger, queues, lambda held: consumer.consume(queues[each] for each in held))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: consumer.stop())
    telemetry.add_readiness_check("broker", lambda: consumer.is_connected)
    telemetry.add_readiness_check("storage", lambda: bool(database.command("ping")))
    telemetry.serve_telemetry(settings.telemetry_port, settings.bind_host)
    garbage.spare_transactions_its_pauses()
    publisher.start()
    leases.start()
    log.info("ingesting", partitions=len(queues))
    merger = PartMerger(ledger)
    consumer.run(
        lambda deliveries: handle(deliveries, ledger, names, publisher, merger),
        batch=MESSAGES_AT_ONCE,
        wait_s=GATHERED_S,
    )
    leases.stop()
    publisher.stop()
    telemetry.stop_tracing()


def handle(
    deliveries: Sequence[Delivery],
    ledger: Ledger,
    names: KnownNames,
    publisher: Publisher | None = None,
    merger: PartMerger | None = None,
) -> Mapping[int, str]:
    """Ingest the messages, many in one transaction, and tell the edge processes what became of them.

    Returns the reasons of those that nobody can read, which are parked.
    """
    unreadable: dict[int, str] = {}
    for positions in _transactions(deliveries):
        taken = {position: deliveries[position] for position in positions}
        unreadable |= _ingest(taken, ledger, names, publisher, merger)
    if merger is not None:
        merger.merge_due()
    return unreadable


def _transactions(deliveries: Sequence[Delivery]) -> Iterator[list[int]]:
    together: list[int] = []
    size = 0
    for position, delivery in enumerate(deliveries):
        if together and size + len(delivery.body) > TRANSACTION_BYTES:
            yield together
            together, size = [], 0
        together.append(position)
        size += len(delivery.body)
    if together:
        yield together


def _ingest(
    deliveries: Mapping[int, Delivery],
    ledger: Ledger,
    names: KnownNames,
    publisher: Publisher | None,
    merger: PartMerger | None,
) -> dict[int, str]:
    started = real_clock.monotonic()
    unreadable: dict[int, str] = {}
    batches: dict[int, Batch] = {}
    for position, delivery in deliveries.items():
        try:
            batches[position] = batch_from(delivery.body)
        except (DecodeError, ValueError) as error:
            BATCHES.labels("unreadable").inc()
            unreadable[position] = f"the batch cannot be read: {error}"
    if not batches:
        return unreadable
    traces = [str(delivery.headers.get("traceparent", "")) for delivery in deliveries.values()]
    with (
        telemetry.span("stores.ingest_batches", "consumer", links=traces),
        principal.acting(Principal.system("ingest"), "stores.ingest_batches"),
    ):
        counted = ingest_batches(list(batches.values()), ledger, names, merger)
    told: dict[str, list[BatchOutcomes]] = defaultdict(list)
    for (position, batch), counts in zip(batches.items(), counted, strict=True):
        if counts is None:
            BATCHES.labels("unknown_store").inc()
            unreadable[position] = f"there is no store {batch.store_id}"
            continue
        BATCHES.labels("ingested").inc()
        _measure(counts)
        if batch.edge_id:
            told[batch.edge_id].append(outcomes_to_proto(batch, counts.judged))
    if publisher is not None:
        for edge_id, outcomes in told.items():
            publisher.publish(_outcomes(edge_id, outcomes), _settled)
    INGEST_DURATION.observe(real_clock.monotonic() - started)
    return unreadable


def _measure(counts: Counts) -> None:
    RECEIPTS.labels("accepted").inc(counts.accepted)
    RECEIPTS.labels("duplicate").inc(counts.duplicates)
    RECEIPTS.labels("conflict").inc(counts.conflicts)
    RECEIPTS.labels("rejected").inc(counts.rejected)


def _outcomes(edge_id: str, outcomes: Sequence[BatchOutcomes]) -> Outgoing:
    return Outgoing(
        exchange=OUTCOMES_EXCHANGE,
        routing_key=edge_id,
        body=OutcomesOfBatches(batches=outcomes).SerializeToString(),
        message_id=new_id(),
        headers={},
        content_type="application/x-protobuf",
    )


def _settled(_outcome: object) -> None:
    """A lost one does no harm: outcomes can be asked for later."""
