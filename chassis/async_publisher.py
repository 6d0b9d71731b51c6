"""The confirmed publisher for asyncio processes: awaits each message's outcome, many of them at once."""

import asyncio
from contextlib import suppress

from chassis.clocks import real_clock
from chassis.publishing import Outcome, Outgoing, Publisher

_POLL_S = 0.05


class BrokerBusy(Exception):
    """The message was not taken within the bound, or not confirmed; it may have arrived or not. Repeat later."""

    code = "UNAVAILABLE"
    reason = "BROKER_BUSY"


class AsyncPublisher:
    """Wraps a Publisher, whose connection lives in its own thread: a slow event loop does not lose heartbeats.

    At most `limit_bytes` wait for their confirms, and a message waits at most `wait_s` for a connection or for
    room; what is beyond is refused, so that the memory stays bounded while the broker is away.
    """

    def __init__(self, url: str, name: str, *, limit_bytes: int, wait_s: float) -> None:
        self._publisher = Publisher(url, name)
        self._limit_bytes, self._wait_s = limit_bytes, wait_s
        self._underway_bytes = 0
        self._waiting_bytes = 0
        self._room: asyncio.Event = asyncio.Event()
        self._poller: asyncio.Task[None] | None = None

    @property
    def load(self) -> float:
        """Share of the bound that waits, for room or for a confirm; above 1 everything is refused at once."""
        return (self._underway_bytes + self._waiting_bytes) / self._limit_bytes

    @property
    def is_connected(self) -> bool:
        """True while the broker takes messages."""
        return self._publisher.is_connected

    def start(self) -> None:
        """Connect, and connect again for ever; does not wait."""
        self._publisher.start()

    async def stop(self) -> None:
        """Close the connection; what waits for its confirm is refused."""
        await asyncio.to_thread(self._publisher.stop)

    async def publish(self, message: Outgoing) -> None:
        """Return once the broker has the message for good. Raises BrokerBusy."""
        await self._wait_for_room(len(message.body))
        loop = asyncio.get_running_loop()
        settled: asyncio.Future[Outcome] = loop.create_future()

        def tell(outcome: Outcome) -> None:
            if not settled.done():
                settled.set_result(outcome)

        def done(outcome: Outcome) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(tell, outcome)

        self._underway_bytes += len(message.body)
        try:
            if not self._publisher.publish(message, done):
                raise BrokerBusy("the broker is away")
            outcome = await settled
        finally:
            self._underway_bytes -= len(message.body)
        if outcome is not Outcome.CONFIRMED:
            raise BrokerBusy(f"the message was {outcome.value}")

    async def _wait_for_room(self, size: int) -> None:
        if self._has_room(size):
            return
        # What waits is held in memory too, so it counts against the same bound.
        if self._waiting_bytes + size > self._limit_bytes:
            raise BrokerBusy("too much waits already")
        give_up_at = real_clock.monotonic() + self._wait_s
        self._waiting_bytes += size
        try:
            while not self._has_room(size):
                left = give_up_at - real_clock.monotonic()
                if left <= 0:
                    raise BrokerBusy("too much waits for its confirm" if self.is_connected else "the broker is away")
                if self._poller is None or self._poller.done():
                    self._poller = asyncio.create_task(self._poll())
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._room.wait(), left)
        finally:
            self._waiting_bytes -= size

    def _has_room(self, size: int) -> bool:
        return self.is_connected and (not self._underway_bytes or self._underway_bytes + size <= self._limit_bytes)

    async def _poll(self) -> None:
        """One for all that wait: thousands of timers would cost more than the messages."""
        self._room.clear()
        await asyncio.sleep(_POLL_S)
        self._room.set()
