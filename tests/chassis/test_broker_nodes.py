"""A broker of several nodes: their addresses stand in one URL, and those that answer are used."""

import pytest
from pika.exceptions import AMQPConnectionError

from chassis import declare, topology
from chassis.amqp import parameters
from chassis.publishing import Outcome, Outgoing, Publisher
from chassis.queues import messages_ready
from tests.chassis.messaging import RETRY_DELAYS_MS
from tests.chassis.probe import TOPOLOGY
from tests.stack import Vhost

GONE = ("127.0.0.1:1", "127.0.0.1:2")


def with_nodes(url: str, *others: str) -> str:
    """`url` with more nodes, none of which is there."""
    before, at, after = url.partition("@")
    return f"{before}{at}{','.join(others)},{after}"


def test_each_node_is_reached_as_the_same_user_on_the_same_virtual_host() -> None:
    made = parameters("amqp://me:p%40ss@one:5672,two,three:5673/my%2Fhost", "test")
    assert {(each.host, each.port) for each in made} == {("one", 5672), ("two", 5672), ("three", 5673)}
    assert {(each.credentials.username, each.credentials.password) for each in made} == {("me", "p@ss")}
    assert {each.virtual_host for each in made} == {"my/host"}


def test_a_url_without_user_or_with_one_node_is_read_as_ever() -> None:
    (only,) = parameters("amqp://mq.example/sales", "test")
    assert (only.host, only.port, only.virtual_host) == ("mq.example", 5672, "sales")


def test_nodes_that_are_gone_are_passed_over(fresh_vhost: Vhost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SALELOOP_TOPOLOGY", "tests.chassis.probe:TOPOLOGY")
    topology.table.cache_clear()
    url = with_nodes(fresh_vhost.amqp_url(), *GONE)
    try:
        assert declare.declare(url, TOPOLOGY, RETRY_DELAYS_MS) == 14
        publisher = Publisher(url, "test")
        publisher.start()
        assert publisher.wait_connected(10)
        message = Outgoing("leads.retry.4", "leads.count_created", b"{}", "m", {})
        assert publisher.publish_and_wait(message) is Outcome.CONFIRMED
        publisher.stop()
        assert messages_ready(url, ["leads.retry.4", "leads.count_created"]) == 1
    finally:
        topology.table.cache_clear()


def test_a_broker_whose_nodes_are_all_gone_is_told() -> None:
    with pytest.raises(AMQPConnectionError):
        messages_ready(f"amqp://me:secret@{','.join(GONE)}/none", ["any"])
