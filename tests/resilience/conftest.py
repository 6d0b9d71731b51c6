"""The story is played once; each test looks at one side of what is left."""

import os
import random
from collections.abc import Iterator

import pytest

from devstack import leftovers
from devstack.supervisor import Platform
from tests.resilience.chaos import VICTIMS
from tests.resilience.final_state import FinalState
from tests.resilience.story import Story
from tests.stack import environ_for_tests

_SEED_VARIABLE = "RESILIENCE_SEED"  # repeats the kills of an earlier run, as far as two runs can be alike


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
