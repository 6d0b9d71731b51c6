"""The parts of the platform that receipts pass, shared by the tests of the edge."""

from collections.abc import Iterator

import pytest

from devstack.supervisor import Platform
from tests.pos.shop import PARTS, Shop
from tests.stack import environ_for_tests


@pytest.fixture(scope="package")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """One platform of the parts that receipts pass."""
    overrides = {"gateway-pos": {"SALELOOP_POS_KEY_CHECK_S": "3"}}
    running = Platform(tmp_path_factory.mktemp("pos"), only=PARTS, environ=environ_for_tests(), overrides=overrides)
    running.start()
    yield Shop(running)
    running.stop()
