"""One open stream of a terminal: reads batches, acknowledges them once they are durable, ends when it must."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterable
from typing import Any

import grpc
import grpc.aio

from chassis import logs
from gateway.pos.batches import BatchRefused, Handover, ReadBatch, Sealed, unseal
from gateway.pos.metrics import BATCHES
from gateway.pos.repeats import Repeats
from gateway.pos.signatures import CHALLENGE_BYTES
from gateway.pos.tokens import Caller
from saleloop.pos.v1 import pos_service_pb2 as pos

CREDITS = 8
# A terminal that does not read loses outcomes, which it may ask for, and never acknowledgements.
MAX_UNREAD = 64
END_WAIT_S = 3.0
log = logs.get_logger(__name__)


class StreamEnds(Exception):
    """The edge ends the stream; `code` and `reason` reach the terminal."""

    def __init__(self, code: grpc.StatusCode, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


class Stream:
    """Answers go through a queue, since grpc allows one writer; at most CREDITS batches are under way."""

    def __init__(self, caller: Caller, handover: Handover, context: Any) -> None:
        self.caller = caller
        self._handover, self._context = handover, context
        self._challenge = secrets.token_bytes(CHALLENGE_BYTES)
        self._repeats = Repeats()
        self._answers: asyncio.Queue[pos.StreamReceiptsResponse | StreamEnds | None] = asyncio.Queue()
        self._slots = asyncio.Semaphore(CREDITS)
        self._underway: set[asyncio.Task[None]] = set()
        self._end = asyncio.Event()
        self._cut_with: StreamEnds | None = None

    async def run(self, batches: AsyncIterator[ReadBatch]) -> None:
        """Until the terminal is done, goes away, or must go. Raises StreamEnds."""
        await self._context.write(pos.StreamReceiptsResponse(welcome=self._welcome()))
        self.want(self.caller.key.wanted)
        # An empty batch tells stores that the terminal was heard, also when it has nothing to sell.
        self._start(Sealed(0, 0, b""), is_told=False)
        reader, writer = asyncio.create_task(self._read(batches)), asyncio.create_task(self._answer())
        cut = asyncio.create_task(self._cut())
        try:
            await asyncio.wait({writer, cut}, return_when=asyncio.FIRST_COMPLETED)
            await (writer if writer.done() else cut)
        finally:
            for task in (reader, writer, cut):
                task.cancel()

    def end(self, code: grpc.StatusCode, reason: str) -> None:
        """Take nothing more and end; what is under way is acknowledged before, when the terminal reads it in time."""
        self._answers.put_nowait(StreamEnds(code, reason))
        self._cut_with = StreamEnds(code, reason)
        self._end.set()

    def tell(self, message: pos.StreamReceiptsResponse) -> None:
        """Send what may be missed: outcomes, wanted numbers."""
        if self._answers.qsize() < MAX_UNREAD:
            self._answers.put_nowait(message)

    def want(self, ranges: Iterable[tuple[int, int]]) -> None:
        """Ask the terminal for these numbers (first, last) again."""
        wanted = pos.ReceiptsWanted(ranges=[pos.WantedRange(first=first, last=last) for first, last in ranges])
        if wanted.ranges:
            self.tell(pos.StreamReceiptsResponse(wanted=wanted))

    def _welcome(self) -> pos.Welcome:
        return pos.Welcome(
            store_id=self.caller.store_id,
            terminal_id=self.caller.terminal_id,
            epoch=self.caller.key.epoch,
            credits=self._credits(),
            challenge=self._challenge,
            high_water_mark=self.caller.key.high_water_mark,
        )

    def _credits(self) -> int:
        """Fewer when much waits for the broker, so that terminals slow down before they are refused."""
        load = self._handover.load
        return CREDITS if load < 0.25 else CREDITS // 2 if load < 0.5 else 1

    async def _answer(self) -> None:
        while (answer := await self._answers.get()) is not None:
            if isinstance(answer, StreamEnds):
                await self._write_what_is_underway()
                raise answer
            await self._write(answer)

    async def _cut(self) -> None:
        """The last word against a terminal that does not read."""
        await self._end.wait()
        await asyncio.sleep(END_WAIT_S)
        if self._cut_with is not None:
            raise self._cut_with

    async def _write(self, answer: pos.StreamReceiptsResponse) -> None:
        await self._context.write(answer)
        if answer.WhichOneof("message") in ("acknowledged", "refused"):
            # Only now: a terminal that sends and never reads must not fill the memory with answers.
            self._slots.release()

    async def _write_what_is_underway(self) -> None:
        if self._underway:
            await asyncio.wait(self._underway, timeout=END_WAIT_S)
        while not self._answers.empty():
            answer = self._answers.get_nowait()
            if isinstance(answer, pos.StreamReceiptsResponse):
                await self._write(answer)

    async def _read(self, batches: AsyncIterator[ReadBatch]) -> None:
        try:
            await self._slots.acquire()
            async for batch in batches:
                if self._end.is_set():
                    break
                self._take(batch)
                await self._slots.acquire()
            if self._underway:
                await asyncio.wait(self._underway)
        except grpc.aio.AbortError:
            log.debug("stream aborted")
        finally:
            self._answers.put_nowait(None)

    def _take(self, batch: ReadBatch) -> None:
        sequence = batch.request.batch_sequence if batch.request is not None else 0
        try:
            sealed = unseal(batch, self.caller, self._challenge)
            if not self._repeats.take(sealed.batch_sequence):
                raise BatchRefused("REPLAYED")
        except BatchRefused as refused:
            BATCHES.labels(refused.reason).inc()
            self._refuse(sequence, refused.reason)
        else:
            self._start(sealed)

    def _start(self, batch: Sealed, *, is_told: bool = True) -> None:
        """Goes on when the stream ends: what was read is published, and the terminal's repetition changes nothing."""
        task = asyncio.create_task(self._hand_over(batch, is_told=is_told))
        self._underway.add(task)
        task.add_done_callback(self._underway.discard)

    async def _hand_over(self, batch: Sealed, *, is_told: bool) -> None:
        try:
            await self._handover.hand_over(batch, self.caller)
        except BatchRefused as refused:
            self._repeats.forget(batch.batch_sequence)
            if is_told:
                self._refuse(batch.batch_sequence, refused.reason)
            return
        if is_told:
            done = pos.BatchAcknowledged(batch_sequence=batch.batch_sequence, credits=self._credits())
            self._answers.put_nowait(pos.StreamReceiptsResponse(acknowledged=done))

    def _refuse(self, sequence: int, reason: str) -> None:
        refused = pos.BatchRefused(batch_sequence=sequence, reason=reason)
        self._answers.put_nowait(pos.StreamReceiptsResponse(refused=refused))
