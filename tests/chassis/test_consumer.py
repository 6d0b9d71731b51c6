"""Each message has one outcome, each event one effect; a handler that fails stops nobody else."""

import itertools
import time
from typing import Any

from chassis.database import current
from chassis.ids import new_id
from saleloop.leads.v1 import events_pb2 as events
from tests.chassis.messaging import RETRY_DELAYS_MS, Probe, headers, publish_created, wait_until
from tests.chassis.probe import Effect, Thing


def tries() -> list[dict[str, Any]]:
    return list(current()["tries"].find().sort("time", 1))


def test_a_failing_handler_is_tried_five_times_and_parked_while_others_go_on(probe: Probe) -> None:
    probe.relay()
    worker = probe.worker(fail="fail_always")
    failing = Thing(name="failing")
    failing.emit(events.LeadAssigned(lead_id=failing.id))
    failing.commit()
    wait_until(lambda: len(tries()) == 1)
    other = Thing(name="other").created()
    wait_until(lambda: Effect.find(other.id) is not None, 3.0)
    assert len(tries()) < 5, "the other one waited for the failing one"
    wait_until(lambda: probe.count("leads.parked") == 1)

    times = [each["time"] for each in tries()]
    assert len(times) == 5
    gaps = [(after - before).total_seconds() * 1000 for before, after in itertools.pairwise(times)]
    assert all(gap >= delay for gap, delay in zip(gaps, RETRY_DELAYS_MS, strict=True)), gaps
    listed = probe.command("chassis.parked", "list", "--service", "leads")
    assert "leads.fail_always  5 tries  RuntimeError: the probe fails  trace " in listed
    assert probe.count("leads.parked") == 1, "listing takes nothing away"

    worker.terminate()
    worker.wait(15)
    probe.worker()
    assert "1 replayed" in probe.command("chassis.parked", "replay", "--service", "leads")
    wait_until(lambda: len(tries()) == 6)
    assert probe.count("leads.parked") == 0


def test_a_handler_may_park_at_once_and_only_the_named_message_is_replayed(probe: Probe) -> None:
    probe.worker()
    for number in range(3):
        probe.publish("leads.park_at_once", b"{}", headers(f"e{number}", "lead_unroutable.v1"), f"m{number}")
    wait_until(lambda: probe.count("leads.parked") == 3)
    assert "1 tries  nobody can help" in probe.command("chassis.parked", "list")
    replayed = probe.command("chassis.parked", "replay", "--service", "leads", "--id", "m1")
    assert "m1" in replayed
    assert "m0" not in replayed
    wait_until(lambda: probe.count("leads.parked") == 3)


def test_bodies_that_cannot_be_read_are_parked(probe: Probe) -> None:
    probe.worker()
    for number, body in enumerate((b"no json", b"\xff\xfe", b'{"lead_id": 7}', b"[]", b"")):
        probe.publish("leads.count_created", body, headers(f"e{number}"), f"m{number}")
    probe.publish("leads.count_created", b"{}", {"ce-id": "e"}, "m-headers")
    wait_until(lambda: probe.count("leads.parked") == 6)
    listed = probe.command("chassis.parked", "list")
    assert listed.count("the body is no saleloop.leads.v1.LeadCreated") == 5
    assert listed.count("not a CloudEvent") == 1
    assert Effect.collection().count_documents({}) == 0


def test_fields_of_a_newer_publisher_are_left_out(probe: Probe) -> None:
    probe.worker()
    probe.publish("leads.count_created", b'{"lead_id": "one", "later_field": 1}', headers("e"))
    wait_until(lambda: Effect.find("one") is not None)


def test_the_same_event_three_times_and_two_workers_at_once_have_one_effect(probe: Probe) -> None:
    sent = [(f"lead-{number}", new_id()) for number in range(40)]
    for _ in range(3):
        for lead_id, event_id in sent:
            publish_created(probe, lead_id, event_id)
    probe.worker()
    probe.worker()
    wait_until(lambda: probe.count("leads.count_created") == 0 and Effect.collection().count_documents({}) == 40)
    time.sleep(1)
    assert {each["times"] for each in Effect.collection().find()} == {1}
    assert probe.count("leads.parked") == 0


def test_a_worker_that_is_killed_loses_no_message(probe: Probe) -> None:
    for number in range(300):
        probe.publish(
            "leads.count_created", f'{{"lead_id": "l{number}"}}'.encode(), headers(f"e{number}"), f"e{number}"
        )
    worker = probe.worker()
    wait_until(lambda: Effect.collection().count_documents({}) > 30)
    worker.kill()
    probe.worker()
    wait_until(lambda: Effect.collection().count_documents({}) == 300)
    assert {each["times"] for each in Effect.collection().find()} == {1}


def test_a_handler_continues_the_trace_of_its_event(probe: Probe) -> None:
    probe.worker()
    probe.publish("leads.fail_always", b"{}", headers("e", "lead_assigned.v1"))
    wait_until(lambda: len(tries()) == 1)
    assert tries()[0]["trace"] == headers("e")["traceparent"]
    assert tries()[0]["current_trace"] == "ab" * 16


def test_a_worker_stops_within_seconds_and_answers_what_it_holds(probe: Probe) -> None:
    worker = probe.worker()
    for number in range(100):
        probe.publish(
            "leads.count_created", f'{{"lead_id": "l{number}"}}'.encode(), headers(f"e{number}"), f"e{number}"
        )
    wait_until(lambda: Effect.collection().count_documents({}) > 10)
    started = time.monotonic()
    worker.terminate()
    assert worker.wait(15) == 0
    assert time.monotonic() - started < 5
    handled = Effect.collection().count_documents({})
    wait_until(lambda: probe.count("leads.count_created") == 100 - handled, 5.0)
