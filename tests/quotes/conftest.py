"""Quotes on the shared database server."""

from collections.abc import Callable, Iterator

import pytest

from tests.quotes.desk import SIGN_KEY, Desk, serving
from tests.stack import Database


@pytest.fixture
def desk(fresh_database: Callable[[str], Database], monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """The rpcs of quotes on an empty database with a product, an account and its people."""
    monkeypatch.setenv("SALELOOP_SIGN_LINK_KEY", SIGN_KEY)
    with serving(fresh_database) as running:
        yield running
