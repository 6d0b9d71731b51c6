"""The real worker of notify on a real broker: from an event to the inbox and the chat."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pika
import pytest
from google.protobuf.message import Message
from pymongo import MongoClient

from chassis import declare, telemetry, topology
from chassis.envelopes import event_type, proto_json
from chassis.ids import new_id
from demo.robot import Robot, RobotServer
from saleloop.gateway.v1.events_pb2 import PersonChanged
from tests.notify.stories import TRACE, lead_assigned
from tests.stack import Database, Vhost

ROOT = Path(__file__).resolve().parents[2]


class Notify:
    """Two workers of notify, and a publisher that repeats itself."""

    def __init__(self, store: Database, vhost: Vhost, endings: ExitStack) -> None:
        declare.declare(vhost.amqp_url(), topology.table(), (100, 200, 400, 800))
        self.client = MongoClient[dict[str, Any]](store.url, tz_aware=True)
        self.database = self.client[store.name]
        connection = pika.BlockingConnection(pika.URLParameters(vhost.amqp_url()))
        self.channel = connection.channel()
        environ = os.environ | store.settings | {"SALELOOP_AMQP_URL": vhost.amqp_url("notify")}
        for _ in range(2):
            worker = subprocess.Popen([sys.executable, "-m", "services.notify", "worker"], env=environ, cwd=ROOT)
            endings.callback(_end, worker)
        endings.callback(self.client.close)
        endings.callback(connection.close)

    def publish(self, service: str, message: Message, times: int = 3) -> None:
        """One event, delivered several times."""
        headers = {
            "ce-id": new_id(),
            "ce-type": event_type(message),
            "ce-source": f"/saleloop/{service}",
            "ce-time": datetime.now(UTC).isoformat(),
            "ce-subject": "s",
            "ce-sequence": "1",
            "ce-specversion": "1.0",
            "traceparent": TRACE,
        }
        properties = pika.BasicProperties(headers=headers, content_type="application/json", delivery_mode=2)
        for _ in range(times):
            self.channel.basic_publish(
                f"{service}.events", event_type(message), proto_json(message).encode(), properties
            )

    def wait_for(self, is_true: Callable[[], Any], what: str, seconds: float = 30) -> None:
        give_up_at = time.monotonic() + seconds
        while not is_true():
            assert time.monotonic() < give_up_at, f"waited in vain for {what}"
            time.sleep(0.05)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@pytest.fixture
def notify(fresh_database: Callable[[str], Database], fresh_vhost: Vhost) -> Iterator[Notify]:
    with ExitStack() as endings:
        yield Notify(fresh_database("notify"), fresh_vhost, endings)


def test_an_event_reaches_the_inbox_once_and_the_chat_with_its_trace(notify: Notify) -> None:
    robot = Robot()
    with RobotServer(robot) as server:
        channel = {"_id": "room", "version": 1, "kind": "wecom_robot", "url": server.wecom_url, "enabled": True}
        notify.database["channels"].insert_one(channel | {"secret": "", "roles": [], "language": "en"})
        person = PersonChanged(person_id="sally", name="Sally", language="en", active=True, version=1)
        notify.publish("gateway", person)
        notify.wait_for(lambda: notify.database["recipients"].find_one({"_id": "sally"}), "the copy of the person")
        for number in range(10):
            notify.publish("leads", lead_assigned(f"Company {number}", f"lead{number}"))
        notify.wait_for(lambda: notify.database["inbox_items"].count_documents({}) == 10, "the inbox")
        notify.wait_for(lambda: len(robot.accepted) == 10, "the chat")
        time.sleep(1)
        assert notify.database["inbox_items"].count_documents({"recipient_id": "sally"}) == 10
        assert len(robot.accepted) == 10
        assert {telemetry.trace_id(each.traceparent) for each in robot.accepted} == {telemetry.trace_id(TRACE)}
