"""`python -m chassis.topology declare`: makes every exchange, queue and binding of the table. Repeating it is harmless.

Delivery limits and dead-letter targets are arguments of the queues, so that a broker without management plugin will
do. Arguments of an existing queue cannot be changed: the message then says which queue to delete.
"""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pika
from pika.exceptions import AMQPError, ChannelClosedByBroker
from pydantic_settings import SettingsConfigDict

from chassis import topology
from chassis.amqp import parameters
from chassis.settings import ServiceSettings
from chassis.topology import Topology

_PRECONDITION_FAILED = 406


class DeclareSettings(ServiceSettings):
    """The administrator's URL; by default the one that processes use."""

    model_config = SettingsConfigDict(env_prefix="SALELOOP_", extra="ignore", frozen=True)

    amqp_admin_url: str = ""


class QueueDiffers(Exception):
    """A queue is there with other arguments than the table asks for."""


@dataclass(frozen=True)
class QueuePlan:
    """A queue, its arguments and the (exchange, routing key) pairs that feed it."""

    name: str
    arguments: Mapping[str, Any]
    bindings: tuple[tuple[str, str], ...] = field(default=())


def exchanges(table: Topology) -> Iterator[tuple[str, str]]:
    """Name and type of every exchange."""
    for service in table.services:
        yield topology.events_exchange(service), "topic"
        yield topology.parked_exchange(service), "topic"
        for number in range(1, topology.RETRIES + 1):
            yield topology.retry_exchange(service, number), "topic"
    if table.pos_partitions:
        yield topology.POS_EXCHANGE, "direct"
        yield topology.OUTCOMES_EXCHANGE, "direct"


def queues(table: Topology, retry_delays_ms: tuple[int, ...]) -> Iterator[QueuePlan]:
    """Every queue with what feeds it."""
    for service in table.services:
        parked = topology.parked_exchange(service)
        yield QueuePlan(parked, {"x-queue-type": "quorum"}, ((parked, "#"),))
        for number, delay_ms in enumerate(retry_delays_ms, start=1):
            name = topology.retry_exchange(service, number)
            # Only the service's own handlers: the default exchange would return a message to anybody's queue.
            yield QueuePlan(name, _waits(delay_ms), ((name, f"{service}.#"),))
    for subscription in table.subscriptions:
        source = (topology.events_exchange(subscription.publisher), subscription.type)
        yield QueuePlan(subscription.queue, _works(subscription.service), (source,))
    if "gateway" in table.services:
        types = (topology.AUDIT_TYPE, topology.AUDIT_MANY_TYPE)
        sources = tuple((topology.events_exchange(service), each) for service in table.services for each in types)
        yield QueuePlan(topology.AUDIT_QUEUE, _works("gateway"), sources)
    for key, name in table.partition_queues():
        yield QueuePlan(name, _works("stores"), ((topology.POS_EXCHANGE, key),))


def _works(service: str) -> dict[str, Any]:
    """A work queue: what is delivered too often without an answer goes to the parked messages, safely."""
    return _safely_forwards(topology.parked_exchange(service)) | {"x-delivery-limit": topology.DELIVERY_LIMIT}


def _waits(delay_ms: int) -> dict[str, Any]:
    """A retry queue: after the delay the default exchange returns a message to the one queue in its routing key."""
    return _safely_forwards("") | {"x-message-ttl": delay_ms}


def _safely_forwards(exchange: str) -> dict[str, Any]:
    return {
        "x-queue-type": "quorum",
        "x-dead-letter-exchange": exchange,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",  # at-least-once works with no other
    }


def declare(url: str, table: Topology, retry_delays_ms: tuple[int, ...]) -> int:
    """Make everything on the broker at `url`; returns the number of queues. Raises QueueDiffers, or pika's errors."""
    connection = pika.BlockingConnection(parameters(url, "saleloop-topology"))
    try:
        channel = connection.channel()
        for name, kind in exchanges(table):
            channel.exchange_declare(name, kind, durable=True)
        plans = list(queues(table, retry_delays_ms))
        for plan in plans:
            _make(channel, plan)
        return len(plans)
    finally:
        if connection.is_open:
            connection.close()


def _make(channel: Any, plan: QueuePlan) -> None:
    try:
        channel.queue_declare(plan.name, durable=True, arguments=dict(plan.arguments))
    except ChannelClosedByBroker as error:
        if error.reply_code == _PRECONDITION_FAILED:
            raise QueueDiffers(
                f"queue {plan.name} is there with other arguments; empty and delete it, then declare again"
                f" ({error.reply_text})"
            ) from error
        raise
    for exchange, key in plan.bindings:
        channel.queue_bind(plan.name, exchange, key)


def main(arguments: list[str]) -> int:
    """The command; 0 when everything stands."""
    if arguments != ["declare"]:
        sys.stderr.write("usage: python -m chassis.topology declare\n")
        return 2
    settings = DeclareSettings()
    try:
        number = declare(settings.amqp_admin_url or settings.amqp_url, topology.table(), settings.retry_delays_ms)
    except (QueueDiffers, AMQPError) as error:
        sys.stderr.write(f"The topology could not be declared: {str(error) or repr(error)}\n")
        return 1
    sys.stdout.write(f"{number} queues stand\n")
    return 0
