"""Event handlers as a nameko entrypoint with named outcomes: done, retried later, parked.

A message is acknowledged only when its outcome is safe. nameko's own consumer acknowledges whatever a handler raises,
which is why only its extensions and workers are used here.
"""

import random
import sys
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial, wraps
from typing import Any, TypeVar

import eventlet
from eventlet.event import Event as Answer
from eventlet.semaphore import Semaphore
from google.protobuf.message import Message
from nameko.extensions import Entrypoint, ProviderCollector, SharedExtension, register_entrypoint

from chassis import database, metrics, principal, telemetry, topology
from chassis.clocks import real_clock
from chassis.consuming import Consumer, Delivery
from chassis.errors import describe, is_version_conflict
from chassis.events import EventContext, Park, RetryLater, context_of, message_of
from chassis.logs import get_logger
from chassis.outcomes import Settler
from chassis.principal import Principal

__all__ = ["EventContext", "Park", "RetryLater", "handles", "run_worker"]
log = get_logger()

M = TypeVar("M", bound=Message)
Handler = Callable[[Any, M, EventContext], Any]

# One handler in the background at a time: what decides must not wait for a turn behind all that only keeps.
_BACKGROUND = Semaphore(1)
_CONFLICTS = 8  # repetitions at once when another write to the same document won
_AWAY_PAUSE_S = 0.5
_STOP_S = 10.0


def handles(message_class: type[M], *, in_background: bool = False) -> Callable[[Handler[M]], Handler[M]]:
    """The decorated method gets the events of its queue `<service>.<method name>`, decoded as `message_class`.

    Returning is success. RetryLater and unexpected exceptions mean another try, five in all; Park means none. Methods
    `in_background` run one after the other in each worker, beside all others.
    """

    def decorate(method: Handler[M]) -> Handler[M]:
        @wraps(method)
        def handle(worker: Any, event: M, context: EventContext) -> Any:
            operation = f"{database.service()}.{method.__name__}"
            why = f"{context.type} {context.id}"
            with (
                telemetry.span(operation, "consumer", traceparent=context.trace),
                principal.acting(Principal.system("event"), operation, why),
            ):
                return method(worker, event, context)

        register_entrypoint(handle, EventHandler(message_class, in_background))
        return handle

    return decorate


class EventSource(SharedExtension, ProviderCollector):
    """One consuming connection for all handlers of the worker."""

    def start(self) -> None:
        """Consume; the handlers have registered themselves in their setup()."""
        self._handlers = {each.queue: each for each in self._providers}
        config = self.container.config
        self._underway = 0
        name = f"{config['service']}-worker"
        self._link = Consumer(config["amqp_url"], name, self._handlers, config["prefetch"], self._receive)
        telemetry.add_readiness_check("consumer", lambda: self._link.is_connected)
        self._link.start()

    def stop(self) -> None:
        """Take no more, let the handlers end what they began, then close."""
        self._link.cancel()
        give_up_at = real_clock.monotonic() + _STOP_S
        while self._underway and real_clock.monotonic() < give_up_at:
            eventlet.sleep(0.02)
        eventlet.sleep(0.05)  # the last answers are on their way
        self._link.stop()

    def _receive(self, delivery: Delivery) -> None:
        self._underway += 1
        metrics.INFLIGHT_MESSAGES.inc()
        self.container.spawn_managed_thread(partial(self._deal_with, delivery), identifier=delivery.queue)

    def _deal_with(self, delivery: Delivery) -> None:
        try:
            self._handlers[delivery.queue].deal_with(delivery)
        except Exception:  # nothing may end the container; the message stays unanswered and comes again
            log.exception("message_not_settled", queue=delivery.queue, message_id=delivery.message_id)
            delivery.requeue()
        finally:
            metrics.INFLIGHT_MESSAGES.dec()
            self._underway -= 1


class EventHandler(Entrypoint):
    """One method of the worker that gets one queue."""

    source = EventSource()

    def __init__(self, message_class: type[Message], in_background: bool = False, **kwargs: Any) -> None:
        self.message_class, self._turn = message_class, _BACKGROUND if in_background else nullcontext()
        super().__init__(message_class, in_background, **kwargs)

    def setup(self) -> None:
        """Find the queue in the table. Raises ValueError when there is none."""
        config = self.container.config
        self.queue = topology.table().queue_of(config["service"], self.method_name)
        self._settler: Settler = config["settler"]
        self._stopping: Callable[[], bool] = config["stopping"]
        self.source.register_provider(self)

    def stop(self) -> None:
        """The source waits for the handlers that run."""
        self.source.unregister_provider(self)

    def deal_with(self, delivery: Delivery) -> None:
        """Run the method until its outcome is known, and settle the message."""
        started = real_clock.monotonic()
        with self._turn:
            error = self._outcome_of(delivery)
        if delivery.is_stale or (error is not None and _is_storage_away(error)):
            delivery.requeue()
            return
        outcome = self._settler.settle(delivery, error)
        metrics.HANDLER_DURATION.labels(self.queue, outcome).observe(real_clock.monotonic() - started)

    def _outcome_of(self, delivery: Delivery) -> Exception | None:
        """What the method raised in the end; conflicts and a database that is away cost no try."""
        try:
            context = context_of(delivery)
            event = message_of(delivery, self.message_class)
        except Park as unreadable:
            return unreadable
        conflicts = 0
        while True:
            error = self._run(event, context)
            if error is not None and is_version_conflict(error) and conflicts < _CONFLICTS:
                conflicts += 1
                eventlet.sleep(random.uniform(0, 0.01 * 2**conflicts))  # noqa: S311  # spreads, protects nothing
            elif error is not None and _is_storage_away(error) and not (delivery.is_stale or self._stopping()):
                eventlet.sleep(_AWAY_PAUSE_S)
            else:
                if error is None:
                    delay = (real_clock.now() - context.real_time).total_seconds()
                    metrics.EVENT_DELAY.labels(self.queue).observe(max(0.0, delay))
                return error

    def _run(self, event: Message, context: EventContext) -> Exception | None:
        answer = Answer()

        def answered(_worker: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
            answer.send(exc_info[1] if exc_info else None)
            return result, exc_info

        self.container.spawn_worker(self, (event, context), {}, handle_result=answered)
        error: Exception | None = answer.wait()
        return error


def _is_storage_away(error: Exception) -> bool:
    return describe(error).reason == "STORAGE_UNAVAILABLE"


def run_worker(service: str, worker_class: type, settings: Any, *, prefetch: int = 8) -> None:
    """Run the worker process of `service` until SIGTERM. `__main__` calls chassis.green.patch() first."""
    from chassis.worker import Worker

    sys.exit(Worker(service, worker_class, settings, prefetch).run())
