"""kill -9 of processes, and servers that go away for a while: nothing acknowledged is lost, nothing happens twice.

PROBE_OUTAGE_S sets how long a server is away (default 6 s, so that the whole run stays short).
"""

import os
import random
import signal
import socket
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator

import httpx
import pytest

from chassis import database, topology
from chassis.clocks import clock
from chassis.ids import derived_id
from devstack import leftovers
from devstack.child import Child
from devstack.servers import Servers
from tests.chassis.messaging import Probe, publish_created, wait_until
from tests.chassis.probe import Effect, Thing
from tests.stack import Database, environ_for_tests

OUTAGE_S = float(os.environ.get("PROBE_OUTAGE_S", "6"))
RESUMES_S = 10.0
CALL_S = 5.0


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Servers of this file's own, since it stops them."""
    own = Servers(tmp_path_factory.mktemp("outages"), environ_for_tests())
    if own.mongo is None or own.rabbit is None:
        pytest.fail("outages need embedded servers: unset SALELOOP_MONGO_URL and SALELOOP_AMQP_URL")
    own.start()
    own.wait_ready()
    yield own
    own.stop()
    leftovers.end(own.run_dir, grace=2)


@pytest.fixture
def broken(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> Iterator[Probe]:
    """The probe on servers that may be stopped; always on a new database."""
    monkeypatch.setenv("SALELOOP_TOPOLOGY", "tests.chassis.probe:TOPOLOGY")
    topology.table.cache_clear()
    name = f"probe_{random.randrange(10**9)}"
    made = Probe(Database("leads", servers.mongo_url(None, name), name), servers.amqp_url())
    made.open()
    yield made
    made.close()
    database.disconnect()
    topology.table.cache_clear()


class Commands:
    """Clients that repeat each command until it is acknowledged, as real callers do."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}"
        self.acknowledged: list[str] = []
        self.answers: Counter[int] = Counter()
        self.longest_s = 0.0

    def send(self, keys: list[str], clients: int = 4) -> None:
        """Returns when all are acknowledged."""
        threads = [threading.Thread(target=self._send, args=(keys[start::clients],)) for start in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _send(self, keys: list[str]) -> None:
        with httpx.Client(base_url=self._url, timeout=CALL_S + 3) as client:
            for key in keys:
                while not self._is_done(client, key):
                    time.sleep(0.1)
                self.acknowledged.append(key)

    def _is_done(self, client: httpx.Client, key: str) -> bool:
        started = time.monotonic()
        try:
            code = client.post(f"/{key}").status_code
        except httpx.TransportError:
            code = 0
        self.longest_s = max(self.longest_s, time.monotonic() - started)
        self.answers[code] += 1
        return code == 200


def start_rpc(probe: Probe, port: int) -> subprocess.Popen[bytes]:
    return probe.process("tests.chassis.probe_rpc", {"PROBE_PORT": str(port)})


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def require_each_effect_once(acknowledged: list[str], within: float = 30.0) -> None:
    ids = {derived_id(key) for key in acknowledged}
    wait_until(lambda: Effect.collection().count_documents({}) >= len(ids), within, "every event has its effect")
    wait_until(
        lambda: not Thing.collection().count_documents({"outbox.id": {"$exists": True}}), within, "empty outboxes"
    )
    assert {each["_id"] for each in Effect.collection().find()} == ids
    assert {each["times"] for each in Effect.collection().find()} == {1}
    assert {each["version"] for each in Thing.collection().find()} == {1}


def test_killed_processes_lose_nothing_and_double_nothing(broken: Probe) -> None:
    port = free_port()
    processes = {"rpc": start_rpc(broken, port), "worker": broken.worker()}
    commands = Commands(port)
    sending = threading.Thread(target=commands.send, args=([f"kill-{number}" for number in range(500)],))
    sending.start()
    kills = 0
    while sending.is_alive():
        time.sleep(random.uniform(1.5, 3.0))
        victim = random.choice(["rpc", "worker"])
        processes[victim].send_signal(signal.SIGKILL)
        processes[victim].wait()
        processes[victim] = start_rpc(broken, port) if victim == "rpc" else broken.worker()
        kills += 1
    assert kills
    assert len(commands.acknowledged) == 500
    require_each_effect_once(commands.acknowledged)


def outage(child: Child) -> None:
    child.stop(10)
    time.sleep(OUTAGE_S)


def test_a_broker_that_is_away_stops_no_command_and_everything_arrives_afterwards(
    broken: Probe, servers: Servers
) -> None:
    assert servers.rabbit is not None
    port = free_port()
    start_rpc(broken, port)
    broken.worker()
    commands = Commands(port)
    commands.send([f"before-{number}" for number in range(50)])
    commands.answers.clear()
    commands.longest_s = 0.0
    away = threading.Thread(target=outage, args=(servers.rabbit.child,))
    away.start()
    time.sleep(0.5)
    commands.send([f"during-{number}" for number in range(100)])
    away.join()
    assert commands.answers == {200: 100}, "a commit needed the broker"
    assert commands.longest_s < CALL_S
    servers.rabbit.child.start()
    servers.rabbit.wait_ready()
    require_each_effect_once(commands.acknowledged, within=RESUMES_S)
    commands.send(["after"])
    require_each_effect_once(commands.acknowledged, within=2.0)


def test_a_broker_that_hangs_is_given_up_and_everything_arrives_afterwards(broken: Probe, servers: Servers) -> None:
    assert servers.rabbit is not None
    port = free_port()
    start_rpc(broken, port)
    broken.worker()
    commands = Commands(port)
    commands.send([f"before-{number}" for number in range(20)])
    commands.answers.clear()
    servers.rabbit.child.kill(signal.SIGSTOP)
    try:
        commands.send([f"during-{number}" for number in range(100)])
        time.sleep(OUTAGE_S)
    finally:
        servers.rabbit.child.kill(signal.SIGCONT)
    assert commands.answers == {200: 100}, "a commit needed the broker"
    require_each_effect_once(commands.acknowledged, within=2 * RESUMES_S)


def test_a_database_that_is_away_is_told_in_time_and_everything_resumes(broken: Probe, servers: Servers) -> None:
    assert servers.mongo is not None
    port = free_port()
    start_rpc(broken, port)
    broken.worker()
    commands = Commands(port)
    commands.send([f"before-{number}" for number in range(50)])
    wait_until(lambda: Effect.collection().count_documents({}) == 50)  # the worker polls for deadlines too by now
    commands.longest_s = 0.0
    sending = threading.Thread(target=commands.send, args=([f"during-{number}" for number in range(300)],))
    sending.start()
    servers.mongo.child.stop(10)
    for key in ("waiting-1", "waiting-2"):  # events that come while the database is away
        publish_created(broken, derived_id(key), key)
        commands.acknowledged.append(key)
    tries_again = 0
    back_at = time.monotonic() + OUTAGE_S
    while time.monotonic() < back_at:
        tries_again += sum(broken.count(f"leads.retry.{number}") for number in range(1, 5))
        time.sleep(0.02)
    assert not tries_again, "an outage costs no try"
    assert commands.answers[503]
    assert commands.longest_s < CALL_S, "callers hear of it within their deadline"
    servers.mongo.child.start()
    servers.mongo.wait_ready()
    back = time.monotonic()
    commands.send(["first"])
    assert time.monotonic() - back < RESUMES_S
    sending.join()
    require_each_effect_once(commands.acknowledged)
    assert broken.count("leads.parked") == 0
    late = Thing(name="due")
    late.schedule("remind", clock.now())
    late.commit()
    wait_until(lambda: Thing.load(late.id).reminders == 1, RESUMES_S, "deadlines fire again")
