"""What the tests of this folder share: the story of leads, the chain of stores that sells, the figures of the run."""

import json
import os
import random
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from devstack import leftovers
from devstack.supervisor import Platform
from tests.resilience.chaos import VICTIMS
from tests.resilience.final_state import FinalState
from tests.resilience.scale import Scale, is_long, scale
from tests.resilience.selling import PARTS, SellingChain
from tests.resilience.small_disk import SmallDisk
from tests.resilience.story import Story
from tests.stack import environ_for_tests

_SEED_VARIABLE = "RESILIENCE_SEED"  # repeats the kills of an earlier run, as far as two runs can be alike
_figures: dict[str, Any] = {}
_began = time.monotonic()


class Report:
    """Tells how it goes, and keeps the figures for the last line of `make chaos`."""

    def say(self, what: str) -> None:
        """For whoever watches, and for the report of a failure."""
        print(f"{time.monotonic() - _began:6.0f} s  {what}", flush=True)  # noqa: T201 - the progress

    def keep(self, fault: str, **figures: Any) -> None:
        """What was measured while this was broken."""
        _figures[fault] = figures
        self.say(f"{fault}: {figures}")


@pytest.fixture(scope="session")
def report() -> Report:
    """The one of this run."""
    return Report()


@pytest.fixture(scope="session")
def numbers(report: Report) -> Scale:
    """How much is done."""
    chosen = scale()
    report.say(f"{chosen}")
    _figures["seed"] = chosen.seed
    return chosen


def pytest_sessionfinish(exitstatus: int) -> None:
    """Keep the verdict for the last line."""
    _figures["ok"] = exitstatus == 0


def pytest_unconfigure() -> None:
    """The last line of the long form, for machines."""
    if is_long():
        sys.stdout.write(json.dumps(_figures) + "\n")


@pytest.fixture(scope="module")
def small_disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallDisk]:
    """Where the selling chain's MongoDB has its data."""
    disk = SmallDisk(tmp_path_factory.mktemp("faults") / "run" / "mongo")
    disk.mount()
    yield disk
    disk.unmount()


@pytest.fixture(scope="module")
def chain(small_disk: SmallDisk, numbers: Scale, report: Report) -> Iterator[SellingChain]:
    """Tills on a platform of their own that is broken in one way after the other."""
    run_dir = small_disk.place.parent
    overrides = {"gateway-pos": {"SALELOOP_POS_WAITING_BYTES": str(numbers.edge_bytes)}}
    platform = Platform(run_dir, only=PARTS, environ=environ_for_tests(), overrides=overrides)
    try:
        platform.start()
        declared = time.monotonic()
        selling = SellingChain(platform, numbers)
        selling.open()
        # A broker of one node that is killed within moments of declaring a quorum queue forgets that queue.
        time.sleep(max(0.0, declared + 5 - time.monotonic()))
        report.say(f"{len(selling.tills)} tills are connected")
        yield selling
        selling.close()
    finally:
        platform.stop(grace=10)
        leftovers.end(platform.servers.run_dir, grace=2)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Leads, notify and the gateway after 2,000 commands with kills and two outages."""
    seed = int(os.environ.get(_SEED_VARIABLE) or random.randrange(10**6))
    run_dir = tmp_path_factory.mktemp("resilience")
    platform = Platform(run_dir, only=[*VICTIMS, "gateway-http"], environ=environ_for_tests())
    try:
        platform.start()
        told = Story(platform, seed, FinalState(platform.servers))
        print(f"{_SEED_VARIABLE}={seed}")  # noqa: T201  # shown when a test fails
        told.play()
        yield told
        told.state.close()
    finally:
        platform.stop(grace=10)
        leftovers.end(platform.servers.run_dir, grace=2)
