"""Two real ingest processes, killed at any moment: everything is counted, once."""

import os
import signal
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from random import Random

from chassis import declare, topology
from chassis.clocks import real_clock
from chassis.ids import new_id
from chassis.publishing import Outgoing, Publisher
from saleloop.pos.v1 import ingest_pb2 as ingest
from saleloop.pos.v1 import pos_service_pb2 as pos
from services.stores.commands.rebuild_figures import rebuild_figures
from services.stores.commands.share_partitions import PartitionLeases
from services.stores.ledger import Ledger
from tests.stack import Vhost
from tests.stores.made_up import message_of, receipt

ROOT = Path(__file__).resolve().parents[2]
TERMINALS = [(store, terminal) for store in ("s1", "s2", "s3") for terminal in ("t1", "t2")]
NUMBERS = 300


def wait_until(is_true: Callable[[], bool], timeout: float = 60.0) -> None:
    give_up_at = time.monotonic() + timeout
    while not is_true():
        assert time.monotonic() < give_up_at, f"not within {timeout} s"
        time.sleep(0.1)


class Ingestion:
    """Processes of `python -m services.stores ingest` on one database and one virtual host."""

    def __init__(self, amqp_url: str) -> None:
        self._environ = {
            **os.environ,
            "SALELOOP_AMQP_URL": amqp_url,
            "SALELOOP_ENVIRONMENT": "test",
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'gen'}",
        }
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        command = [sys.executable, "-m", "services.stores", "ingest"]
        environ = self._environ | {"SALELOOP_TELEMETRY_PORT": "0"}
        self._running.append(
            subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        )

    def kill_one(self, random: Random) -> None:
        process = self._running.pop(random.randrange(len(self._running)))
        process.send_signal(signal.SIGKILL)
        process.wait()

    def end(self) -> None:
        for process in self._running:
            process.kill()
            process.wait()


@contextmanager
def processes(vhost: Vhost) -> Iterator[Ingestion]:
    declare.declare(vhost.amqp_url(), topology.table(), (1000, 5000, 30000, 120000))
    running = Ingestion(vhost.amqp_url("stores"))
    try:
        yield running
    finally:
        running.end()


def messages(random: Random) -> list[Outgoing]:
    """Every terminal's receipts three times, cut into batches each time anew, in disorder."""
    made = []
    for store, terminal in TERMINALS * 3:
        numbers = list(range(1, NUMBERS + 1))
        random.shuffle(numbers)
        while numbers:
            size = random.randint(1, 30)
            taken, numbers = numbers[:size], numbers[size:]
            body = ingest.AuthenticatedBatch(store_id=store, terminal_id=terminal, epoch=1)
            body.content = pos.ReceiptBatch(
                receipts=[message_of(receipt(n, amounts=(n,), member_id="m1")) for n in taken]
            ).SerializeToString()
            body.receive_time.FromDatetime(real_clock.now())
            partition = f"{zlib.crc32(store.encode()) % 64:02d}"
            made.append(Outgoing(topology.POS_EXCHANGE, partition, body.SerializeToString(), new_id(), {}))
    random.shuffle(made)
    return made


def test_kills_at_any_moment_lose_and_double_nothing(ledger: Ledger, store: str, fresh_vhost: Vhost) -> None:
    random = Random(3)
    with processes(fresh_vhost) as ingestion:
        for _ in range(2):
            ingestion.start()
        publisher = Publisher(fresh_vhost.amqp_url(), "test")
        publisher.start()
        assert publisher.wait_connected(10)
        sent = messages(random)
        for position, message in enumerate(sent):
            assert publisher.publish(message, lambda _outcome: None)
            if position % (len(sent) // 4) == len(sent) // 8:
                time.sleep(random.random() * 3)
                ingestion.kill_one(random)
                ingestion.start()
        repeated = 2 * len(TERMINALS) * NUMBERS

        def is_counted() -> bool:
            counts = [found["counts"] for found in ledger.progress.find({})]
            return bool(sum(each["duplicates"] for each in counts) >= repeated)

        wait_until(is_counted, 150)
        publisher.stop()
    totals = [found["totals"] for found in ledger.days.find({})]
    assert sum(each["receipts"] for each in totals) == len(TERMINALS) * NUMBERS
    assert sum(each["revenue_minor"] for each in totals) == len(TERMINALS) * sum(range(1, NUMBERS + 1))
    assert [found["seen"] for found in ledger.progress.find({})] == [[[1, NUMBERS]]] * len(TERMINALS)
    assert rebuild_figures(ledger) == {}


def test_processes_share_the_partitions_and_take_over_from_the_dead(ledger: Ledger, store: str) -> None:
    partitions = [f"{number:02d}" for number in range(64)]
    first, second = (PartitionLeases(ledger, partitions, lambda held: None) for _ in range(2))
    assert len(first.share()) == 64
    assert second.share() == frozenset()
    mine = first.share()
    theirs = second.share()
    assert (len(mine), len(theirs), mine & theirs) == (32, 32, frozenset())
    past = real_clock.now() - timedelta(seconds=1)
    ledger.database["ingest_processes"].update_one({"_id": second._owner}, {"$set": {"until": past}})
    ledger.database["partition_leases"].update_many({"owner": second._owner}, {"$set": {"until": past}})
    assert len(first.share()) == 64


def test_processes_may_start_at_the_same_moment(ledger: Ledger) -> None:
    for name in ledger.database.list_collection_names():
        ledger.database.drop_collection(name)
    with ThreadPoolExecutor(8) as starters:
        for started in [starters.submit(ledger.ensure_indexes) for _ in range(8)]:
            started.result()
    assert {"skus", "members", "receipt_batches"} <= set(ledger.database.list_collection_names())
