"""The embedded servers: users see only what is theirs, and both come back with the same data."""

import socket
from collections.abc import Callable
from pathlib import Path

import httpx
import pika
import pytest
from pika.exceptions import ChannelClosedByBroker
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from devstack.mongo import cache_gb
from devstack.servers import Servers
from devstack.supervisor import Platform
from tests.stack import Database, Vhost, environ_for_tests


def test_an_owner_reads_its_own_database_only(stack: Servers) -> None:
    with MongoClient[dict[str, object]](stack.mongo_url("leads")) as client:
        client["leads"]["probe"].insert_one({"_id": 1})
        with pytest.raises(OperationFailure, match="not authorized"):
            client["billing"]["probe"].find_one()


def test_an_owner_cannot_read_the_queues_of_another(stack: Servers, fresh_vhost: Vhost) -> None:
    with pika.BlockingConnection(pika.URLParameters(fresh_vhost.amqp_url("billing"))) as connection:
        connection.channel().queue_declare("billing.work", durable=True)
    with pika.BlockingConnection(pika.URLParameters(fresh_vhost.amqp_url("leads"))) as connection:
        channel = connection.channel()
        with pytest.raises(ChannelClosedByBroker, match="ACCESS_REFUSED"):
            channel.basic_get("billing.work")


def test_queues_are_quorum_queues_by_default(stack: Servers, fresh_vhost: Vhost) -> None:
    with pika.BlockingConnection(pika.URLParameters(fresh_vhost.amqp_url("leads"))) as connection:
        connection.channel().queue_declare("leads.work", durable=True)
    queues = httpx.get(f"{fresh_vhost.management_url}/api/queues/{fresh_vhost.name}").json()
    assert [queue["type"] for queue in queues] == ["quorum"]


def test_transactions_and_change_streams_work(stack: Servers, fresh_database: Callable[[str], Database]) -> None:
    database = fresh_database("leads")
    with MongoClient[dict[str, object]](database.url) as client:
        collection = client[database.name]["probe"]
        with collection.watch() as changes, client.start_session() as session:
            session.with_transaction(lambda inside: collection.insert_one({"_id": 1}, session=inside))
            assert next(changes)["documentKey"] == {"_id": 1}


def test_both_servers_come_back_with_their_data_after_a_kill(make_platform: Callable[..., Platform]) -> None:
    platform = make_platform(only=[])
    servers = platform.servers
    assert servers.mongo is not None
    assert servers.rabbit is not None
    with MongoClient[dict[str, object]](servers.mongo_url("leads")) as client:
        client["leads"]["probe"].insert_one({"_id": "kept"})
        with pika.BlockingConnection(pika.URLParameters(servers.amqp_url("leads"))) as connection:
            connection.channel().queue_declare("leads.kept", durable=True)
        servers.mongo.child.kill()
        servers.rabbit.child.kill()
        servers.mongo.child.start()
        servers.rabbit.child.start()
        servers.wait_ready()
        assert client["leads"]["probe"].find_one() == {"_id": "kept"}
    with pika.BlockingConnection(pika.URLParameters(servers.amqp_url("leads"))) as connection:
        connection.channel().queue_declare("leads.kept", passive=True)


def test_mongod_moves_to_a_free_port_when_its_own_was_taken(tmp_path: Path) -> None:
    environ = environ_for_tests() | {"SALELOOP_AMQP_URL": "amqp://mq.example/"}
    first = _mongo_with_a_document(tmp_path, environ)
    with socket.socket() as other:
        other.bind(("127.0.0.1", first))
        servers = Servers(tmp_path, environ)
        try:
            servers.start()
            servers.wait_ready()
            assert servers.mongo is not None
            assert servers.mongo.port != first
            with MongoClient[dict[str, object]](servers.mongo_url("leads")) as client:
                assert client["leads"]["probe"].find_one() == {"_id": "kept"}
        finally:
            servers.stop()


def _mongo_with_a_document(run_dir: Path, environ: dict[str, str]) -> int:
    servers = Servers(run_dir, environ)
    try:
        servers.start()
        servers.wait_ready()
        with MongoClient[dict[str, object]](servers.mongo_url("leads")) as client:
            client["leads"]["probe"].insert_one({"_id": "kept"})
    finally:
        servers.stop()
    assert servers.mongo is not None
    return servers.mongo.port


def test_the_databases_cache_fits_the_machine() -> None:
    assert [cache_gb(each * 2**30) for each in (2, 4, 8, 24, 512)] == ["0.50", "0.50", "1.00", "2.00", "2.00"]
