"""The real servers and processes that tests share; see tests/README.md."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import settings
from pymongo import MongoClient

from devstack import leftovers
from devstack.servers import Servers
from devstack.supervisor import Platform
from tests.stack import Database, Vhost, environ_for_tests

# How long one example takes says something about the machine, not about the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# They judge by the clock how soon things resume: `make test` runs them by themselves.
_ALONE = (
    "tests/resilience/test_nothing_is_lost.py",
    "tests/resilience/test_pos_faults.py",
    "tests/resilience/test_pos_on_clusters.py",
    "tests/chassis/test_outages.py",
)
# What waits longest comes first, so that no process is left alone with it at the end.
_FIRST = (
    "tests/leads/test_first_contact_month.py",
    "tests/resilience/",
    "tests/e2e/",
    "tests/chassis/",
    "tests/devstack/",
    "tests/pos/",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what runs alone, and order the files for two processes that take them one by one."""
    for item in items:
        if item.nodeid.startswith(_ALONE):
            item.add_marker("alone")
    items.sort(key=lambda item: next((n for n, each in enumerate(_FIRST) if item.nodeid.startswith(each)), len(_FIRST)))


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """One mongod and one RabbitMQ for the whole run, in a temporary folder on free ports."""
    run_dir = tmp_path_factory.mktemp("stack")
    servers = Servers(run_dir, environ_for_tests())
    try:
        servers.start()
        servers.wait_ready()
        yield servers
    finally:
        servers.stop()
        leftovers.end(servers.run_dir, grace=2)


@pytest.fixture
def fresh_database(stack: Servers) -> Iterator[Callable[[str], Database]]:
    """Makes empty databases for an owner's code; they are dropped after the test."""
    made: list[Database] = []

    def make(owner: str) -> Database:
        name = f"test_{uuid4().hex[:10]}_{owner}"
        made.append(Database(owner, stack.mongo_url(None, name), name))
        return made[-1]

    yield make
    with MongoClient[dict[str, object]](stack.mongo_url()) as client:
        for database in made:
            client.drop_database(database.name)


@pytest.fixture
def fresh_vhost(stack: Servers) -> Iterator[Vhost]:
    """An empty virtual host with every owner's permissions; it is deleted after the test."""
    vhost = Vhost(stack, f"test-{uuid4().hex[:10]}")
    vhost.create()
    yield vhost
    vhost.delete()


@pytest.fixture(scope="session")
def platform(stack: Servers) -> Iterator[Platform]:
    """Every process of the Procfile on top of `stack`, started once for the whole run; do not kill its parts."""
    running = Platform(stack.run_dir, servers=stack, environ=environ_for_tests())
    running.start()
    yield running
    running.stop()


@pytest.fixture
def make_platform(tmp_path: Path) -> Iterator[Callable[..., Platform]]:
    """Makes a platform of your own, with its own servers, to kill parts of it; ended after the test."""
    made: list[Platform] = []

    def make(
        *,
        only: list[str] | None = None,
        environ: Mapping[str, str] | None = None,
        overrides: Mapping[str, Mapping[str, str]] | None = None,
    ) -> Platform:
        environment = environ_for_tests() | dict(environ or {})
        platform = Platform(tmp_path / f"run{len(made)}", only=only, environ=environment, overrides=overrides)
        made.append(platform)
        platform.start()
        return platform

    yield make
    for platform in made:
        platform.stop(grace=10)
        leftovers.end(platform.servers.run_dir, grace=2)
