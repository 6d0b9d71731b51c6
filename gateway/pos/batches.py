"""From a signed batch on the wire to a message that the broker has for good."""

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
from gateway.pos.signatures import is_signed_by, signed_on_stream
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


@dataclass(frozen=True, slots=True)
class Sealed:
    """A batch whose signature holds: its content byte by byte, how many receipts, and what proves it."""

    batch_sequence: int
    receipts: int
    content: bytes
    signature: bytes = b""
    challenge: bytes = b""


class BatchRefused(Exception):
    """The batch cannot be taken as a whole; `reason` reaches the terminal."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read_batch(body: bytes) -> ReadBatch:
    """Never raises: grpc would end the whole stream because of one unreadable batch."""
    try:
        return ReadBatch(pos.StreamReceiptsRequest.FromString(body), len(body))
    except DecodeError:
        return ReadBatch(None, len(body))


def unseal(batch: ReadBatch, caller: Caller, challenge: bytes) -> Sealed:
    """The batch once its signature, owner and size are verified. Raises BatchRefused.

    The signature comes first: nothing is read of bytes that the terminal did not sign on this stream.
    """
    request = batch.request
    if request is None:
        raise BatchRefused("UNREADABLE")
    if batch.size > MAX_BYTES:
        raise BatchRefused("TOO_LARGE")
    if not is_signed_by(caller.key, request.signature, signed_on_stream(challenge, request.content)):
        raise BatchRefused("SIGNATURE_INVALID")
    try:
        content = pos.ReceiptBatch.FromString(request.content)
    except DecodeError as error:
        raise BatchRefused("UNREADABLE") from error
    owner = (content.store_id, content.terminal_id, content.epoch, content.batch_sequence)
    if owner != (*caller.name, caller.key.epoch, request.batch_sequence):
        raise BatchRefused("NOT_YOURS")
    if len(content.receipts) > MAX_RECEIPTS:
        raise BatchRefused("TOO_LARGE")
    return Sealed(request.batch_sequence, len(content.receipts), request.content, request.signature, challenge)


def partition_of(store_id: str) -> str:
    """The routing key of a store's partition; never changed while batches are under way."""
    return f"{zlib.crc32(store_id.encode()) % TOPOLOGY.pos_partitions:02d}"


class Handover:
    """Makes batches durable. `edge_id` is where their outcomes shall go."""

    def __init__(self, publisher: AsyncPublisher, edge_id: str) -> None:
        self._publisher, self._edge_id = publisher, edge_id

    @property
    def load(self) -> float:
        """Share of the bound for batches that are not confirmed yet."""
        return self._publisher.load

    async def hand_over(self, batch: Sealed, caller: Caller) -> None:
        """Return once the batch is durable. Raises BatchRefused (BUSY): it may have arrived or not."""
        started = real_clock.monotonic()
        try:
            await self._publisher.publish(self._message(batch, caller))
        except BrokerBusy as busy:
            BATCHES.labels("BUSY").inc()
            raise BatchRefused("BUSY") from busy
        ACK_DURATION.observe(real_clock.monotonic() - started)
        BATCHES.labels("acknowledged").inc()
        RECEIPTS.inc(batch.receipts)

    def _message(self, batch: Sealed, caller: Caller) -> Outgoing:
        envelope = ingest.AuthenticatedBatch(
            store_id=caller.store_id,
            terminal_id=caller.terminal_id,
            epoch=caller.key.epoch,
            batch_sequence=batch.batch_sequence,
            content=batch.content,
            signature=batch.signature,
            challenge=batch.challenge,
            edge_id=self._edge_id if batch.receipts else "",
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
