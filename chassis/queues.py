"""How much waits in the broker's queues."""

from collections.abc import Iterable

import pika
from pika.exceptions import ChannelClosedByBroker

from chassis import topology
from chassis.amqp import parameters

_NOT_FOUND = 404


def messages_ready(amqp_url: str, queues: Iterable[str]) -> int:
    """Messages that wait in `queues` (not those that a consumer holds); a queue that does not exist counts as empty.

    Raises pika's AMQPConnectionError while the broker is away.
    """
    connection = pika.BlockingConnection(parameters(amqp_url, "backlog"))
    try:
        channel, total = connection.channel(), 0
        for name in queues:
            try:
                total += channel.queue_declare(name, passive=True).method.message_count
            except ChannelClosedByBroker as error:
                if error.reply_code != _NOT_FOUND:
                    raise
                channel = connection.channel()
        return total
    finally:
        connection.close()


def queues_of(service: str) -> list[str]:
    """Every queue that the table gives to `service`: its handlers', its waiting rooms for retries, its partitions."""
    known = topology.table()
    handlers = [each.queue for each in known.subscriptions if each.service == service]
    retries = [topology.retry_exchange(service, number) for number in range(1, topology.RETRIES + 1)]
    partitions = [queue for _, queue in known.partition_queues() if queue.startswith(f"{service}.")]
    return [*handlers, *retries, *partitions]
