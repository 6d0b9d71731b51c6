"""Leads on the shared database server."""

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from pymongo import MongoClient

from chassis.documents import Aggregate
from devstack.servers import Servers
from tests.leads.processes import Processes
from tests.leads.room import Room, serving
from tests.stack import Database, Vhost


@pytest.fixture(scope="module")
def open_room(stack: Servers) -> Iterator[Room]:
    """One server and one database for the tests of a file: making the indexes costs more than most tests do."""
    name = f"test_{uuid4().hex[:10]}_leads"
    with serving(Database("leads", stack.mongo_url(None, name), name)) as running:
        yield running
    with MongoClient[dict[str, object]](stack.mongo_url()) as client:
        client.drop_database(name)


@pytest.fixture
def room(open_room: Room) -> Room:
    """Leads' rpcs on an empty database."""
    for document in Aggregate.__subclasses__():
        if document.__module__.startswith("services.leads."):
            document.collection().delete_many({})
    return open_room


@pytest.fixture
def processes(fresh_database: Callable[[str], Database], fresh_vhost: Vhost, tmp_path: Path) -> Iterator[Processes]:
    """Leads' processes: one rpc and two workers."""
    started = Processes(fresh_database("leads"), fresh_vhost, tmp_path)
    try:
        yield started
    finally:
        started.stop()
