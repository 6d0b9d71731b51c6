"""Handles for the tests of documents, relay, consumer and deadlines."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pika
from pika.exceptions import AMQPError

from chassis import database, declare, relay, topology
from chassis.clocks import real_clock
from chassis.settings import ServiceSettings
from tests.stack import Database

ROOT = Path(__file__).resolve().parents[2]
RETRY_DELAYS_MS = (100, 200, 400, 800)


def wait_until(is_true: Callable[[], Any], timeout: float = 30.0, what: str = "") -> None:
    """Poll; fail with `what` after `timeout` seconds."""
    give_up_at = time.monotonic() + timeout
    while not is_true():
        assert time.monotonic() < give_up_at, f"not within {timeout} s: {what or is_true}"
        time.sleep(0.02)


class Probe:
    """The probe's database, broker and processes."""

    def __init__(self, store: Database, amqp_url: str) -> None:
        self.amqp_url = amqp_url
        self._environ = store.settings | {
            "SALELOOP_AMQP_URL": amqp_url,
            "SALELOOP_TOPOLOGY": "tests.chassis.probe:TOPOLOGY",
            "SALELOOP_RETRY_DELAYS_MS": ",".join(map(str, RETRY_DELAYS_MS)),
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'gen'}",
        }
        self.settings = ServiceSettings(mongo_url=store.url, mongo_database=store.name, environment="test")
        self.broker: Any = None
        self._endings = ExitStack()

    def open(self) -> None:
        """Declare the topology and connect this process."""
        import tests.chassis.probe  # noqa: F401  # its documents must be known before the indexes are made

        declare.declare(self.amqp_url, topology.table(), RETRY_DELAYS_MS)
        database.connect(self.settings, "leads")
        connection = pika.BlockingConnection(pika.URLParameters(self.amqp_url))
        self._endings.callback(_close, connection)
        self.broker = connection.channel()

    def close(self) -> None:
        """End everything that was started."""
        self._endings.close()

    def relay(self) -> relay.Relay:
        """A relay in this process."""
        started = relay.start_relay("leads", self.amqp_url)
        self._endings.callback(started.stop)
        return started

    def worker(self, fail: str = "") -> subprocess.Popen[bytes]:
        """A worker process; `fail` names the handlers that fail, with commas between."""
        return self.process("tests.chassis.probe_worker", {"PROBE_FAIL": fail})

    def process(self, module: str, environ: dict[str, str], *arguments: str) -> subprocess.Popen[bytes]:
        """Run a module until the end of the test."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith("SALELOOP_")}
        started = subprocess.Popen(
            [sys.executable, "-m", module, *arguments], env={**kept, **self._environ, **environ}, cwd=ROOT
        )
        self._endings.callback(_end, started)
        return started

    def command(self, module: str, *arguments: str) -> str:
        """What a command prints."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith("SALELOOP_")}
        return subprocess.run(
            [sys.executable, "-m", module, *arguments],
            env={**kept, **self._environ},
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
            timeout=30,
        ).stdout

    def count(self, queue: str) -> int:
        """Messages that wait in `queue`."""
        return int(self.broker.queue_declare(queue, passive=True).method.message_count)

    def take(self, queue: str) -> tuple[Any, bytes] | None:
        """The next message of `queue`: properties and body; None when it is empty."""
        method, properties, body = self.broker.basic_get(queue, auto_ack=True)
        return None if method is None else (properties, body)

    def publish(self, queue: str, body: bytes, headers: dict[str, Any], message_id: str = "m") -> None:
        """Put a message straight into a queue, as a doubled delivery would."""
        properties = pika.BasicProperties(message_id=message_id, headers=headers, delivery_mode=2)
        self.broker.basic_publish("", queue, body, properties)


def headers(event_id: str, event_type: str = "lead_created.v1") -> dict[str, Any]:
    """Headers as the relay sends them."""
    now = real_clock.now().isoformat()
    return {
        "ce-id": event_id,
        "ce-type": event_type,
        "ce-source": "/saleloop/leads",
        "ce-subject": "s",
        "ce-time": now,
        "ce-sequence": 1,
        "traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01",
    }


def publish_created(probe: Probe, lead_id: str, event_id: str) -> None:
    """Hand an event to the counting handler, past documents and relay."""
    probe.publish("leads.count_created", f'{{"lead_id": "{lead_id}"}}'.encode(), headers(event_id), event_id)


def _close(connection: pika.BlockingConnection) -> None:
    with suppress(AMQPError):  # its broker may have been stopped by the test
        connection.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
