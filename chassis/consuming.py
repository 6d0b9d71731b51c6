"""Taking messages from queues over one connection; every delivery is answered on the channel that it came from."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pika
from pika.channel import Channel

from chassis.amqp import Link


@dataclass(frozen=True)
class Delivery:
    """One message, until it is answered. `headers` as received."""

    queue: str
    routing_key: str
    body: bytes
    headers: dict[str, Any]
    message_id: str
    content_type: str
    _link: Link
    _channel: Channel
    _tag: int

    @property
    def is_stale(self) -> bool:
        """True when the connection fell meanwhile: the broker delivers the message again, an answer is not possible."""
        return not self._channel.is_open

    def ack(self) -> None:
        """The message is dealt with."""
        self._link.call(lambda: None if self.is_stale else self._channel.basic_ack(self._tag))

    def requeue(self) -> None:
        """Give it back unanswered; counts towards the queue's delivery limit."""
        self._link.call(lambda: None if self.is_stale else self._channel.basic_nack(self._tag, requeue=True))


class Consumer(Link):
    """Consumes `queues`, which must exist; `on_delivery` runs in the connection's thread and must be quick.

    `prefetch` is the number of unanswered messages for each queue.
    """

    def __init__(
        self, url: str, name: str, queues: Iterable[str], prefetch: int, on_delivery: Callable[[Delivery], None]
    ) -> None:
        super().__init__(url, name)
        self._queues = tuple(queues)
        self._prefetch = prefetch
        self._on_delivery = on_delivery
        self._channel: Channel | None = None
        self._tags: dict[str, str] = {}

    def consume(self, queues: Iterable[str]) -> None:
        """From now on consume these queues; held messages of the others may still be answered."""
        wanted = tuple(queues)
        self._queues = wanted
        self.call(lambda: self._change(wanted))

    def cancel(self) -> None:
        """Take no new messages; those that are held may still be answered."""
        self.consume(())

    def _on_channel(self, channel: Channel) -> None:
        self._channel = channel
        self._tags = {}
        channel.add_on_cancel_callback(lambda _frame: self._abort())  # the queue was deleted under us
        channel.basic_qos(prefetch_count=self._prefetch, callback=lambda _frame: self._consume(channel))

    def _consume(self, channel: Channel) -> None:
        remaining = set(self._queues)

        def consuming(queue: str, _frame: Any) -> None:
            remaining.discard(queue)
            if not remaining:
                self._ready()

        for queue in self._queues:
            receive = partial(self._receive, queue)
            self._tags[queue] = channel.basic_consume(queue, receive, callback=partial(consuming, queue))
        if not remaining:
            self._ready()

    def _receive(
        self, queue: str, channel: Channel, method: Any, properties: pika.BasicProperties, body: bytes
    ) -> None:
        self._on_delivery(
            Delivery(
                queue=queue,
                routing_key=method.routing_key,
                body=body,
                headers=dict(properties.headers or {}),
                message_id=properties.message_id or "",
                content_type=properties.content_type or "",
                _link=self,
                _channel=channel,
                _tag=method.delivery_tag,
            )
        )

    def _ready(self) -> None:
        super()._ready()
        self._change(self._queues)  # they may have changed while the first ones were being opened

    def _change(self, queues: tuple[str, ...]) -> None:
        channel = self._channel
        if channel is None or not channel.is_open or not self.is_connected:
            return  # the queues are consumed when the channel is open
        for queue in [queue for queue in self._tags if queue not in queues]:
            channel.basic_cancel(self._tags.pop(queue))
        for queue in queues:
            if queue not in self._tags:
                self._tags[queue] = channel.basic_consume(queue, partial(self._receive, queue))
