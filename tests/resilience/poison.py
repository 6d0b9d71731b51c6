"""Messages in the ingestion's queues that cannot be handled, and the command that hands them out again."""

import subprocess
import sys

from chassis.ids import new_id
from chassis.publishing import Outcome, Outgoing, Publisher
from chassis.queues import messages_ready
from chassis.topology import POS_EXCHANGE, parked_exchange
from devstack.supervisor import Platform
from devstack.wiring import ROOT
from gateway.pos.batches import partition_of
from saleloop.pos.v1 import ingest_pb2 as ingest
from saleloop.pos.v1 import pos_service_pb2 as pos


def publish(platform: Platform, store: str, *bodies: bytes) -> None:
    """Put them into the queue of this store's partition."""
    publisher = Publisher(platform.servers.amqp_url(), "poison")
    publisher.start()
    assert publisher.wait_connected(10)
    for body in bodies:
        message = Outgoing(POS_EXCHANGE, partition_of(store), body, new_id(), {}, "application/x-protobuf")
        assert publisher.publish_and_wait(message) is Outcome.CONFIRMED
    publisher.stop()


def vouched(store: str, terminal: str, receipts: list[pos.Receipt]) -> bytes:
    """A batch as the edge hands it over, of the terminal's first epoch."""
    batch = ingest.AuthenticatedBatch(store_id=store, terminal_id=terminal, epoch=1, batch_sequence=1)
    batch.content = pos.ReceiptBatch(receipts=receipts).SerializeToString()
    batch.receive_time.GetCurrentTime()
    return batch.SerializeToString()


def parked(platform: Platform) -> int:
    """How many messages of stores were given up."""
    return messages_ready(platform.servers.amqp_url(), [parked_exchange("stores")])


def replay(platform: Platform) -> str:
    """`make replay` for stores; what it says."""
    return _command(platform.wiring.admin_environment(), "chassis.parked", "replay", "--service", "stores")


def rebuild(platform: Platform) -> str:
    """`make rebuild-figures`; what it says."""
    return _command(platform.wiring.owner_environment("stores"), "services.stores", "rebuild")


def _command(env: dict[str, str], *words: str) -> str:
    command = [sys.executable, "-m", *words]
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert not done.returncode, done.stderr
    return done.stdout
