"""notify connected to a database of its own, empty for each test, without a broker."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from chassis import database
from devstack.servers import Servers
from services.notify import documents
from services.notify.config import NotifySettings

STORED = (documents.Recipient, documents.InboxItem, documents.TaskCard, documents.Channel, documents.Delivery)


@pytest.fixture(scope="module")
def storage(stack: Servers) -> Iterator[None]:
    """Making a database with its indexes takes a second, so the tests of a module share one."""
    name = f"test_{uuid4().hex[:10]}_notify"
    url = stack.mongo_url(None, name)
    connected = database.connect(NotifySettings(mongo_url=url, mongo_database=name, environment="test"), "notify")
    yield
    connected.client.drop_database(name)
    database.disconnect()


@pytest.fixture
def connected(storage: None) -> None:
    """This process connected to notify's database, which is empty."""
    for document in STORED:
        document.collection().delete_many({})
