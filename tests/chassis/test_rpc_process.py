"""The rpc process as a whole: start, operations, readiness, end."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo import MongoClient

from chassis.principal import Principal
from chassis.rpc_client import RemoteError, bearer, channel
from saleloop.ops.v1 import operations_service_pb2 as ops
from saleloop.ops.v1.operations_service_pb2_grpc import OperationsServiceStub
from tests.chassis.calls import PUBLIC_KEY, token
from tests.stack import Database, Vhost

GATEWAY = bearer(token(Principal("gateway", frozenset({"gateway"})), audience="leads", ttl=timedelta(hours=1)))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Running:
    process: subprocess.Popen[bytes]
    grpc_port: int
    telemetry_port: int
    stub: Any

    def readiness(self) -> dict[str, Any]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.telemetry_port}/readyz", timeout=5) as answer:
                return dict(json.load(answer))
        except urllib.error.HTTPError as error:
            return dict(json.load(error))
        except OSError:
            return {"ready": False}

    def wait_ready(self) -> None:
        give_up_at = time.monotonic() + 20
        while not self.readiness()["ready"]:
            assert self.process.poll() is None, "the process has ended"
            assert time.monotonic() < give_up_at, self.readiness()
            time.sleep(0.1)


@contextmanager
def running(settings: dict[str, str]) -> Iterator[Running]:
    ports = free_port(), free_port()
    environ = os.environ | settings | {
        "SALELOOP_ENVIRONMENT": settings.get("SALELOOP_ENVIRONMENT", "test"),
        "SALELOOP_GRPC_PORT": str(ports[0]),
        "SALELOOP_TELEMETRY_PORT": str(ports[1]),
        "SALELOOP_ACCESS_PUBLIC_KEY": PUBLIC_KEY,
    }  # fmt: skip
    process = subprocess.Popen([sys.executable, "-m", "tests.chassis.small_service"], env=environ)
    opened: Any = channel(f"127.0.0.1:{ports[0]}")
    with closing(opened):
        try:
            started = Running(process, *ports, OperationsServiceStub(opened))
            started.wait_ready()
            yield started
        finally:
            process.kill()
            process.wait()


@pytest.fixture
def settings(fresh_database: Callable[[str], Database], fresh_vhost: Vhost) -> dict[str, str]:
    return {**fresh_database("leads").settings, "SALELOOP_AMQP_URL": fresh_vhost.amqp_url("leads")}


def stored(settings: dict[str, str]) -> Any:
    return MongoClient[dict[str, Any]](settings["SALELOOP_MONGO_URL"]).get_default_database()["things"]


def test_the_backlog_counts_what_is_unfinished(settings: dict[str, str]) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    deadlines = [{"kind": "late", "due_time": now + timedelta(days=days)} for days in (-1, 3, 2)]
    with running(settings) as service:
        # A due time of tomorrow and an entry of the future, so that neither relay nor timer takes them away.
        entry = {"id": "e", "real_time": now + timedelta(hours=1)}
        stored(settings).insert_one({"_id": "a", "version": 1, "deadlines": deadlines, "outbox": [entry, entry]})
        stored(settings).insert_one({"_id": "b", "version": 1, "deadlines": []})
        backlog = service.stub.GetBacklog(ops.GetBacklogRequest(), metadata=GATEWAY)
        assert (backlog.outbox_entries, backlog.due_deadlines, backlog.queued_messages) == (2, 1, 0)
        assert backlog.next_due_time.ToDatetime(UTC) == now - timedelta(days=1)


def test_the_business_clock_moves_forward_only(settings: dict[str, str]) -> None:
    day_ms = 86_400_000
    with running(settings) as service:
        moved = service.stub.SetBusinessClock(ops.SetBusinessClockRequest(offset_ms=day_ms), metadata=GATEWAY)
        ahead = moved.business_time.ToDatetime(UTC) - datetime.now(UTC)
        assert timedelta(hours=23, minutes=59) < ahead < timedelta(hours=24, minutes=1)
        with pytest.raises(RemoteError) as caught:
            service.stub.SetBusinessClock(ops.SetBusinessClockRequest(offset_ms=day_ms - 1), metadata=GATEWAY)
        assert caught.value.code == "FAILED_PRECONDITION"


def test_the_business_clock_stands_in_production(settings: dict[str, str]) -> None:
    with running(settings | {"SALELOOP_ENVIRONMENT": "production"}) as service, pytest.raises(RemoteError) as caught:
        service.stub.SetBusinessClock(ops.SetBusinessClockRequest(offset_ms=1000), metadata=GATEWAY)
    assert caught.value.code == "FAILED_PRECONDITION"


def test_state_is_published_again_for_those_who_copy_it(settings: dict[str, str]) -> None:
    with running(settings) as service:
        stored(settings).insert_one({"_id": "a", "version": 4, "deadlines": [], "name": "Acme"})
        answer = service.stub.RepublishState(ops.RepublishStateRequest(), metadata=GATEWAY)
        assert answer.republished == 1
        assert stored(settings).find_one({"_id": "a"})["version"] == 5
        unknown = ops.RepublishStateRequest(collections=["nothings"])
        with pytest.raises(RemoteError) as caught:
            service.stub.RepublishState(unknown, metadata=GATEWAY)
        assert (caught.value.reason, caught.value.violations[0].field) == ("COLLECTION_UNKNOWN", "collections")


def test_only_the_gateway_may_operate(settings: dict[str, str]) -> None:
    admin = bearer(token(Principal("root", frozenset({"admin"})), audience="leads"))
    with running(settings) as service, pytest.raises(RemoteError) as caught:
        service.stub.GetBacklog(ops.GetBacklogRequest(), metadata=admin)
    assert caught.value.code == "PERMISSION_DENIED"


def test_sigterm_ends_it_in_good_time(settings: dict[str, str]) -> None:
    with running(settings) as service:
        started = time.monotonic()
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait(20) == 0
        assert time.monotonic() - started < 5


def test_a_taken_port_is_one_clear_sentence(settings: dict[str, str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        environ = os.environ | settings | {
            "SALELOOP_GRPC_PORT": str(taken.getsockname()[1]),
            "SALELOOP_ACCESS_PUBLIC_KEY": PUBLIC_KEY,
        }  # fmt: skip
        command = [sys.executable, "-m", "tests.chassis.small_service"]
        ended = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert "cannot be used" in ended.stderr
    assert "Traceback" not in ended.stderr
