"""Server streams: bounded in number, ended with their call, their token or their server, whichever comes first.

Each holds a thread, so they have a pool of their own and never take one from the short calls. A handler is a generator
that asks `wait` between its answers and yields at least every few seconds, since the token is looked at again for each.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import grpc

from chassis import metrics
from chassis.errors import ResourceExhausted

MAX_STREAMS = 64
_SPARE_THREADS = 4  # tell the one stream too many that it is one
_closed: ContextVar[threading.Event | None] = ContextVar("saleloop_stream_closed", default=None)


class Streams:
    """The open streams of one server."""

    def __init__(self, limit: int = MAX_STREAMS) -> None:
        self._pool = ThreadPoolExecutor(limit + _SPARE_THREADS, thread_name_prefix="stream")
        self._free = threading.BoundedSemaphore(limit)
        self._open: set[threading.Event] = set()
        self._is_ending = False
        self._lock = threading.Lock()

    def on_own_threads(self, behavior: Callable[..., Any]) -> Callable[..., Any]:
        """`behavior`, which grpc then runs on the threads of the streams."""
        behavior.experimental_thread_pool = self._pool  # type: ignore[attr-defined]  # grpc's own name for it
        return behavior

    @contextmanager
    def opened(self, context: grpc.ServicerContext) -> Iterator[None]:
        """The life of one stream. Raises ResourceExhausted when too many are open."""
        if not self._free.acquire(blocking=False):
            raise ResourceExhausted("TOO_MANY_STREAMS", "too many streams are open; try again later")
        closed = threading.Event()
        try:
            with self._lock:
                self._open.add(closed)
                if self._is_ending:
                    closed.set()
            if not context.add_callback(closed.set):
                closed.set()
            _closed.set(closed)
            metrics.OPEN_STREAMS.inc()
            try:
                yield
            finally:
                metrics.OPEN_STREAMS.dec()
        finally:
            with self._lock:
                self._open.discard(closed)
            self._free.release()

    def end(self) -> None:
        """Let every stream end where it is; new ones end at once."""
        with self._lock:
            self._is_ending = True
            for closed in self._open:
                closed.set()


def wait(seconds: float) -> bool:
    """Pause a stream's handler; False as soon as the stream shall end. Outside a stream it only pauses."""
    closed = _closed.get() or threading.Event()
    return not closed.wait(seconds)
