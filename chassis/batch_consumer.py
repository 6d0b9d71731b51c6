"""Takes messages from queues in batches and settles each only when its effect is saved.

The connection lives in its own thread, so that heartbeats go on while the handler (in the caller's thread) works or
waits for the database. For processes without nameko: ingestion of receipts, the audit chains.
"""

import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pika
from pika.channel import Channel

from chassis import metrics
from chassis.amqp import Link
from chassis.clocks import real_clock
from chassis.errors import describe
from chassis.logs import get_logger

log = get_logger()

TRIES = 5  # for a message whose handler fails although the database answers; then it is parked
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.1, 2.0


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message. `headers` are those of the publisher, `message_id` is empty when it gave none."""

    queue: str
    body: bytes
    message_id: str
    headers: Mapping[str, Any]
    connection: int
    tag: int


# Saves the effect of all deliveries and returns, for those that can never be handled, why (by their position).
Handle = Callable[[Sequence[Delivery]], Mapping[int, str]]
# Keeps a message aside, durably, with its reason. False when that did not work now.
Park = Callable[[Delivery, str], bool]


class BatchConsumer(Link):
    """Consumes `queues` with up to `prefetch` unsettled messages of each."""

    def __init__(self, url: str, name: str, queues: Sequence[str], *, prefetch: int) -> None:
        super().__init__(url, name)
        self._queues, self._prefetch = tuple(queues), prefetch
        self._buffer: deque[Delivery] = deque()
        self._arrived = threading.Condition()
        self._number = 0  # of the connection: a delivery of a former one is settled by nobody, it comes again
        self._channel: Channel | None = None
        self._unsettled = 0

    def run(self, handle: Handle, park: Park, stopping: threading.Event, *, batch: int, wait_s: float = 0.0) -> None:
        """Call `handle` with up to `batch` messages at a time until `stopping` is set.

        An exception that means "the storage is away" makes it wait and try the same messages again, for ever;
        with any other the messages are tried one by one, and one that fails 5 times is parked. After a full
        batch nothing is waited for; else up to `wait_s` seconds for more.
        """
        while not stopping.is_set():
            taken = self._take(batch, wait_s, stopping)
            if taken:
                self._work(handle, park, taken, stopping)

    def _take(self, batch: int, wait_s: float, stopping: threading.Event) -> list[Delivery]:
        with self._arrived:
            if not self._buffer:
                self._arrived.wait(0.2)
            if self._buffer and len(self._buffer) < batch and wait_s and not stopping.is_set():
                self._arrived.wait_for(lambda: len(self._buffer) >= batch, wait_s)
            return [self._buffer.popleft() for _ in range(min(batch, len(self._buffer)))]

    def _work(self, handle: Handle, park: Park, taken: Sequence[Delivery], stopping: threading.Event) -> None:
        pause, failures = _FIRST_PAUSE_S, 0
        while not stopping.is_set() and taken[0].connection == self._number:
            try:
                started = real_clock.monotonic()
                refused = handle(taken)
            except Exception as error:
                is_away = describe(error).code == "UNAVAILABLE"
                if not is_away:
                    failures += 1
                    log.exception("batch_failed", connection=self.name, messages=len(taken), tries=failures)
                    if len(taken) > 1:
                        for one in taken:
                            self._work(handle, park, [one], stopping)
                        return
                    if failures >= TRIES:
                        self._park(park, taken[0], f"{type(error).__name__}: {error}"[:500], stopping)
                        return
                else:
                    log.warning("batch_waits_for_storage", connection=self.name, reason=type(error).__name__)
                stopping.wait(pause)
                pause = min(pause * 2, _LONGEST_PAUSE_S)
                continue
            metrics.HANDLER_DURATION.labels(self.name, "done").observe(real_clock.monotonic() - started)
            for position, delivery in enumerate(taken):
                if position in refused:
                    self._park(park, delivery, refused[position], stopping)
                else:
                    self._settle(delivery)
            return

    def _park(self, park: Park, delivery: Delivery, reason: str, stopping: threading.Event) -> None:
        log.error("message_parked", queue=delivery.queue, message_id=delivery.message_id, reason=reason)
        while not stopping.is_set() and delivery.connection == self._number:
            if park(delivery, reason):
                metrics.PARKED_MESSAGES.labels(self.name).inc()
                self._settle(delivery)
                return
            stopping.wait(1.0)

    def _settle(self, delivery: Delivery) -> None:
        def acknowledge() -> None:
            if delivery.connection == self._number and self._channel is not None and self._channel.is_open:
                self._channel.basic_ack(delivery.tag)
                self._count(-1)

        self.call(acknowledge)

    def _on_channel(self, channel: Channel) -> None:
        self._number += 1
        self._channel = channel
        channel.basic_qos(prefetch_count=self._prefetch, callback=lambda _frame: self._consume(channel))

    def _consume(self, channel: Channel) -> None:
        number = self._number
        for queue in self._queues:
            channel.basic_consume(queue, self._receiver(queue, number))
        channel.add_on_cancel_callback(lambda _frame: self._close())  # a queue was deleted: start again
        self._ready()

    def _receiver(self, queue: str, number: int) -> Callable[..., None]:
        def receive(_channel: Channel, method: Any, properties: pika.BasicProperties, body: bytes) -> None:
            found = Delivery(
                queue, body, properties.message_id or "", properties.headers or {}, number, method.delivery_tag
            )
            with self._arrived:
                self._buffer.append(found)
                self._arrived.notify()
            self._count(1)

        return receive

    def _on_lost(self) -> None:
        self._number += 1
        self._channel = None
        with self._arrived:
            self._buffer.clear()
        self._unsettled = 0
        metrics.INFLIGHT_MESSAGES.set(0)

    def _count(self, change: int) -> None:
        """In the connection's thread only."""
        self._unsettled += change
        metrics.INFLIGHT_MESSAGES.set(self._unsettled)
