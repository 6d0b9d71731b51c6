"""Takes messages from queues in batches and acknowledges each only when its effect is saved.

The connection lives in its own thread, so that heartbeats go on while the handler (in the caller's thread) works or
waits for the database. For processes without nameko: ingestion of receipts, the audit chains.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence

from chassis import metrics
from chassis.clocks import real_clock
from chassis.consuming import Consumer, Delivery
from chassis.errors import describe
from chassis.events import TRIES, Park
from chassis.logs import get_logger
from chassis.outcomes import Settler
from chassis.publishing import Publisher

log = get_logger()

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.1, 2.0
_POLL_S = 0.2

# Saves the effect of all deliveries; returns why, by position, for those that can never be handled.
Handle = Callable[[Sequence[Delivery]], Mapping[int, str]]


class BatchConsumer:
    """Consumes `queues` for `service` with up to `prefetch` unanswered messages of each."""

    def __init__(self, url: str, service: str, name: str, queues: Iterable[str], *, prefetch: int) -> None:
        self._name = name
        self._stopping = threading.Event()
        self._buffer: deque[Delivery] = deque()
        self._arrived = threading.Condition()
        self._consumer = Consumer(url, name, queues, prefetch, self._receive)
        # Publishing has its own connection: one that the broker blocks must not stop the answers.
        self._publisher = Publisher(url, f"{name}-parked")
        self._settler = Settler(service, self._publisher, self._stopping.is_set)

    @property
    def is_connected(self) -> bool:
        """True while messages can arrive and be parked."""
        return self._consumer.is_connected and self._publisher.is_connected

    def consume(self, queues: Iterable[str]) -> None:
        """Consume other queues from now on; what is held of the former ones is still handled."""
        self._consumer.consume(queues)

    def stop(self) -> None:
        """Let `run` return after the batch that it works on; safe in a signal handler."""
        self._stopping.set()

    def run(self, handle: Handle, *, batch: int, wait_s: float = 0.0) -> None:
        """Call `handle` with up to `batch` messages at a time until `stop()`.

        With fewer at hand up to `wait_s` seconds are waited for more. An exception that means "the storage is away"
        makes it wait and try the same messages again, for ever; with any other the messages are tried one by one,
        and one that fails 5 times is parked.
        """
        self._publisher.start()
        self._consumer.start()
        while not self._stopping.is_set():
            taken = self._take(batch, wait_s)
            if taken:
                self._work(handle, taken)
        self._consumer.cancel()
        self._consumer.stop()
        self._publisher.stop()

    def _receive(self, delivery: Delivery) -> None:
        with self._arrived:
            self._buffer.append(delivery)
            metrics.INFLIGHT_MESSAGES.inc()
            self._arrived.notify()

    def _take(self, batch: int, wait_s: float) -> list[Delivery]:
        with self._arrived:
            metrics.INFLIGHT_MESSAGES.set(len(self._buffer))  # what was taken before is settled
            if not self._buffer:
                self._arrived.wait(_POLL_S)
            if self._buffer and len(self._buffer) < batch and wait_s:
                self._arrived.wait_for(lambda: len(self._buffer) >= batch, wait_s)
            taken = [self._buffer.popleft() for _ in range(min(batch, len(self._buffer)))]
        # What a lost connection delivered comes again over the new one.
        return [delivery for delivery in taken if not delivery.is_stale]

    def _work(self, handle: Handle, taken: Sequence[Delivery]) -> None:
        pause, failures = _FIRST_PAUSE_S, 0
        while not self._stopping.is_set() and not taken[0].is_stale:
            started = real_clock.monotonic()
            try:
                refused = handle(taken)
            except Exception as error:
                failures += not _is_away(error)
                self._tell(error, taken, failures)
                if failures and len(taken) > 1:
                    self._work_one_by_one(handle, taken)
                    return
                if failures >= TRIES:
                    self._settler.settle(taken[0], Park(f"{type(error).__name__}: {error}"))
                    return
                self._stopping.wait(pause)
                pause = min(pause * 2, _LONGEST_PAUSE_S)
            else:
                metrics.HANDLER_DURATION.labels(self._name, "done").observe(real_clock.monotonic() - started)
                self._answer(taken, refused)
                return

    def _work_one_by_one(self, handle: Handle, taken: Sequence[Delivery]) -> None:
        for delivery in taken:
            self._work(handle, [delivery])

    def _answer(self, taken: Sequence[Delivery], refused: Mapping[int, str]) -> None:
        for position, delivery in enumerate(taken):
            self._settler.settle(delivery, Park(refused[position]) if position in refused else None)

    def _tell(self, error: Exception, taken: Sequence[Delivery], failures: int) -> None:
        if failures:
            log.error("batch_failed", consumer=self._name, messages=len(taken), tries=failures, exc_info=error)
        else:
            log.warning("batch_waits_for_storage", consumer=self._name, reason=type(error).__name__)


def _is_away(error: Exception) -> bool:
    return describe(error).code == "UNAVAILABLE"
