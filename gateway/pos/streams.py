"""One open stream of a terminal: reads batches, acknowledges them once they are durable, ends when it must."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import suppress
from typing import Any

import grpc
import grpc.aio

from chassis import logs
from chassis.async_publisher import AsyncPublisher
from chassis.errors import SaleloopError, Unavailable
from gateway.pos.batches import ReadBatch, hand_over
from gateway.pos.keys import TerminalKeys
from gateway.pos.metrics import STREAM_ENDS, STREAMS
from gateway.pos.tokens import Caller, authenticate
from saleloop.pos.v1 import pos_service_pb2 as pos

CREDITS = 8
log = logs.get_logger(__name__)


class StreamEnds(Exception):
    """The edge ends the stream; `code` and `reason` reach the terminal."""

    def __init__(self, code: grpc.StatusCode, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


class Edge:
    """What all streams of a process share."""

    def __init__(self, keys: TerminalKeys, publisher: AsyncPublisher, check_every_s: float) -> None:
        self.keys, self.publisher, self.check_every_s = keys, publisher, check_every_s
        self.stopping = asyncio.Event()

    async def stream_receipts(self, batches: AsyncIterator[ReadBatch], context: Any) -> None:
        """The handler of PosService.StreamReceipts."""
        metadata = {str(key): value for key, value in context.invocation_metadata() or ()}
        try:
            caller = await authenticate(str(metadata.get("authorization", "")), self.keys)
            if self.stopping.is_set():
                raise StreamEnds(grpc.StatusCode.UNAVAILABLE, "STOPPING")
            with STREAMS.track_inprogress():
                await _Stream(self, caller, context).run(batches)
        except SaleloopError as refusal:
            STREAM_ENDS.labels(refusal.reason).inc()
            await context.abort(grpc.StatusCode[refusal.code], refusal.reason)
        except StreamEnds as end:
            STREAM_ENDS.labels(end.reason).inc()
            await context.abort(end.code, end.reason)


class _Stream:
    """Answers go through a queue, since grpc allows one writer; at most CREDITS batches are under way."""

    def __init__(self, edge: Edge, caller: Caller, context: Any) -> None:
        self._edge, self._caller, self._context = edge, caller, context
        self._answers: asyncio.Queue[pos.StreamReceiptsResponse | StreamEnds | None] = asyncio.Queue()
        self._slots = asyncio.Semaphore(CREDITS)
        self._underway: set[asyncio.Task[object]] = set()

    async def run(self, batches: AsyncIterator[ReadBatch]) -> None:
        """Until the terminal is done, goes away, or must go."""
        welcome = pos.Welcome(
            store_id=self._caller.store_id,
            terminal_id=self._caller.terminal_id,
            epoch=self._caller.key.epoch,
            credits=CREDITS,
        )
        # An empty batch tells stores that the terminal was heard, also when it has nothing to sell.
        self._start(hand_over(ReadBatch(pos.StreamReceiptsRequest(), 0), self._caller, self._edge.publisher))
        await self._context.write(pos.StreamReceiptsResponse(welcome=welcome))
        helpers = [asyncio.create_task(self._read(batches)), asyncio.create_task(self._watch())]
        try:
            await self._answer()
        finally:
            for helper in helpers:
                helper.cancel()

    async def _answer(self) -> None:
        while (answer := await self._answers.get()) is not None:
            if isinstance(answer, StreamEnds):
                await self._write_what_is_underway()
                raise answer
            await self._context.write(answer)

    async def _write_what_is_underway(self) -> None:
        if self._underway:
            await asyncio.wait(self._underway, timeout=5.0)
        while not self._answers.empty():
            answer = self._answers.get_nowait()
            if isinstance(answer, pos.StreamReceiptsResponse):
                await self._context.write(answer)

    async def _read(self, batches: AsyncIterator[ReadBatch]) -> None:
        try:
            async for batch in batches:
                await self._slots.acquire()
                self._start(self._hand_over(batch))
            if self._underway:
                await asyncio.wait(self._underway)
        except grpc.aio.AbortError:
            log.debug("stream aborted")
        finally:
            self._answers.put_nowait(None)

    def _start(self, work: Coroutine[Any, Any, object]) -> None:
        """Goes on when the stream ends: what was read is published, and the terminal's repetition changes nothing."""
        task = asyncio.create_task(work)
        self._underway.add(task)
        task.add_done_callback(self._underway.discard)

    async def _hand_over(self, batch: ReadBatch) -> None:
        try:
            reason = await hand_over(batch, self._caller, self._edge.publisher)
        finally:
            self._slots.release()
        sequence = batch.request.batch_sequence if batch.request is not None else 0
        if reason:
            answer = pos.StreamReceiptsResponse(refused=pos.BatchRefused(batch_sequence=sequence, reason=reason))
        else:
            done = pos.BatchAcknowledged(batch_sequence=sequence, credits=CREDITS)
            answer = pos.StreamReceiptsResponse(acknowledged=done)
        self._answers.put_nowait(answer)

    async def _watch(self) -> None:
        """End the stream when the process stops, or when the terminal's key is no longer the one that opened it."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._edge.stopping.wait(), self._edge.check_every_s)
                self._answers.put_nowait(StreamEnds(grpc.StatusCode.UNAVAILABLE, "STOPPING"))
                return
            try:
                key = await self._edge.keys.get(self._caller.name, max_age_s=self._edge.check_every_s / 2)
            except Unavailable:
                continue  # stores is away: the till goes on selling
            if key != self._caller.key:
                self._answers.put_nowait(StreamEnds(grpc.StatusCode.UNAUTHENTICATED, "TERMINAL_REVOKED"))
                return
