"""A database of stores to work on."""

from collections.abc import Callable, Iterator

import pytest

from chassis import database
from services.stores.config import StoresSettings
from services.stores.ledger import Ledger
from tests.stack import Database
from tests.stores.ingesting import open_stores


@pytest.fixture
def ledger(fresh_database: Callable[[str], Database], monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    """The collections of an empty stores database; this process is connected to it."""
    for name, value in fresh_database("stores").settings.items():
        monkeypatch.setenv(name, value)
    found = Ledger(database.connect(StoresSettings(), "stores"))
    found.ensure_indexes()
    yield found
    database.disconnect()


@pytest.fixture
def store(ledger: Ledger) -> str:
    """Three stores, of which s1 sells."""
    return open_stores()
