"""Who dies under `make up` is started again, with growing delay, and not for ever."""

from pathlib import Path

import pytest

from devstack.supervisor import Platform
from devstack.watch import Watch
from tests.stack import environ_for_tests

_ELSEWHERE = {"SALELOOP_MONGO_URL": "mongodb://db.example/", "SALELOOP_AMQP_URL": "amqp://mq.example/"}


@pytest.fixture
def dying(tmp_path: Path) -> Platform:
    """A platform of one process that always ends at once."""
    procfile = tmp_path / "Procfile"
    procfile.write_text("leads-rpc: false\n")
    return Platform(tmp_path / "run", environ=environ_for_tests() | _ELSEWHERE, procfile=procfile)


def _die(platform: Platform) -> None:
    child = platform.processes["leads-rpc"]
    if not child.is_running:
        child.start()
    assert child.wait(10)


def test_it_is_started_again_when_its_delay_is_over(dying: Platform) -> None:
    said: list[str] = []
    watch = Watch(dying, said.append)
    _die(dying)
    before = dying.processes["leads-rpc"].pid
    watch.look(100.0)
    watch.look(100.5)
    assert dying.processes["leads-rpc"].pid == before
    watch.look(101.0)
    assert dying.processes["leads-rpc"].pid != before
    assert said == ["leads-rpc ended unexpectedly (exit code 1); it is started again in 1 s."]


def test_after_five_restarts_it_is_given_up(dying: Platform) -> None:
    said: list[str] = []
    watch = Watch(dying, said.append)
    for moment in range(12):
        _die(dying)
        watch.look(100.0 + moment * 20)
    assert len(said) == 6
    assert "in 16 s" in said[4]
    assert "not started any more" in said[5]


def test_a_quiet_time_forgives_earlier_deaths(dying: Platform) -> None:
    said: list[str] = []
    watch = Watch(dying, said.append)
    for moment in (0.0, 1.0, 500.0):
        _die(dying)
        watch.look(moment)
    assert [text.rsplit(" in ", 1)[1] for text in said] == ["1 s.", "1 s."]
