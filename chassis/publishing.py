"""Publishing with pipelined confirms: nothing blocks, and every message gets its outcome."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from itertools import takewhile
from typing import Any

import pika
from pika.channel import Channel

from chassis import metrics
from chassis.amqp import Link
from chassis.clocks import real_clock
from chassis.logs import get_logger

log = get_logger()

_CONFIRM_S = 5.0


class Outcome(Enum):
    """What became of a published message."""

    CONFIRMED = "confirmed"
    RETURNED = "returned"  # no queue took it
    LOST = "lost"  # not confirmed in time, or the connection fell: it may have arrived or not


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A persistent message; a mandatory one is returned when no queue takes it. `headers`: strings and integers."""

    exchange: str
    routing_key: str
    body: bytes
    message_id: str
    headers: dict[str, str | int]
    content_type: str = "application/json"
    mandatory: bool = True


Done = Callable[[Outcome], None]


class Publisher(Link):
    """Publishes with pipelined confirms, mandatory. `done` is called in the publisher's thread and must be quick."""

    def __init__(self, url: str, name: str) -> None:
        super().__init__(url, name)
        self._waiting: deque[tuple[Outgoing, Done]] = deque()
        self._unconfirmed: dict[int, tuple[Outgoing, Done, float]] = {}
        self._returned: set[str] = set()
        self._sent = 0
        self._channel: Channel | None = None
        self._is_waking = False

    def publish(self, message: Outgoing, done: Done) -> bool:
        """Send soon, without blocking. False when the broker is away: nothing was done then."""
        if not self.is_connected:
            return False
        self._waiting.append((message, done))
        if not self._is_waking:
            self._is_waking = True
            self.call(self._send)
        return True

    def publish_and_wait(self, message: Outgoing, timeout: float = 6.0) -> Outcome:
        """Send and wait for what becomes of it. Not for the publisher's own thread."""
        settled = threading.Event()
        outcomes: list[Outcome] = []

        def done(outcome: Outcome) -> None:
            outcomes.append(outcome)
            settled.set()

        if not self.publish(message, done) or not settled.wait(timeout):
            return Outcome.LOST
        return outcomes[0]

    def _on_channel(self, channel: Channel) -> None:
        self._channel = channel
        self._sent = 0
        channel.add_on_return_callback(lambda _channel, _method, properties, _body: self._back(properties))
        channel.confirm_delivery(self._confirmed, callback=lambda _frame: self._ready())

    def _ready(self) -> None:
        metrics.BROKER_CONNECTED.set(1)
        super()._ready()
        self._send()  # what was given just when the last connection fell

    def _send(self) -> None:
        self._is_waking = False
        while self._waiting and self._channel is not None and self._channel.is_open:
            message, done = self._waiting.popleft()
            properties = pika.BasicProperties(
                content_type=message.content_type,
                delivery_mode=2,
                message_id=message.message_id,
                headers=message.headers,
            )
            self._sent += 1
            self._unconfirmed[self._sent] = (message, done, real_clock.monotonic())
            self._channel.basic_publish(
                message.exchange, message.routing_key, message.body, properties, mandatory=message.mandatory
            )

    def _confirmed(self, frame: Any) -> None:
        last = frame.method.delivery_tag
        tags = list(takewhile(last.__ge__, self._unconfirmed)) if frame.method.multiple else [last]
        is_acked = isinstance(frame.method, pika.spec.Basic.Ack)
        for tag in tags:
            message, done, _ = self._unconfirmed.pop(tag)
            was_returned = message.message_id in self._returned
            self._returned.discard(message.message_id)
            done((Outcome.RETURNED if was_returned else Outcome.CONFIRMED) if is_acked else Outcome.LOST)

    def _back(self, properties: pika.BasicProperties) -> None:
        self._returned.add(properties.message_id)

    def _on_second(self) -> None:
        oldest = next(iter(self._unconfirmed.values()), None)
        if oldest is not None and real_clock.monotonic() - oldest[2] > _CONFIRM_S:
            log.warning("broker_confirm_missing", connection=self.name, unconfirmed=len(self._unconfirmed))
            self._abort()

    def _on_lost(self) -> None:
        metrics.BROKER_CONNECTED.set(0)
        self._channel = None
        lost = [done for _, done, _ in self._unconfirmed.values()]
        while self._waiting:
            lost.append(self._waiting.popleft()[1])
        self._unconfirmed.clear()
        self._returned.clear()
        for done in lost:
            done(Outcome.LOST)
