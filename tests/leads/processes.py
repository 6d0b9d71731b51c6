"""The real processes of leads on a virtual host of their own."""

import socket
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pika
from google.protobuf.message import Message
from pymongo import MongoClient

from chassis.envelopes import event_type, proto_json
from chassis.ids import new_id
from chassis.rpc_client import channel
from devstack.child import Child
from devstack.wiring import ROOT
from saleloop.leads.v1 import leads_service_pb2_grpc as pb_grpc
from tests.leads.room import INTAKE_KEY, PUBLIC_KEY, Room
from tests.stack import Database, Vhost


class Processes:
    """One rpc process, two workers, and a publisher that repeats itself."""

    def __init__(self, database: Database, vhost: Vhost, folder: Path) -> None:
        self.client = MongoClient[dict[str, Any]](database.url, tz_aware=True)
        self.database = self.client[database.name]
        broker = pika.URLParameters(vhost.amqp_url())
        broker.heartbeat = 0  # a test may be busy with other things for minutes, and answers nothing meanwhile
        self.connection = pika.BlockingConnection(broker)
        self.channel = self.connection.channel()
        self.folder = folder
        declare = self._child("declare", ["chassis.topology", "declare"], vhost.admin_settings)
        assert declare.wait(60), declare.log_tail()
        assert declare.exit_code == 0, declare.log_tail()
        port = _free_port()
        self.address = f"127.0.0.1:{port}"
        env = {
            **database.settings,
            "SALELOOP_AMQP_URL": vhost.amqp_url("leads"),
            "SALELOOP_GRPC_PORT": str(port),
            "SALELOOP_ACCESS_PUBLIC_KEY": PUBLIC_KEY,
            "SALELOOP_INTAKE_KEY": INTAKE_KEY,
        }
        roles = {"rpc": "rpc", "worker-1": "worker", "worker-2": "worker"}
        self.children = [self._child(name, ["services.leads", role], env) for name, role in roles.items()]
        opened: Any = channel(f"127.0.0.1:{port}")
        self.opened = opened
        self.room = Room(pb_grpc.LeadsServiceStub(opened), opened)
        self.wait_for(lambda: _listens(port), "the rpc process to listen")

    def publish(self, service: str, *messages: Message, times: int = 3) -> None:
        """Events of `service`, each delivered several times."""
        for message in messages:
            headers = {
                "ce-id": new_id(),
                "ce-type": event_type(message),
                "ce-source": f"/saleloop/{service}",
                "ce-time": datetime.now(UTC).isoformat(),
                "ce-subject": "s",
                "ce-sequence": "1",
                "ce-specversion": "1.0",
            }
            properties = pika.BasicProperties(headers=headers, content_type="application/json", delivery_mode=2)
            body = proto_json(message).encode()
            for _ in range(times):
                self.channel.basic_publish(f"{service}.events", event_type(message), body, properties)

    def move_clock(self, offset: timedelta) -> None:
        milliseconds = offset // timedelta(milliseconds=1)
        self.database["clock"].update_one({"_id": "business"}, {"$set": {"offset_ms": milliseconds}}, upsert=True)

    def wait_for(self, what: Callable[[], object], reason: str, seconds: float = 40) -> Any:
        """What `what` answers as soon as that is true."""
        give_up_at = time.monotonic() + seconds
        while time.monotonic() < give_up_at:
            if found := what():
                return found
            time.sleep(0.1)
        logs = "\n".join(str(child.log_tail(30)) for child in self.children)
        raise AssertionError(f"waited in vain for {reason}\n{logs}")

    def queued(self, queue: str) -> int:
        count: int = self.channel.queue_declare(queue, passive=True).method.message_count
        return count

    def stop(self) -> None:
        self.opened.close()
        for child in self.children:
            child.stop(15)
        if self.connection.is_open:
            self.connection.close()
        self.client.close()

    def _child(self, name: str, command: list[str], env: dict[str, str]) -> Child:
        base = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "PYTHONPATH": f"{ROOT}:{ROOT / 'gen'}"}
        child = Child(name, [sys.executable, "-m", *command], env=base | env, log=self.folder / f"{name}.log", cwd=ROOT)
        child.start()
        return child


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
