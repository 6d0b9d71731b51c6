"""`python -m chassis.parked list|replay [--service S] [--id ID ...]`: what was given up, and giving it back.

Needs the administrator's URLs, or those of one service together with --service.
"""

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pika
from pika.exceptions import AMQPError
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from chassis import telemetry, topology
from chassis.amqp import parameters
from chassis.declare import DeclareSettings
from chassis.events import PARK_TIME_HEADER, QUEUE_HEADER, REASON_HEADER, TRIES_HEADER
from chassis.parked_deadlines import parked_deadlines, replay_deadline

_DELIVERED_TOO_OFTEN = f"delivered {topology.DELIVERY_LIMIT} times without an answer"


@dataclass(frozen=True)
class Parked:
    """A message or a deadline that was given up. `where` is the queue, or collection/document/kind."""

    service: str
    id: str
    where: str
    tries: int
    reason: str
    time: str
    trace_id: str

    def line(self) -> str:
        """One line for a person."""
        trace = f"  trace {self.trace_id}" if self.trace_id else ""
        return f"{self.time}  {self.id}  {self.where}  {self.tries} tries  {self.reason}{trace}"


Wanted = Callable[[str], bool]


def messages(channel: Any, service: str) -> Iterator[tuple[int, Any, bytes, Parked]]:
    """Every message parked now, taken and not yet answered: delivery tag, properties, body, description."""
    waiting = channel.queue_declare(topology.parked_exchange(service), passive=True).method.message_count
    for _ in range(waiting):
        method, properties, body = channel.basic_get(topology.parked_exchange(service))
        if method is None:
            return
        yield method.delivery_tag, properties, body, _describe(service, properties)


def _describe(service: str, properties: Any) -> Parked:
    headers = properties.headers or {}
    deaths = headers.get("x-death") or [{}]
    return Parked(
        service=service,
        id=properties.message_id or "",
        where=str(headers.get(QUEUE_HEADER) or deaths[0].get("queue", "?")),
        tries=int(headers.get(TRIES_HEADER, 0)),
        reason=str(headers.get(REASON_HEADER) or _DELIVERED_TOO_OFTEN),
        time=str(headers.get(PARK_TIME_HEADER) or deaths[0].get("time", "?")),
        trace_id=telemetry.trace_id(str(headers.get("traceparent", ""))),
    )


def list_messages(channel: Any, service: str) -> list[Parked]:
    """What is parked; everything goes back where it was."""
    found = list(messages(channel, service))
    if found:
        channel.basic_nack(found[-1][0], multiple=True, requeue=True)
    return [parked for _, _, _, parked in found]


def replay_messages(channel: Any, service: str, is_wanted: Wanted) -> list[Parked]:
    """Give parked messages to their one handler again, with all their tries; the shortest retry queue carries them."""
    replayed, kept = [], []
    for tag, properties, body, parked in messages(channel, service):
        if not is_wanted(parked.id):
            kept.append(tag)
            continue
        headers = {name: value for name, value in (properties.headers or {}).items() if _is_original(name)}
        again = pika.BasicProperties(
            content_type=properties.content_type, delivery_mode=2, message_id=properties.message_id, headers=headers
        )
        # The channel confirms: this raises when the broker did not take the message, which then stays parked.
        channel.basic_publish(topology.retry_exchange(service, 1), parked.where, body, again, mandatory=True)
        channel.basic_ack(tag)
        replayed.append(parked)
    for tag in kept:
        channel.basic_nack(tag, requeue=True)
    return replayed


def _is_original(header: str) -> bool:
    return not header.startswith(("x-saleloop-", "x-death", "x-first-death", "x-last-death", "x-delivery-count"))


def deadlines(database: Any, service: str) -> list[tuple[dict[str, Any], Parked]]:
    """Every parked deadline of the service: its record, and its description."""
    return [
        (
            record,
            Parked(
                service=service,
                id=record["_id"],
                where=f"{record['collection']}/{record['document_id']}/{record['kind']}",
                tries=5,
                reason=record["reason"],
                time=record["park_time"].isoformat(timespec="milliseconds"),
                trace_id=telemetry.trace_id(record["traceparent"]),
            ),
        )
        for record in parked_deadlines(database)
    ]


def _work(command: str, services: Iterable[str], is_wanted: Wanted, settings: DeclareSettings) -> Iterator[Parked]:
    connection = pika.BlockingConnection(parameters(settings.amqp_admin_url or settings.amqp_url, "saleloop-parked"))
    client: MongoClient[dict[str, Any]] = MongoClient(settings.mongo_url, tz_aware=True, serverSelectionTimeoutMS=3_000)
    with connection, client:
        for service in services:
            channel = connection.channel()
            channel.confirm_delivery()
            database = client[settings.mongo_database or service]
            if command == "list":
                yield from list_messages(channel, service)
            else:
                yield from replay_messages(channel, service, is_wanted)
            for record, parked in deadlines(database, service):
                if command == "list" or (is_wanted(parked.id) and replay_deadline(database, record)):
                    yield parked


def main(arguments: list[str]) -> int:
    """The command; 0 when it could do its work, whatever was parked."""
    services = topology.table().services
    parser = argparse.ArgumentParser(prog="python -m chassis.parked", description="messages that were given up")
    parser.add_argument("command", choices=("list", "replay"))
    parser.add_argument("--service", choices=services)
    parser.add_argument("--id", action="append", default=[], help="only these (replay); repeatable")
    given = parser.parse_args(arguments)
    chosen = (given.service,) if given.service else services

    def is_wanted(parked_id: str) -> bool:
        return not given.id or parked_id in given.id

    count = 0
    try:
        for parked in _work(given.command, chosen, is_wanted, DeclareSettings()):
            sys.stdout.write(parked.line() + "\n")
            count += 1
    except (AMQPError, PyMongoError) as error:
        sys.stderr.write(f"The parked messages cannot be reached: {str(error) or repr(error)}\n")
        return 1
    sys.stdout.write(f"{count} {'parked' if given.command == 'list' else 'replayed'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
