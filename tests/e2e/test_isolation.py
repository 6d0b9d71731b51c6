"""Leads' credentials reach what leads owns, and nothing that billing owns: neither its database nor its queues."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pika
import pytest
from pika.adapters.blocking_connection import BlockingChannel, BlockingConnection
from pika.exceptions import ChannelClosedByBroker, UnroutableError
from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import OperationFailure

from devstack.servers import Servers
from devstack.supervisor import Platform

BILLING_QUEUE = "billing.start_contract_when_quote_signed"
OWN_QUEUE = "leads.route_lead_when_created"
UNAUTHORIZED, ACCESS_REFUSED = 13, 403

Json = dict[str, Any]
DatabaseUse = Callable[[Database[Json]], object]
ChannelUse = Callable[[BlockingChannel], object]

DATABASE_USES: dict[str, DatabaseUse] = {
    "read": lambda billing: billing["contracts"].find_one(),
    "count": lambda billing: billing["contracts"].count_documents({}),
    "list": lambda billing: billing.list_collection_names(),
    "insert": lambda billing: billing["contracts"].insert_one({"_id": "intruder"}),
    "update": lambda billing: billing["contracts"].update_many({}, {"$set": {"state": "closed"}}),
    "delete": lambda billing: billing["contracts"].delete_many({}),
    "watch": lambda billing: billing.watch().close(),
    "drop": lambda billing: billing["contracts"].drop(),
}
CHANNEL_USES: dict[str, ChannelUse] = {
    "get": lambda channel: channel.basic_get(BILLING_QUEUE),
    "consume": lambda channel: channel.basic_consume(BILLING_QUEUE, lambda *_: None),
    "purge": lambda channel: channel.queue_purge(BILLING_QUEUE),
    "delete": lambda channel: channel.queue_delete(BILLING_QUEUE),
    "read what was parked": lambda channel: channel.basic_get("billing.parked"),
    "read what waits for a retry": lambda channel: channel.basic_get("billing.retry.1"),
    "bind its queue elsewhere": lambda channel: channel.queue_bind(BILLING_QUEUE, "leads.events", "#"),
    "make a queue in its name": lambda channel: channel.queue_declare("billing.intruder", durable=True),
    "publish in its name": lambda channel: _publish(channel, "billing.events", "receivable_settled.v1"),
    "park in its name": lambda channel: _publish(channel, "billing.parked", BILLING_QUEUE),
    "delay in its name": lambda channel: _publish(channel, "billing.retry.1", BILLING_QUEUE),
    "slip an event past the exchanges": lambda channel: _publish(channel, "", BILLING_QUEUE),
    "slip a change into the audit": lambda channel: _publish(channel, "", "gateway.audit"),
    "send receipts": lambda channel: _publish(channel, "pos.receipts", "00"),
}


@pytest.fixture
def channel(platform: Platform) -> Iterator[BlockingChannel]:
    """A channel of leads' user on the declared exchanges and queues."""
    connection = BlockingConnection(pika.URLParameters(platform.servers.amqp_url("leads")))
    channel = connection.channel()
    channel.confirm_delivery()
    yield channel
    connection.close()


@pytest.fixture
def leads_client(stack: Servers) -> Iterator[MongoClient[Json]]:
    """Leads' user at the database server."""
    with MongoClient[Json](stack.mongo_url("leads"), serverSelectionTimeoutMS=5_000) as client:
        yield client


def test_leads_uses_its_own_database(leads_client: MongoClient[Json]) -> None:
    assert leads_client["leads"]["leads"].count_documents({}) >= 0


@pytest.mark.parametrize("use", DATABASE_USES)
def test_leads_cannot_touch_billings_database(leads_client: MongoClient[Json], use: str) -> None:
    with pytest.raises(OperationFailure) as refusal:
        DATABASE_USES[use](leads_client["billing"])
    assert refusal.value.code == UNAUTHORIZED


def test_leads_does_not_even_see_other_databases(leads_client: MongoClient[Json]) -> None:
    assert set(leads_client.list_database_names()) <= {"leads"}


def test_leads_uses_its_own_queues(channel: BlockingChannel) -> None:
    assert channel.queue_declare(OWN_QUEUE, passive=True).method.queue == OWN_QUEUE


@pytest.mark.parametrize("use", CHANNEL_USES)
def test_leads_cannot_touch_billings_queues(channel: BlockingChannel, use: str) -> None:
    with pytest.raises(ChannelClosedByBroker) as refusal:
        CHANNEL_USES[use](channel)
    assert refusal.value.reply_code == ACCESS_REFUSED


def test_the_retry_ladder_of_leads_leads_to_no_other_queue(channel: BlockingChannel) -> None:
    with pytest.raises(UnroutableError):
        _publish(channel, "leads.retry.1", BILLING_QUEUE)


def test_leads_has_no_say_in_the_brokers_management(stack: Servers) -> None:
    url = httpx.URL(stack.management_url).copy_with(username="leads", password=stack.secrets.owners["leads"])
    assert httpx.get(f"{url}/api/queues", timeout=10).status_code == httpx.codes.UNAUTHORIZED


def _publish(channel: BlockingChannel, exchange: str, routing_key: str) -> None:
    channel.basic_publish(exchange, routing_key, b"{}", mandatory=True)
