"""Leads on the shared database server."""

from collections.abc import Callable, Iterator

import pytest

from tests.leads.room import Room, serving
from tests.stack import Database


@pytest.fixture
def room(fresh_database: Callable[[str], Database]) -> Iterator[Room]:
    """Leads' rpcs on an empty database."""
    with serving(fresh_database) as running:
        yield running
