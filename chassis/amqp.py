"""Connections to the broker: each runs in its own thread (a greenthread where eventlet has patched) and comes back.

The only place, with its neighbours publishing.py, declare.py and queues.py, that knows pika.
"""

import itertools
import logging
import random
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pika
from pika.channel import Channel
from pika.exceptions import AMQPError

from chassis import metrics
from chassis.logs import get_logger

log = get_logger()

_HEARTBEAT_S = 10
_BLOCKED_S = 5.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.1, 2.0
_KEEPALIVE = {"TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3}


def parameters(url: str, name: str) -> list[pika.URLParameters]:
    """How every connection of the project is made: one for each node of the broker, to be tried in turn.

    A cluster's nodes stand in one URL with commas between: `amqp://user:password@one:5672,two:5672/vhost`. Their
    order is random, so that processes spread over them. `name` is shown in the broker's lists.
    """
    parts = urlsplit(url)
    user, at, hosts = parts.netloc.rpartition("@")
    made = [_to_node(urlunsplit(parts._replace(netloc=f"{user}{at}{host}")), name) for host in hosts.split(",")]
    random.shuffle(made)
    return made


def _to_node(url: str, name: str) -> pika.URLParameters:
    made = pika.URLParameters(url)
    made.heartbeat = _HEARTBEAT_S
    made.blocked_connection_timeout = _BLOCKED_S
    made.socket_timeout = 3.0
    made.stack_timeout = 5.0
    made.tcp_options = _KEEPALIVE
    made.client_properties = {"connection_name": name}
    return made


class Link:
    """One connection with one channel, each time to the next node of the broker.

    Subclasses say what happens on the channel; all `_on_*` run in its thread.
    """

    def __init__(self, url: str, name: str) -> None:
        self.name = name
        self._nodes = itertools.cycle(parameters(url, name))
        self._connection: Any = None
        self._stopping = threading.Event()
        self._connected = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def is_connected(self) -> bool:
        """True while the channel is open and not blocked."""
        return self._connected.is_set()

    def start(self) -> None:
        """Connect, and connect again for ever; does not wait."""
        logging.getLogger("pika").setLevel(logging.CRITICAL)  # seven lines for each failed attempt; ours is one
        self._thread.start()

    def wait_connected(self, timeout: float) -> bool:
        """True when the channel was open within `timeout` seconds."""
        return self._connected.wait(timeout)

    def stop(self, timeout: float = 5.0) -> None:
        """Close the connection and end the thread."""
        self._stopping.set()
        self.call(self._close)
        self._thread.join(timeout)

    def call(self, what: Callable[[], None]) -> None:
        """Run `what` soon in the connection's thread; dropped when there is no connection."""
        connection = self._connection
        if connection is not None:
            try:
                connection.ioloop.add_callback_threadsafe(what)
            except (OSError, AttributeError, AMQPError):  # its loop has ended this very moment
                return

    def _on_channel(self, channel: Channel) -> None:
        """The channel is open: set it up, then call `_ready`."""
        raise NotImplementedError  # every subclass has its own

    def _on_lost(self) -> None:
        """The connection is gone with everything that was under way."""

    def _on_second(self) -> None:
        """Called every second while connected."""

    def _ready(self) -> None:
        self._connected.set()

    def _run(self) -> None:
        pause = _FIRST_PAUSE_S
        while not self._stopping.is_set():
            was_connected = self._live()
            if self._stopping.is_set():
                return
            pause = _FIRST_PAUSE_S if was_connected else min(pause * 2, _LONGEST_PAUSE_S)
            self._stopping.wait(pause)

    def _live(self) -> bool:
        """One connection from its opening to its end; True when it was of use."""
        connection = pika.SelectConnection(
            next(self._nodes),
            on_open_callback=lambda opened: opened.channel(on_open_callback=self._opened),
            on_open_error_callback=lambda failed, error: self._ended(failed, error),
            on_close_callback=lambda closed, reason: self._ended(closed, reason),
        )
        self._connection = connection
        if self._stopping.is_set():  # stop() looked for a connection before there was one
            self._close()
        try:
            connection.ioloop.start()
        except Exception:  # a thread that dies here would silence the process for ever
            log.exception("broker_connection_failed", connection=self.name)
        self._connection = None
        was_connected = self._connected.is_set()
        self._connected.clear()
        self._on_lost()
        connection.ioloop.close()
        return was_connected

    def _opened(self, channel: Channel) -> None:
        channel.add_on_close_callback(lambda _closed, reason: self._channel_closed(reason))
        connection = channel.connection
        connection.add_on_connection_blocked_callback(lambda *_: self._connected.clear())
        connection.add_on_connection_unblocked_callback(lambda *_: self._connected.set())
        connection.ioloop.call_later(1, self._second)
        self._on_channel(channel)

    def _second(self) -> None:
        connection = self._connection
        if connection is not None and connection.is_open:
            self._on_second()
            connection.ioloop.call_later(1, self._second)

    def _channel_closed(self, reason: Exception) -> None:
        if not self._stopping.is_set():
            log.warning("broker_channel_closed", connection=self.name, reason=str(reason))
        self._close()

    def _close(self) -> None:
        connection = self._connection
        if connection is None:
            return
        if connection.is_open:
            connection.close()
        elif connection.is_closed:
            connection.ioloop.stop()

    def _ended(self, connection: Any, reason: Any) -> None:
        if not self._stopping.is_set():
            metrics.BROKER_RECONNECTS.inc()
            log.warning("broker_connection_lost", connection=self.name, reason=str(reason) or type(reason).__name__)
        connection.ioloop.stop()

    def _abort(self) -> None:
        """Give the connection up without waiting for a broker that does not answer."""
        connection = self._connection
        if connection is not None and connection.is_open:
            connection._terminate_stream(AMQPError("given up"))
