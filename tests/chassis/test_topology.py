"""The table contradicts itself nowhere, and declaring it is harmless to repeat."""

import pytest

from chassis import declare, topology
from chassis.declare import QueueDiffers
from chassis.topology import Event, Subscription, Topology
from tests.chassis.messaging import RETRY_DELAYS_MS, Probe, wait_until
from tests.chassis.probe import TOPOLOGY


def test_a_subscription_needs_a_publisher() -> None:
    with pytest.raises(ValueError, match="nobody publishes"):
        Topology(("a", "b"), (), (Subscription("b", "copy", "a", "thing_made.v1"),))


def test_an_event_without_a_subscriber_must_be_marked() -> None:
    with pytest.raises(ValueError, match="marked as subscribed"):
        Topology(("a",), (Event("a", "thing_made.v1"),), ())
    marked = Topology(("a",), (Event("a", "thing_made.v1", subscribed=False),), ())
    assert marked.may_be_unroutable("a", "thing_made.v1")
    assert not marked.may_be_unroutable("a", "other_made.v1")


def test_two_subscriptions_do_not_share_a_queue() -> None:
    events = (Event("a", "one.v1"), Event("a", "two.v1"))
    both = (Subscription("b", "copy", "a", "one.v1"), Subscription("b", "copy", "a", "two.v1"))
    with pytest.raises(ValueError, match="share a queue"):
        Topology(("a", "b"), events, both)


def test_the_contract_table_is_sound() -> None:
    from contracts.topology import TOPOLOGY as CONTRACT

    assert len(list(CONTRACT.partition_queues())) == 64
    assert {queue.name for queue in declare.queues(CONTRACT, RETRY_DELAYS_MS)} >= {"gateway.audit", "stores.pos.63"}


def test_declaring_twice_is_harmless_and_other_arguments_are_told(probe: Probe) -> None:
    assert declare.declare(probe.amqp_url, TOPOLOGY, RETRY_DELAYS_MS) == 14
    with pytest.raises(QueueDiffers, match=r"leads\.retry\.1"):
        declare.declare(probe.amqp_url, TOPOLOGY, (1, 2, 3, 4))


def test_a_retry_queue_returns_a_message_to_its_one_handler(probe: Probe) -> None:
    probe.broker.basic_publish(topology.retry_exchange("leads", 1), "leads.fail_always", b"{}")
    wait_until(lambda: probe.count("leads.fail_always") == 1)
    assert probe.count("leads.count_created") == 0
    assert probe.count("leads.retry.1") == 0


def test_a_message_that_nobody_answers_is_parked_in_the_end(probe: Probe) -> None:
    probe.publish("leads.count_created", b"{}", {})
    for _ in range(topology.DELIVERY_LIMIT + 1):
        wait_until(lambda: probe.count("leads.count_created") == 1)
        method, _, _ = probe.broker.basic_get("leads.count_created")
        probe.broker.basic_nack(method.delivery_tag, requeue=True)
        if probe.count("leads.parked"):
            break
    wait_until(lambda: probe.count("leads.parked") == 1)
    assert "delivered 20 times" in probe.command("chassis.parked", "list", "--service", "leads")
