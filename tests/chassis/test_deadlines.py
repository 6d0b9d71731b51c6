"""Deadlines fire once, at their business time, whoever looks; one that fails stops nobody."""

from datetime import timedelta

from google.protobuf.json_format import Parse

from chassis import telemetry
from chassis.clocks import clock
from chassis.database import current
from chassis.parked_deadlines import parked_deadlines
from saleloop.audit.v1.events_pb2 import ChangeRecorded
from tests.chassis.messaging import Probe, wait_until
from tests.chassis.probe import Thing


def reminded(thing: Thing) -> int:
    return Thing.load(thing.id).reminders


def test_a_due_deadline_fires_once_with_two_workers(probe: Probe) -> None:
    probe.relay()
    things = [Thing(id=f"t{number}", name="a") for number in range(60)]
    for thing in things:
        thing.schedule("remind", clock.now())
        thing.commit()
    probe.worker()
    probe.worker()
    wait_until(lambda: Thing.collection().count_documents({"reminders": 1}) == 60)
    wait_until(lambda: current()["effects"].count_documents({}) == 60)
    assert Thing.collection().count_documents({"deadlines": []}) == 60
    assert {each["times"] for each in current()["effects"].find()} == {1}


def test_a_deadline_waits_for_its_business_time(probe: Probe) -> None:
    probe.worker()
    thing, now = Thing(name="a"), Thing(name="now")
    thing.schedule("remind", clock.now() + timedelta(days=7))
    now.schedule("remind", clock.now())
    thing.commit()
    now.commit()
    wait_until(lambda: reminded(now) == 1)
    assert reminded(thing) == 0
    clock.set_offset(int(timedelta(days=7, seconds=1).total_seconds() * 1000))
    wait_until(lambda: reminded(thing) == 1, 3.0)


def test_a_failing_deadline_is_parked_and_does_not_stop_others(probe: Probe) -> None:
    worker = probe.worker(fail="break")
    failing, other = Thing(id="failing", name="a"), Thing(id="other", name="b")
    failing.schedule("break", clock.now() - timedelta(hours=1))
    failing.schedule("remind", clock.now())
    failing.commit()
    other.schedule("remind", clock.now())
    other.commit()
    wait_until(lambda: reminded(other) == 1)
    wait_until(lambda: reminded(failing) == 1)
    wait_until(lambda: len(list(parked_deadlines(current()))) == 1)
    assert current()["tries"].count_documents({}) == 5
    wait_until(lambda: Thing.load("failing").deadlines == [])
    listed = probe.command("chassis.parked", "list", "--service", "leads")
    assert "things/failing/break  5 tries  RuntimeError: the deadline fails" in listed

    worker.terminate()
    worker.wait(15)
    probe.worker()
    assert "1 replayed" in probe.command("chassis.parked", "replay", "--service", "leads")
    wait_until(lambda: Thing.load("failing").name == "mended")
    assert list(parked_deadlines(current())) == []


def test_a_deadline_continues_the_trace_that_planned_it_and_the_audit_names_the_timer(probe: Probe) -> None:
    thing = Thing(name="a")
    with telemetry.span("plan"):
        trace_id = telemetry.trace_id()
        thing.schedule("remind", clock.now())
        thing.commit()
    probe.relay()
    probe.worker()
    wait_until(lambda: probe.count("gateway.audit") == 2)
    told = [taken for taken in (probe.take("gateway.audit"), probe.take("gateway.audit")) if taken]
    records = {record.actor: record for record in (Parse(body, ChangeRecorded()) for _, body in told)}
    assert all(trace_id in properties.headers["traceparent"] for properties, _ in told)
    assert set(records) == {"process", "timer"}
    fired = records["timer"]
    assert (fired.operation, fired.why, fired.version) == ("leads.remind", "deadline remind", 2)
