"""The platform that the tests of this folder share."""

from collections.abc import Iterator

import pytest

from devstack import leftovers
from devstack.supervisor import Platform
from tests.pos.shop import PARTS, Shop
from tests.stack import environ_for_tests


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """One platform of the parts that receipts pass, for all tests of this folder."""
    running = Platform(tmp_path_factory.mktemp("pos"), only=PARTS, environ=environ_for_tests())
    running.start()
    yield Shop(running)
    running.stop()
    leftovers.end(running.servers.run_dir, grace=2)
