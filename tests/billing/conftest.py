"""Billing on the shared database server."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from pymongo import MongoClient

from chassis import database
from chassis.clocks import clock
from devstack.servers import Servers
from tests.billing.room import Room, serving
from tests.stack import Database


@pytest.fixture(scope="module")
def open_room(stack: Servers) -> Iterator[Room]:
    """One server and one database for the tests of a file: making the indexes costs more than most tests do."""
    name = f"test_{uuid4().hex[:10]}_billing"
    with serving(Database("billing", stack.mongo_url(None, name), name)) as running:
        yield running
    with MongoClient[dict[str, object]](stack.mongo_url()) as client:
        client.drop_database(name)


@pytest.fixture
def room(open_room: Room) -> Room:
    """Billing's rpcs on an empty database."""
    stored = database.current()
    for name in stored.list_collection_names():
        stored[name].delete_many({})
    clock.bind(stored, "test")
    return open_room
