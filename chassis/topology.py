"""What exchanges, queues and bindings follow from the table of events and subscriptions."""

import importlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

AUDIT_TYPE = "change_recorded.v1"
AUDIT_MANY_TYPE = "changes_recorded.v1"
AUDIT_QUEUE = "gateway.audit"
POS_EXCHANGE = "pos.receipts"
OUTCOMES_EXCHANGE = "pos.outcomes"  # back to the edge process in the routing key, whose queue lives as long as it
RETRIES = 4  # delays between the five tries of a message
DELIVERY_LIMIT = 20  # deliveries without an answer (a handler that kills its process) before a message is parked


@dataclass(frozen=True, slots=True)
class Event:
    """An event type and the service that publishes it; `subscribed=False` marks that no lasting queue takes it."""

    service: str
    type: str
    subscribed: bool = True


@dataclass(frozen=True, slots=True)
class Subscription:
    """Queue `<service>.<handler>` gets the events of `type` that `publisher` publishes."""

    service: str
    handler: str
    publisher: str
    type: str

    @property
    def queue(self) -> str:
        """Name of the handler's queue."""
        return f"{self.service}.{self.handler}"


@dataclass(frozen=True)
class Topology:
    """The whole table. Raises ValueError when it contradicts itself."""

    services: tuple[str, ...]
    events: tuple[Event, ...]
    subscriptions: tuple[Subscription, ...]
    pos_partitions: int = 0
    _unsubscribed: frozenset[tuple[str, str]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        published = {(event.service, event.type) for event in self.events}
        heard = {(subscription.publisher, subscription.type) for subscription in self.subscriptions}
        if unknown := heard - published:
            raise ValueError(f"subscriptions to events that nobody publishes: {sorted(unknown)}")
        marked = {(event.service, event.type) for event in self.events if event.subscribed}
        if marked != heard:
            raise ValueError(f"marked as subscribed without a subscription, or reverse: {sorted(marked ^ heard)}")
        queues = [subscription.queue for subscription in self.subscriptions]
        if doubled := {queue for queue in queues if queues.count(queue) > 1}:
            raise ValueError(f"two subscriptions share a queue: {sorted(doubled)}")
        object.__setattr__(self, "_unsubscribed", frozenset(published - heard))

    def may_be_unroutable(self, service: str, event_type: str) -> bool:
        """True when the broker need not return this event, because the table says that nobody listens."""
        return (service, event_type) in self._unsubscribed

    def queue_of(self, service: str, handler: str) -> str:
        """The queue of a worker's method. Raises ValueError when the table does not know it."""
        name = f"{service}.{handler}"
        if all(subscription.queue != name for subscription in self.subscriptions):
            raise ValueError(f"{name} is not in the table of subscriptions")
        return name

    def partition_queues(self) -> Iterator[tuple[str, str]]:
        """Routing key and queue of each POS partition."""
        for number in range(self.pos_partitions):
            yield f"{number:02d}", f"stores.pos.{number:02d}"


def events_exchange(service: str) -> str:
    """Where `service` publishes its events."""
    return f"{service}.events"


def retry_exchange(service: str, number: int) -> str:
    """Where a message of `service` waits before its try `number` + 1; its queue has the same name."""
    return f"{service}.retry.{number}"


def parked_exchange(service: str) -> str:
    """Where messages go that were given up; its queue has the same name."""
    return f"{service}.parked"


@cache
def table() -> Topology:
    """The installation's table. The chassis only knows where it stands: SALELOOP_TOPOLOGY ("module:name")."""
    module, _, name = os.environ.get("SALELOOP_TOPOLOGY", "contracts.topology:TOPOLOGY").partition(":")
    found: Topology = getattr(importlib.import_module(module), name)
    return found


if __name__ == "__main__":
    from chassis.declare import main

    sys.exit(main(sys.argv[1:]))
