"""Settling a message: acknowledged, moved to a retry queue, or parked; never dropped, never counted twice."""

import time
from collections.abc import Callable
from typing import Any

from chassis import metrics, topology
from chassis.clocks import real_clock
from chassis.consuming import Delivery
from chassis.events import PARK_TIME_HEADER, QUEUE_HEADER, REASON_HEADER, TRIES, TRIES_HEADER, Park, RetryLater
from chassis.logs import get_logger
from chassis.publishing import Outcome, Outgoing, Publisher

log = get_logger()

_PAUSE_S = 0.5
_REASON_LENGTH = 500


class Settler:
    """Answers messages of `service`, moving them through `publisher` where needed."""

    def __init__(self, service: str, publisher: Publisher, stopping: Callable[[], bool]) -> None:
        self._service = service
        self._publisher = publisher
        self._stopping = stopping

    def settle(self, delivery: Delivery, error: Exception | None) -> str:
        """Answer by what the handler raised (None: nothing); returns "done", "retried" or "parked"."""
        if error is None:
            delivery.ack()
            return "done"
        stack = None if isinstance(error, Park | RetryLater) else error
        tries = int(delivery.headers.get(TRIES_HEADER, 0)) + 1
        reason = _reason(error)
        told: dict[str, Any] = {"queue": delivery.queue, "message_id": delivery.message_id, "tries": tries}
        if isinstance(error, Park) or tries >= TRIES:
            self._move(delivery, topology.parked_exchange(self._service), tries, reason)
            metrics.PARKED_MESSAGES.labels(delivery.queue).inc()
            log.error("message_parked", reason=reason, **told, exc_info=stack)
            return "parked"
        self._move(delivery, topology.retry_exchange(self._service, tries), tries, reason)
        log.warning("message_retried", reason=reason, **told, exc_info=stack)
        return "retried"

    def _move(self, delivery: Delivery, exchange: str, tries: int, reason: str) -> None:
        """Publish a copy, and acknowledge only when the broker has it. Given up when the delivery is void."""
        headers = {name: value for name, value in delivery.headers.items() if isinstance(value, str | int)}
        headers |= {TRIES_HEADER: tries, REASON_HEADER: reason, QUEUE_HEADER: delivery.queue}
        headers[PARK_TIME_HEADER] = real_clock.now().isoformat(timespec="milliseconds")
        copy = Outgoing(exchange, delivery.queue, delivery.body, delivery.message_id, headers, delivery.content_type)
        while not delivery.is_stale:
            outcome = self._publisher.publish_and_wait(copy)
            if outcome is Outcome.CONFIRMED:
                delivery.ack()
                return
            log.warning("message_not_moved", queue=delivery.queue, exchange=exchange, outcome=outcome.value)
            if self._stopping():
                return
            time.sleep(_PAUSE_S)


def _reason(error: Exception) -> str:
    text = str(error) if isinstance(error, Park | RetryLater) else f"{type(error).__name__}: {error}"
    return text[:_REASON_LENGTH]
