"""Quotes on the shared database server."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from pymongo import MongoClient

from devstack.servers import Servers
from tests.quotes.desk import SIGN_KEY, Desk, furnish, serving
from tests.stack import Database


@pytest.fixture(scope="module")
def open_desk(stack: Servers) -> Iterator[Desk]:
    """One server and one database for the tests of a file: making the indexes costs more than most tests do."""
    name = f"test_{uuid4().hex[:10]}_quotes"
    place = Database("quotes", stack.mongo_url(None, name), name)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SALELOOP_SIGN_LINK_KEY", SIGN_KEY)
        with serving(place) as running:
            yield running
    with MongoClient[dict[str, object]](stack.mongo_url()) as client:
        client.drop_database(name)


@pytest.fixture
def desk(open_desk: Desk) -> Desk:
    """The rpcs of quotes on an empty database with a product, an account and its people."""
    furnish(open_desk)
    return open_desk
