"""What is saved is published: at once, or by the sweep; and nothing waits for the broker."""

import time
from collections.abc import Iterable

import pytest

from chassis import relay as relays
from chassis.database import current
from chassis.outbox import receive
from chassis.relay import Relay
from saleloop.leads.v1 import events_pb2 as events
from tests.chassis.messaging import Probe, wait_until
from tests.chassis.probe import Thing


def left_entries() -> int:
    return sum(len(each.get("outbox", ())) for each in Thing.collection().find())


def test_a_committed_event_reaches_its_queue_and_leaves_the_outbox(probe: Probe) -> None:
    probe.relay()
    thing = Thing(name="a").created()
    wait_until(lambda: probe.count("leads.count_created") == 1, 2.0)
    taken = probe.take("leads.count_created")
    assert taken is not None
    properties, body = taken
    headers = properties.headers
    assert body.decode() == f'{{"lead_id":"{thing.id}","region":"east"}}'
    assert properties.delivery_mode == 2
    assert properties.message_id == headers["ce-id"]
    assert (headers["ce-type"], headers["ce-source"]) == ("lead_created.v1", "/saleloop/leads")
    assert (headers["ce-subject"], headers["ce-sequence"]) == (thing.id, 1)
    assert len(headers["traceparent"]) == 55
    wait_until(lambda: left_entries() == 0, 2.0)
    assert probe.count("gateway.audit") == 1


def test_entries_of_a_process_that_died_are_swept(probe: Probe) -> None:
    things = [Thing(name=f"t{number}") for number in range(700)]
    for thing in things:
        thing.created()
    assert left_entries() == 1400
    probe.relay()
    wait_until(lambda: left_entries() == 0, 12.0)
    assert probe.count("leads.count_created") == 700


def test_an_event_without_subscriber_leaves_the_outbox_when_the_table_says_so(probe: Probe) -> None:
    probe.relay()
    thing = Thing(name="a")
    thing.emit(events.LeadContacted(lead_id=thing.id))
    thing.commit()
    wait_until(lambda: left_entries() == 0, 3.0)


def test_an_event_whose_queue_is_gone_is_kept_until_it_is_back(probe: Probe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relays, "_RETURNED_AGAIN_S", 0.5)
    probe.broker.queue_delete("leads.count_created")
    probe.relay()
    Thing(name="a").created()
    wait_until(lambda: probe.count("gateway.audit") == 1)
    time.sleep(1)
    assert left_entries() == 1
    probe.broker.queue_declare("leads.count_created", durable=True, arguments={"x-queue-type": "quorum"})
    probe.broker.queue_bind("leads.count_created", "leads.events", "lead_created.v1")
    wait_until(lambda: left_entries() == 0, 10.0)
    assert probe.count("leads.count_created") == 1


def test_a_second_relay_does_not_publish_or_read_twice(probe: Probe) -> None:
    for number in range(300):
        Thing(name=f"t{number}").created()
    sweeps: list[str] = []
    one, two = probe.relay(), probe.relay()
    for each in (one, two):
        _note_sweeps(each, sweeps)
    wait_until(lambda: left_entries() == 0, 12.0)
    time.sleep(1.5)
    assert probe.count("leads.count_created") == 300
    assert len(set(sweeps)) == 1


def _note_sweeps(relay: Relay, sweeps: list[str]) -> None:
    collections = relay._collections

    def noted() -> Iterable[str]:
        sweeps.append(relay._holder)  # only a sweep asks which collections there are
        return collections()

    relay._collections = noted


def test_the_lease_moves_on_when_its_holder_stops(probe: Probe) -> None:
    one, two = probe.relay(), probe.relay()
    wait_until(lambda: current()["relay_leases"].count_documents({}) == 1)
    held = current()["relay_leases"].find_one()
    assert held is not None
    holder, other = (one, two) if held["holder"] == one._holder else (two, one)
    holder.stop()
    wait_until(lambda: current()["relay_leases"].count_documents({"holder": other._holder}) == 1, 6.0)


def test_a_commit_does_not_wait_for_a_broker_that_is_away(probe: Probe) -> None:
    relay = Relay(current(), "leads", "amqp://127.0.0.1:1/none", lambda: ["things"])
    relay.start()
    try:
        started = time.monotonic()
        Thing(name="a").created()
        assert time.monotonic() - started < 0.5
        assert left_entries() == 2
    finally:
        relay.stop(0.5)
        receive(None)


def test_stopping_flushes_what_is_under_way(probe: Probe) -> None:
    relay = probe.relay()
    for number in range(200):
        Thing(name=f"t{number}").created()
    relay.stop()
    assert left_entries() == 0
