"""The audit process: takes what all services tell of their changes from the queue, in batches, into the chains."""

import signal
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from chassis import database, logs, telemetry, topology
from chassis.batch_consumer import BatchConsumer
from chassis.consuming import Delivery
from gateway.audit import store
from gateway.audit.chain import canonical
from gateway.config import GatewaySettings

_BATCH, _WAIT_SECONDS, _PREFETCH = 200, 0.25, 300
_TOGETHER = 2_000  # records of one transaction: a message may hold a hundred

log = logs.get_logger(__name__)


class NotARecord(ValueError):
    """A message that is no ChangeRecorded of its sender."""


def append_all(deliveries: Sequence[Delivery]) -> Mapping[int, str]:
    """Append a batch, service by service; returns the positions that are no records, with why."""
    refused: dict[int, str] = {}
    by_service: dict[str, list[store.Record]] = defaultdict(list)
    for position, delivery in enumerate(deliveries):
        try:
            service, records = read(delivery)
        except NotARecord as error:
            refused[position] = str(error)
            continue
        by_service[service] += records
    for service, records in by_service.items():
        for first in range(0, len(records), _TOGETHER):
            store.append(service, records[first : first + _TOGETHER])
    return refused


def read(delivery: Delivery) -> tuple[str, list[store.Record]]:
    """Service and records of one message, a ChangeRecorded or a ChangesRecorded. Raises NotARecord."""
    event_id = delivery.message_id or str(delivery.headers.get("ce-id", ""))
    if not event_id:
        raise NotARecord("the event has no id")
    try:
        body = orjson.loads(delivery.body)
        if delivery.headers.get("ce-type") == topology.AUDIT_MANY_TYPE:
            pairs = [(f"{event_id}:{number}", each) for number, each in enumerate(body["changes"])]
        else:
            pairs = [(event_id, body)]
        services = {str(each["service"]) for _, each in pairs}  # TypeError for what is no object
        records = [_record(record_id, each) for record_id, each in pairs]
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise NotARecord(f"not a ChangeRecorded: {error!r}"[:300]) from error
    # A service may only write its own chain; which exchange it may publish to is the broker's permission.
    source = str(delivery.headers.get("ce-source"))
    service = source.removeprefix("/saleloop/")
    if services != {service} or source != f"/saleloop/{service}":
        raise NotARecord(f"sent by {source} in the name of {', '.join(sorted(services)) or 'nobody'}"[:300])
    return service, records


def _record(record_id: str, body: Mapping[str, Any]) -> store.Record:
    real_time = datetime.fromisoformat(body["real_time"]) if body.get("real_time") else None
    return store.Record(record_id, canonical(body), str(body["document_id"]), real_time)


def run(settings: GatewaySettings) -> None:
    """Record until SIGTERM or SIGINT."""
    logs.configure("gateway", "audit", settings.log_level)
    telemetry.configure_tracing("gateway", "audit", settings.otlp_endpoint)
    consumer = BatchConsumer(settings.amqp_url, "gateway", "gateway-audit", [topology.AUDIT_QUEUE], prefetch=_PREFETCH)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: consumer.stop())
    database.connect(settings, "gateway")
    store.prepare()
    telemetry.add_readiness_check("broker", lambda: consumer.is_connected)
    telemetry.serve_telemetry(settings.telemetry_port, settings.bind_host)
    log.info("recording")
    consumer.run(append_all, batch=_BATCH, wait_s=_WAIT_SECONDS)
    telemetry.stop_tracing()


def print_verdict(settings: GatewaySettings) -> int:
    """Walk all chains and print what holds; the exit code is 1 when one is broken."""
    database.connect(settings, "gateway")
    is_whole = True
    for service, length, broken in store.verify():
        is_whole = is_whole and not broken
        print(f"{service}: {(broken and 'BROKEN, ' + broken) or 'OK'} ({length} entries)")  # noqa: T201 - a command's answer
    print("OK" if is_whole else "BROKEN")  # noqa: T201 - a command's answer
    return 0 if is_whole else 1
