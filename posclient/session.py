"""One connection of a till: every waiting batch from the oldest on, as many at once as the platform gives credits."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

import grpc
import grpc.aio

from posclient.signing import Signer
from posclient.store import Identity, LocalStore
from saleloop.pos.v1 import pos_service_pb2 as pos
from saleloop.pos.v1.pos_service_pb2_grpc import PosServiceStub

WELCOME_TIMEOUT_S = 10.0
ACKNOWLEDGE_TIMEOUT_S = 30.0
BUSY_PAUSE_S = 1.0
MAX_RECEIPTS = 500


OnOutcomes = Callable[[pos.BatchOutcomes], None]


def spelt_out(told: pos.BatchOutcomes) -> pos.BatchOutcomes:
    """The same with every receipt in `outcomes`, ascending by number, also those that came as spans."""
    found = list(told.outcomes)
    for spans, outcome in ((told.accepted, pos.OUTCOME_ACCEPTED), (told.duplicates, pos.OUTCOME_DUPLICATE)):
        for span in spans:
            # A batch holds at most 500 receipts, whatever is said here.
            numbers = range(span.first, min(span.last, span.first + MAX_RECEIPTS - 1) + 1)
            found += [pos.ReceiptOutcome(number=number, outcome=outcome) for number in numbers]
    return pos.BatchOutcomes(
        store_id=told.store_id,
        terminal_id=told.terminal_id,
        epoch=told.epoch,
        batch_sequence=told.batch_sequence,
        outcomes=sorted(found, key=lambda each: each.number),
    )


class SessionEnded(Exception):
    """The connection is over; what is not acknowledged is sent again over the next one."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Session:
    """`work` is set when receipts were added; `tell` is called when something changed, `on_outcomes` with what
    became of a batch. `refusals` counts refused batches by reason."""

    def __init__(
        self,
        store: LocalStore,
        identity: Identity,
        work: asyncio.Event,
        tell: Callable[[], None],
        on_outcomes: OnOutcomes,
        refusals: Counter[str],
    ) -> None:
        self._store, self._work, self._tell, self._on_outcomes = store, work, tell, on_outcomes
        self._refusals = refusals
        self._epoch, self._signer = identity.epoch, Signer(identity)
        self._challenge = b""
        self._call: Any = None
        self._credits = 0
        self._underway: dict[int, float] = {}
        self._moved = asyncio.Event()
        self.is_welcome = False
        self.was_welcome = False

    def hang_up(self) -> None:
        """End the connection at once, as a pulled cable does."""
        if self._call is not None:
            self._call.cancel()

    async def run(self, channel: grpc.aio.Channel, token: str) -> None:
        """Until the connection ends. Raises SessionEnded, always."""
        stub: Any = PosServiceStub(channel)
        self._call = stub.StreamReceipts(metadata=(("authorization", f"Bearer {token}"),))
        sender: asyncio.Task[None] | None = None
        guard = asyncio.get_running_loop().call_later(WELCOME_TIMEOUT_S, self.hang_up)
        try:
            await self._welcome()
            guard.cancel()
            sender = asyncio.create_task(self._send())
            while (answer := await self._call.read()) is not grpc.aio.EOF:
                self._take(answer)
            raise SessionEnded(await self._call.details() or "CLOSED")
        except grpc.aio.AioRpcError as error:
            raise SessionEnded(error.details() or error.code().name) from error
        except asyncio.CancelledError:
            # Two cancellations look the same: of this task (pass it on), and of the call by hang_up().
            if (task := asyncio.current_task()) is not None and task.cancelling():
                raise
            raise SessionEnded("HUNG_UP") from None
        finally:
            self.is_welcome = False
            guard.cancel()
            if sender is not None:
                sender.cancel()
            self._call.cancel()

    async def _welcome(self) -> None:
        first = await self._call.read()
        if first is grpc.aio.EOF or first.WhichOneof("message") != "welcome":
            raise SessionEnded(await self._call.details() or "NO_WELCOME")
        if first.welcome.epoch != self._epoch:
            raise SessionEnded("OTHER_EPOCH")
        self._challenge = first.welcome.challenge
        self._store.skip_counted(first.welcome.high_water_mark)
        self._credits = max(1, first.welcome.credits)
        self.is_welcome = self.was_welcome = True
        self._tell()

    async def _send(self) -> None:
        last = 0
        while True:
            self._moved.clear()
            self._work.clear()
            batch = self._store.next_batch(after=last) if len(self._underway) < self._credits else None
            if batch is None:
                await self._wait()
                if not self._underway:
                    last = 0  # also what was refused as busy comes again, from the oldest on
                continue
            last = batch.sequence
            self._underway[last] = asyncio.get_running_loop().time()
            await self._call.write(self._signer.request(batch, self._challenge))

    async def _wait(self) -> None:
        """Until something can be sent, or an acknowledgement is overdue (then the connection is given up)."""
        waits = [asyncio.create_task(self._work.wait()), asyncio.create_task(self._moved.wait())]
        try:
            await asyncio.wait(waits, timeout=ACKNOWLEDGE_TIMEOUT_S, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        oldest = min(self._underway.values(), default=None)
        if oldest is not None and asyncio.get_running_loop().time() - oldest > ACKNOWLEDGE_TIMEOUT_S:
            self.hang_up()

    def _take(self, answer: pos.StreamReceiptsResponse) -> None:
        if answer.WhichOneof("message") == "acknowledged":
            sequence = answer.acknowledged.batch_sequence
            self._store.acknowledge(sequence)
            self._credits = max(1, answer.acknowledged.credits)
            self._underway.pop(sequence, None)
        elif answer.WhichOneof("message") == "refused":
            self._refused(answer.refused.batch_sequence, answer.refused.reason)
        elif answer.WhichOneof("message") == "outcomes":
            self._on_outcomes(spelt_out(answer.outcomes))
        elif answer.WhichOneof("message") == "wanted":
            for wanted in answer.wanted.ranges:
                self._store.want(wanted.first, wanted.last)
        self._moved.set()
        self._tell()

    def _refused(self, sequence: int, reason: str) -> None:
        self._refusals[reason] += 1
        if reason == "TOO_LARGE":
            self._store.split(sequence)
            self._underway.pop(sequence, None)
        elif reason in ("UNREADABLE", "NOT_YOURS"):
            for broken in [sequence] if sequence else list(self._underway):
                self._store.set_aside(broken, reason)
                self._underway.pop(broken, None)
        elif reason in ("SIGNATURE_INVALID", "REPLAYED"):
            self.hang_up()  # this stream and the till do not agree: over a new one it is signed anew
        else:  # busy: counts as under way for a moment, so that nothing more is sent meanwhile
            asyncio.get_running_loop().call_later(BUSY_PAUSE_S, self._again, sequence)

    def _again(self, sequence: int) -> None:
        self._underway.pop(sequence, None)
        self._moved.set()
