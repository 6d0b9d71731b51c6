"""Ingest processes share the partitions by leases kept in documents.

`ingest_processes` tells who lives, `partition_leases` who takes from which partition. A lease is no lock: a process
that lost one without noticing does no harm, since the transaction on a terminal's progress decides what counts.
"""

import threading
from collections.abc import Callable, Collection, Iterable
from datetime import timedelta

from pymongo.errors import DuplicateKeyError, PyMongoError

from chassis import logs
from chassis.clocks import real_clock
from chassis.ids import new_id
from services.stores.ledger import Ledger

LEASE = timedelta(seconds=4)
RENEW_EVERY_S = 1.0
log = logs.get_logger(__name__)


class PartitionLeases:
    """One process's share of `partitions`; `on_change` is told the held ones, in the thread that renews them."""

    def __init__(self, ledger: Ledger, partitions: Iterable[str], on_change: Callable[[Collection[str]], None]) -> None:
        self._leases = ledger.database["partition_leases"]
        self._processes = ledger.database["ingest_processes"]
        self._partitions = tuple(partitions)
        self._on_change = on_change
        self._owner = new_id()
        self._held: frozenset[str] = frozenset()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="partition-leases", daemon=True)

    def start(self) -> None:
        """Take a share, and keep it fair while processes come and go."""
        self._thread.start()

    def stop(self) -> None:
        """Leave everything to the others at once."""
        self._stopping.set()
        self._thread.join(RENEW_EVERY_S * 5)
        try:
            self._leases.delete_many({"owner": self._owner})
            self._processes.delete_one({"_id": self._owner})
        except PyMongoError:
            return  # they run out by themselves

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                held = self.share()
            except PyMongoError as error:
                log.warning("leases_wait_for_storage", reason=type(error).__name__)
            else:
                if held != self._held:
                    self._held = held
                    self._on_change(sorted(held))
            self._stopping.wait(RENEW_EVERY_S)

    def share(self) -> frozenset[str]:
        """Renew, give back what is more than a fair share, take what is free; returns the held partitions."""
        now = real_clock.now()
        until = now + LEASE
        self._processes.update_one({"_id": self._owner}, {"$set": {"until": until}}, upsert=True)
        living = self._processes.count_documents({"until": {"$gt": now}})
        self._processes.delete_many({"until": {"$lte": now}})
        fair = -(-len(self._partitions) // living)
        self._leases.update_many({"owner": self._owner}, {"$set": {"until": until}})
        leases = {lease["_id"]: lease for lease in self._leases.find({})}
        held = sorted(each for each, lease in leases.items() if lease["owner"] == self._owner)
        if len(held) > fair:
            self._leases.delete_many({"_id": {"$in": held[fair:]}, "owner": self._owner})
            held = held[:fair]
        for partition in self._partitions:
            lease = leases.get(partition)
            if len(held) < fair and (lease is None or lease["until"] <= now):
                held += self._take(partition)
        return frozenset(held)

    def _take(self, partition: str) -> list[str]:
        now = real_clock.now()
        try:
            self._leases.update_one(
                {"_id": partition, "until": {"$lte": now}},
                {"$set": {"owner": self._owner, "until": now + LEASE}},
                upsert=True,
            )
        except DuplicateKeyError:  # somebody was faster
            return []
        return [partition]
