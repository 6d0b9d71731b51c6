"""Hears messages while the process lives: a queue of its own that dies with the connection.

For what may be missed: hints that can also be asked for. What must not be missed has a lasting queue.
"""

from collections.abc import Callable, Sequence
from typing import Any

from pika.channel import Channel

from chassis.amqp import Link
from chassis.ids import new_id

# Routing key, content type and body of a message; runs in the connection's thread and must be quick.
Hear = Callable[[str, str, bytes], None]


class Listener(Link):
    """Binds an exclusive queue `<prefix>.<id>` to (exchange, routing key) pairs and hears until it is stopped.

    `on_ready` is called after each connection: what was said before was missed.
    """

    def __init__(
        self,
        url: str,
        name: str,
        prefix: str,
        bindings: Sequence[tuple[str, str]],
        hear: Hear,
        on_ready: Callable[[], None],
    ) -> None:
        super().__init__(url, name)
        self._prefix, self._bindings, self._hear, self._on_ready = prefix, tuple(bindings), hear, on_ready

    def _on_channel(self, channel: Channel) -> None:
        # A new name each time: the broker may still hold the last queue for a connection that it believes alive, and
        # refuses an exclusive queue to anybody else (RESOURCE_LOCKED).
        queue = f"{self._prefix}.{new_id()}"
        arguments = {"x-queue-type": "classic"}  # the virtual host's default, quorum, cannot be exclusive

        def bind(left: int) -> None:
            if left == len(self._bindings):
                channel.basic_consume(queue, self._receive, auto_ack=True, callback=lambda _frame: self._ready())
                return
            exchange, key = self._bindings[left]
            channel.queue_bind(queue, exchange, key, callback=lambda _frame: bind(left + 1))

        channel.add_on_cancel_callback(lambda _frame: self._abort())
        channel.queue_declare(
            queue, exclusive=True, auto_delete=True, arguments=arguments, callback=lambda _frame: bind(0)
        )

    def _ready(self) -> None:
        super()._ready()
        self._on_ready()

    def _receive(self, _channel: Channel, method: Any, properties: Any, body: bytes) -> None:
        self._hear(method.routing_key, properties.content_type or "", body)
