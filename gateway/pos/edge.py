"""What all streams of a process share: who is connected, what stores tells them, when they must go."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from typing import Any

import grpc
import orjson
from google.protobuf.message import DecodeError

from chassis import logs
from chassis.errors import SaleloopError, Unavailable
from gateway.pos.batches import Handover, ReadBatch
from gateway.pos.keys import TerminalKey, TerminalKeys, TerminalName
from gateway.pos.metrics import OUTCOMES, STREAM_ENDS, STREAMS
from gateway.pos.streams import Stream, StreamEnds
from gateway.pos.tokens import authenticate
from saleloop.pos.v1 import pos_service_pb2 as pos
from saleloop.pos.v1.ingest_pb2 import OutcomesOfBatches

ENROLLED, REVOKED, WANTED = "terminal_enrolled.v1", "terminal_revoked.v1", "receipts_wanted.v1"
_LOOKS_AT_ONCE = 16
log = logs.get_logger(__name__)


class Edge:
    """Everything runs on one event loop."""

    def __init__(self, keys: TerminalKeys, handover: Handover, check_every_s: float) -> None:
        self.keys, self.handover = keys, handover
        self._check_every_s = check_every_s
        self._streams: dict[TerminalName, set[Stream]] = {}
        self._is_stopping = False
        self._missed = asyncio.Event()

    async def stream_receipts(self, batches: AsyncIterator[ReadBatch], context: Any) -> None:
        """The handler of PosService.StreamReceipts."""
        metadata = {str(key): value for key, value in context.invocation_metadata() or ()}
        try:
            caller = await authenticate(str(metadata.get("authorization", "")), self.keys)
            if self._is_stopping:
                raise StreamEnds(grpc.StatusCode.UNAVAILABLE, "STOPPING")
            stream = Stream(caller, self.handover, context)
            with STREAMS.track_inprogress(), self._registered(stream):
                await stream.run(batches)
        except SaleloopError as refusal:
            STREAM_ENDS.labels(refusal.reason).inc()
            await context.abort(grpc.StatusCode[refusal.code], refusal.reason)
        except StreamEnds as end:
            STREAM_ENDS.labels(end.reason).inc()
            await context.abort(end.code, end.reason)

    def hear(self, routing_key: str, content_type: str, body: bytes) -> None:
        """A message of the process's own queue: an event of stores, or outcomes. What cannot be read is nothing."""
        try:
            if routing_key in (ENROLLED, REVOKED):
                self._hear_of_key(routing_key, orjson.loads(body))
            elif routing_key == WANTED:
                self._hear_of_wanted(orjson.loads(body))
            else:
                for outcomes in OutcomesOfBatches.FromString(body).batches:
                    self._hear_outcomes(outcomes)
        except (DecodeError, ValueError, KeyError, TypeError, AttributeError):
            log.warning("message_unreadable", routing_key=routing_key, content_type=content_type)

    def doubt(self) -> None:
        """Events may have been missed: every key is looked at again now."""
        self.keys.doubt()
        self._missed.set()

    async def watch(self) -> None:
        """Look at the keys of open streams in turn, evenly over the time, and at all of them after `doubt`.

        Until cancelled. All at once every time would hold up everybody else who asks stores.
        """
        turns = asyncio.Semaphore(_LOOKS_AT_ONCE)
        while True:
            names = list(self._streams)
            is_urgent = self._missed.is_set()
            self._missed.clear()
            pause_s = 0.0 if is_urgent else self._check_every_s / max(1, len(names))
            async with asyncio.TaskGroup() as looks:
                for name in names:
                    if await self._is_in_doubt_within(pause_s):
                        break  # all of them again, and now
                    looks.create_task(self._look(name, turns))
            if not names:
                await self._is_in_doubt_within(self._check_every_s / 2)

    async def _is_in_doubt_within(self, seconds: float) -> bool:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._missed.wait(), seconds)
        return self._missed.is_set()

    def stop(self) -> None:
        """End every stream; each gets its last acknowledgements."""
        self._is_stopping = True
        for stream in [stream for streams in self._streams.values() for stream in streams]:
            stream.end(grpc.StatusCode.UNAVAILABLE, "STOPPING")

    @contextlib.contextmanager
    def _registered(self, stream: Stream) -> Iterator[None]:
        name = stream.caller.name
        streams = self._streams.setdefault(name, set())
        streams.add(stream)
        try:
            yield
        finally:
            streams.discard(stream)
            if not streams and self._streams.get(name) is streams:
                del self._streams[name]

    async def _look(self, name: TerminalName, turns: asyncio.Semaphore) -> None:
        async with turns:
            try:
                self._require_key(name, await self.keys.get(name, max_age_s=self._check_every_s / 2))
            except Unavailable:
                return  # stores is away: the till goes on selling

    def _hear_of_key(self, routing_key: str, event: dict[str, Any]) -> None:
        name, epoch = (str(event["store_id"]), str(event["terminal_id"])), int(event["epoch"])
        if routing_key == REVOKED:
            self._require_key(name, self.keys.revoked(name, epoch))
        else:
            self._require_key(name, self.keys.enrolled(name, TerminalKey(str(event["public_key"]), epoch)))

    def _hear_of_wanted(self, event: dict[str, Any]) -> None:
        ranges = [(int(each["first"]), int(each["last"])) for each in event["ranges"]]
        name = (str(event["store_id"]), str(event["terminal_id"]))
        self.keys.doubt(name)  # a till that opens its next stream is told then
        for stream in self._streams.get(name, ()):
            if stream.caller.key.epoch == int(event["epoch"]):
                stream.want(ranges)

    def _require_key(self, name: TerminalName, key: TerminalKey | None) -> None:
        for stream in self._streams.get(name, ()):
            if stream.caller.key != key:
                stream.end(grpc.StatusCode.UNAUTHENTICATED, "TERMINAL_REVOKED")

    def _hear_outcomes(self, outcomes: pos.BatchOutcomes) -> None:
        spans = (*outcomes.accepted, *outcomes.duplicates)
        OUTCOMES.inc(len(outcomes.outcomes) + sum([span.last - span.first + 1 for span in spans]))
        for stream in self._streams.get((outcomes.store_id, outcomes.terminal_id), ()):
            if stream.caller.key.epoch == outcomes.epoch:
                stream.tell(pos.StreamReceiptsResponse(outcomes=outcomes))
