"""The probe: a database, a virtual host and processes of tests/chassis/probe*.py for one test."""

from collections.abc import Callable, Iterator

import pytest

from chassis import database, topology
from chassis.settings import ServiceSettings
from tests.chassis.messaging import Probe
from tests.stack import Database, Vhost


@pytest.fixture
def probe(
    fresh_database: Callable[[str], Database], fresh_vhost: Vhost, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Probe]:
    """Topology declared, this process connected to the database; processes end with the test."""
    monkeypatch.setenv("SALELOOP_TOPOLOGY", "tests.chassis.probe:TOPOLOGY")
    topology.table.cache_clear()
    made = Probe(fresh_database("leads"), fresh_vhost.amqp_url())
    made.open()
    yield made
    made.close()
    database.disconnect()
    topology.table.cache_clear()


@pytest.fixture
def connected(fresh_database: Callable[[str], Database]) -> Iterator[None]:
    """This process connected to an empty database, without a broker."""
    import tests.chassis.probe  # noqa: F401  # its documents must be known before the indexes are made

    store = fresh_database("leads")
    database.connect(ServiceSettings(mongo_url=store.url, mongo_database=store.name, environment="test"), "leads")
    yield
    database.disconnect()
