"""The gateway's application on a real port and a real MongoDB, with a stand-in for the leads service behind it."""

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pymongo import MongoClient

from chassis import database
from chassis.rpc_server import RpcServer
from chassis.tokens import AccessTokenVerifier, encode_key, public_key_of
from contracts.access import TABLE
from devstack.servers import Servers
from gateway.audit import store
from gateway.config import GatewaySettings
from gateway.http.app import make_app
from gateway.identity.commands import logins, sessions
from gateway.identity.commands.people import ensure_first_admin
from saleloop.leads.v1.intake_service_pb2_grpc import add_IntakeServiceServicer_to_server
from saleloop.leads.v1.leads_service_pb2_grpc import add_LeadsServiceServicer_to_server
from tests.gateway.running import ADMIN_PASSWORD, FakeLeads, Gateway


@pytest.fixture(scope="module")
def gateway(stack: Servers) -> Iterator[Gateway]:
    """One gateway for each test module; its database is dropped at the end."""
    name = f"test_{uuid4().hex[:10]}_gateway"
    private_key = encode_key(Ed25519PrivateKey.generate().private_bytes_raw())
    leads: Any = FakeLeads()
    verifier = AccessTokenVerifier(public_key_of(private_key), "leads")
    areas: list[Any] = [(add_LeadsServiceServicer_to_server, leads), (add_IntakeServiceServicer_to_server, leads)]
    leads_server = RpcServer("leads", areas, verifier, TABLE)
    leads_port = leads_server.start("127.0.0.1", 0)
    settings = GatewaySettings(
        environment="test",
        mongo_url=stack.mongo_url(None, name),
        mongo_database=name,
        access_private_key=private_key,
        access_public_key=public_key_of(private_key),
        leads_address=f"127.0.0.1:{leads_port}",
        quotes_address="127.0.0.1:1",
        burst_public=100_000,
    )
    database.connect(settings, "gateway")
    for prepare in (sessions.prepare, logins.prepare, store.prepare):
        prepare()
    ensure_first_admin(ADMIN_PASSWORD)
    server, port, thread = _serve(settings)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        yield Gateway(client, leads, settings)
    server.should_exit = True
    thread.join(10)
    leads_server.stop(0.5)
    database.disconnect()
    with MongoClient[dict[str, object]](stack.mongo_url()) as mongo:
        mongo.drop_database(name)


def _serve(settings: GatewaySettings) -> tuple[uvicorn.Server, int, threading.Thread]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(make_app(settings), log_config=None, ws="none", http="httptools", access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    give_up = time.monotonic() + 20
    while not server.started:
        assert time.monotonic() < give_up, "the application did not start"
        time.sleep(0.02)
    return server, listener.getsockname()[1], thread
