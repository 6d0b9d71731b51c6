"""The relay: publishes what stands in the outboxes, and removes what the broker confirmed.

Two ways. Fast: commit() hands its entries over in memory and they are published at once. Sweep: the one process of a
service that holds the lease looks every second for entries that are 3 s old (their process died, or the broker was
away). Both may publish the same event: delivery is at least once.
"""

import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from pymongo import ReturnDocument, WriteConcern
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError, PyMongoError

from chassis import database, metrics, outbox, telemetry, topology
from chassis.clocks import real_clock
from chassis.envelopes import OutboxEntry
from chassis.ids import new_id
from chassis.logs import get_logger
from chassis.publishing import Outcome, Outgoing, Publisher

log = get_logger()

LIMIT = 10_000  # entries in memory; more are left to the sweep
_SWEEP_BATCH = 500
_SWEEP_EVERY_S = 1.0
_SWEEP_AGE = timedelta(seconds=3)
_LEASE = timedelta(seconds=4)
_REMOVE_EVERY_S = 0.25  # a document that changes several times meanwhile is cleaned once
_REMOVE_BATCH = 500
_PAUSE_AFTER_FAILURE_S = 0.5
_RETURNED_AGAIN_S = 10.0  # an event without its queue is offered again this often

Key = tuple[str, str, str]  # collection, document id, event id


class Relay:
    """One for each process that commits. `collections` names those that may hold outboxes."""

    def __init__(
        self, database: Database[dict[str, Any]], service: str, amqp_url: str, collections: Callable[[], Iterable[str]]
    ) -> None:
        self._database = database
        self._service = service
        self._collections = collections
        self._table = topology.table()
        self.publisher = Publisher(amqp_url, f"{service}-relay")
        self._holder = new_id()
        self._underway: set[str] = set()  # event ids from their publication until their removal
        self._confirmed: deque[Key] = deque()
        self._returned: dict[str, float] = {}  # document ids that wait until this monotonic time
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)
        self._next_sweep = 0.0

    @property
    def is_connected(self) -> bool:
        """True while the broker takes events."""
        return self.publisher.is_connected

    def start(self) -> None:
        """Take over what the process commits from now on, and sweep what was left before."""
        self.publisher.start()
        self._thread.start()
        self.publisher.wait_connected(1.0)  # else the first events would wait for the sweep
        outbox.receive(self)

    def stop(self, timeout: float = 5.0) -> None:
        """Wait for what is under way, at most `timeout` seconds, and give the lease back."""
        outbox.receive(None)
        give_up_at = real_clock.monotonic() + timeout
        while self._underway and self.is_connected and real_clock.monotonic() < give_up_at:
            self._stopping.wait(0.02)
        self._stopping.set()
        self._thread.join(2.0)
        self.publisher.stop(2.0)

    def offer(self, collection: str, document_id: str, entries: list[OutboxEntry]) -> None:
        """The fast way; never blocks. What it leaves out is swept later."""
        if len(self._underway) < LIMIT:
            for entry in entries:
                self._publish(collection, document_id, entry, "fast")

    def _publish(self, collection: str, document_id: str, entry: OutboxEntry, way: str) -> None:
        if entry["id"] in self._underway:
            return
        self._underway.add(entry["id"])
        done = partial(self._settle, (collection, document_id, entry["id"]), entry, way)
        with telemetry.span(f"publish {entry['type']}", "producer", traceparent=entry["traceparent"]):
            if not self.publisher.publish(self._message(entry), done):
                self._underway.discard(entry["id"])

    def _message(self, entry: OutboxEntry) -> Outgoing:
        headers: dict[str, str | int] = {
            "ce-specversion": "1.0",
            "ce-id": entry["id"],
            "ce-type": entry["type"],
            "ce-source": f"/saleloop/{self._service}",
            "ce-subject": entry["subject"],
            "ce-time": entry["time"].isoformat(timespec="milliseconds"),
            "ce-sequence": entry["sequence"],
            "ce-realtime": entry["real_time"].isoformat(timespec="milliseconds"),
            "traceparent": telemetry.traceparent(),
        }
        exchange = topology.events_exchange(self._service)
        is_heard = not self._table.may_be_unroutable(self._service, entry["type"])
        return Outgoing(exchange, entry["type"], entry["body"].encode(), entry["id"], headers, mandatory=is_heard)

    def _settle(self, key: Key, entry: OutboxEntry, way: str, outcome: Outcome) -> None:
        """In the publisher's thread: only notes what happened."""
        if outcome is Outcome.CONFIRMED:
            self._confirmed.append(key)
            metrics.OUTBOX_PUBLISHED.labels(entry["type"], way).inc()
            metrics.OUTBOX_DELAY.observe(max(0.0, (real_clock.now() - entry["real_time"]).total_seconds()))
            return
        self._underway.discard(entry["id"])
        if outcome is Outcome.RETURNED:
            self._returned[key[1]] = real_clock.monotonic() + _RETURNED_AGAIN_S
            metrics.OUTBOX_RETURNED.labels(entry["type"]).inc()
            log.error("event_returned", type=entry["type"], event_id=entry["id"], document_id=key[1])

    def _run(self) -> None:
        while not self._stopping.wait(_REMOVE_EVERY_S):
            metrics.OUTBOX_PENDING.set(len(self._underway))
            try:
                self._remove()
                self._sweep_when_due()
            except PyMongoError as error:
                log.warning("relay_waits_for_database", reason=type(error).__name__)
                self._stopping.wait(_PAUSE_AFTER_FAILURE_S)
            except Exception:  # the relay must outlive whatever one entry does to it
                log.exception("relay_failed")
                self._stopping.wait(_PAUSE_AFTER_FAILURE_S)
        try:
            self._remove()
            self._give_lease_back()
        except PyMongoError:
            log.warning("relay_left_entries_to_the_sweep")

    def _remove(self) -> None:
        """Take confirmed entries out of their outboxes, one update for each collection."""
        while self._confirmed:
            keys = [self._confirmed[number] for number in range(min(len(self._confirmed), _REMOVE_BATCH))]
            found: dict[str, tuple[set[str], list[str]]] = defaultdict(lambda: (set(), []))
            for collection, document_id, event_id in keys:
                found[collection][0].add(document_id)
                found[collection][1].append(event_id)
            for collection, (document_ids, event_ids) in found.items():
                # A removal that is lost only makes the event come a second time: no need to wait for the journal.
                self._database.get_collection(collection, write_concern=WriteConcern(w=1)).update_many(
                    {"_id": {"$in": list(document_ids)}}, {"$pull": {"outbox": {"id": {"$in": event_ids}}}}
                )
            for _, _, event_id in keys:
                self._confirmed.popleft()
                self._underway.discard(event_id)

    def _sweep_when_due(self) -> None:
        now = real_clock.monotonic()
        if now < self._next_sweep or not self.is_connected or len(self._underway) > LIMIT // 2:
            return
        self._next_sweep = now + _SWEEP_EVERY_S
        if not self._holds_lease():
            return
        self._returned = {each: until for each, until in self._returned.items() if until > now}
        before = real_clock.now() - _SWEEP_AGE
        old: dict[str, Any] = {"outbox.real_time": {"$lt": before}}
        if self._returned:
            old["_id"] = {"$nin": list(self._returned)}
        left = database.holding(self._database, dict.fromkeys(self._collections(), old))
        if max((self._sweep(name, old, before) for name in left), default=0) >= _SWEEP_BATCH:
            self._next_sweep = now  # there is more: go on as soon as these are removed

    def _sweep(self, name: str, old: dict[str, Any], before: datetime) -> int:
        """Publish the oldest left entries of one collection; returns how many there were."""
        found = self._database[name].find(old, {"outbox": 1}).sort("outbox.real_time", 1).limit(_SWEEP_BATCH)
        count = 0
        for document in found:
            for entry in document["outbox"]:
                if entry["real_time"] < before:
                    count += 1
                    self._publish(name, document["_id"], entry, "sweep")
        return count

    def _holds_lease(self) -> bool:
        now = real_clock.now()
        held_by = self._database["relay_leases"].find_one({"_id": "sweep"})
        if held_by is not None and held_by["holder"] != self._holder and held_by["until"] >= now:
            return False
        free = {"_id": "sweep", "$or": [{"holder": self._holder}, {"until": {"$lt": now}}]}
        held = {"$set": {"holder": self._holder, "until": now + _LEASE}}
        try:
            leases = self._database.get_collection("relay_leases", write_concern=WriteConcern(w=1))
            leases.find_one_and_update(free, held, upsert=True, return_document=ReturnDocument.AFTER)
        except DuplicateKeyError:  # somebody else holds it
            return False
        return True

    def _give_lease_back(self) -> None:
        self._database["relay_leases"].delete_one({"_id": "sweep", "holder": self._holder})


def start_relay(service: str, amqp_url: str) -> Relay:
    """The relay of this process on its connected database, running."""
    relay = Relay(
        database.current(), service, amqp_url, lambda: [each.collection_name() for each in database.aggregates()]
    )
    relay.start()
    return relay
