"""From a batch on the wire to a message that the broker has for good."""

import zlib
from dataclasses import dataclass

from google.protobuf.message import DecodeError

from chassis import telemetry
from chassis.async_publisher import AsyncPublisher, BrokerBusy
from chassis.clocks import real_clock
from chassis.ids import new_id
from chassis.publishing import Outgoing
from chassis.topology import POS_EXCHANGE
from contracts.topology import TOPOLOGY
from gateway.pos.metrics import ACK_DURATION, BATCHES, RECEIPTS
from gateway.pos.tokens import Caller
from saleloop.pos.v1 import ingest_pb2 as ingest
from saleloop.pos.v1 import pos_service_pb2 as pos

MAX_RECEIPTS = 500
MAX_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ReadBatch:
    """A request as it came; `request` is None when the bytes are none."""

    request: pos.StreamReceiptsRequest | None
    size: int


def read_batch(body: bytes) -> ReadBatch:
    """Never raises: grpc would end the whole stream because of one unreadable batch."""
    try:
        return ReadBatch(pos.StreamReceiptsRequest.FromString(body), len(body))
    except DecodeError:
        return ReadBatch(None, len(body))


def partition_of(store_id: str) -> str:
    """The routing key of a store's partition; never changed while batches are under way."""
    return f"{zlib.crc32(store_id.encode()) % TOPOLOGY.pos_partitions:02d}"


async def hand_over(batch: ReadBatch, caller: Caller, publisher: AsyncPublisher) -> str:
    """Publish the batch; returns why it is refused as a whole, or nothing once it is durable."""
    reason = _refusal(batch)
    if not reason and batch.request is not None:
        started = real_clock.monotonic()
        try:
            await publisher.publish(_message(batch.request, caller))
        except BrokerBusy:
            reason = "BUSY"
        else:
            ACK_DURATION.observe(real_clock.monotonic() - started)
            RECEIPTS.inc(len(batch.request.receipts))
    BATCHES.labels(reason or "acknowledged").inc()
    return reason


def _refusal(batch: ReadBatch) -> str:
    if batch.request is None:
        return "UNREADABLE"
    if batch.size > MAX_BYTES or len(batch.request.receipts) > MAX_RECEIPTS:
        return "TOO_LARGE"
    return ""


def _message(request: pos.StreamReceiptsRequest, caller: Caller) -> Outgoing:
    envelope = ingest.AuthenticatedBatch(
        store_id=caller.store_id,
        terminal_id=caller.terminal_id,
        epoch=caller.key.epoch,
        batch_sequence=request.batch_sequence,
        receipts=request.receipts,
    )
    envelope.receive_time.FromDatetime(real_clock.now())
    with telemetry.span("pos.batch", "producer"):
        headers: dict[str, str | int] = {"traceparent": telemetry.traceparent()}
    return Outgoing(
        exchange=POS_EXCHANGE,
        routing_key=partition_of(caller.store_id),
        body=envelope.SerializeToString(),
        message_id=new_id(),
        headers=headers,
        content_type="application/x-protobuf",
    )
