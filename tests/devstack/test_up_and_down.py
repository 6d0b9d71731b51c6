"""`make up` and `make down` with the real servers and small processes."""

import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from devstack import leftovers
from tests.devstack.starter import Starter


@pytest.fixture
def quick_starter(tmp_path: Path) -> Iterator[Starter]:
    """A starter whose RabbitMQ is elsewhere, for what does not depend on it."""
    with socket.create_server(("127.0.0.1", 0)) as broker:
        starter = Starter(tmp_path / "run", SALELOOP_AMQP_URL=f"amqp://127.0.0.1:{broker.getsockname()[1]}/")
        yield starter
        leftovers.end(starter.run_dir, grace=5)


@pytest.fixture
def starter(tmp_path: Path) -> Iterator[Starter]:
    starter = Starter(tmp_path / "run")
    yield starter
    leftovers.end(starter.run_dir, grace=5)


def test_up_says_where_it_is_ready_and_ctrl_c_ends_all_of_it(starter: Starter) -> None:
    running = starter.up()
    starter.wait_for("Ctrl-C ends everything")
    targets = json.loads((starter.run_dir / "targets.json").read_text())
    assert [target["labels"]["job"] for target in targets] == ["leads-rpc", "leads-worker"]
    assert starter.call("status").returncode == 0
    running.send_signal(signal.SIGINT)
    assert running.wait(60) == 0
    assert leftovers.find(starter.run_dir) == []
    assert starter.call("status").returncode == 3


def test_a_second_up_is_refused_while_the_first_runs(quick_starter: Starter) -> None:
    running = quick_starter.up()
    quick_starter.wait_for("Ctrl-C ends everything")
    second = quick_starter.call("up")
    assert second.returncode == 2
    assert "already running" in second.stderr
    assert str(running.pid) in second.stderr
    running.send_signal(signal.SIGTERM)
    assert running.wait(60) == 0


def test_down_leaves_no_orphan_after_the_starter_was_killed(starter: Starter) -> None:
    running = starter.up()
    starter.wait_for("Ctrl-C ends everything")
    names = {process.name() for process in leftovers.find(starter.run_dir)}
    assert {"mongod", "epmd", "beam.smp"} <= names
    running.kill()
    running.wait(10)
    down = starter.call("down")
    assert down.returncode == 0
    assert leftovers.find(starter.run_dir) == []


def test_an_up_after_a_killed_one_cleans_up_and_starts(starter: Starter) -> None:
    first = starter.up()
    starter.wait_for("Starting Saleloop")
    time.sleep(2)
    first.kill()
    first.wait(10)
    second = starter.up()
    starter.wait_for("Ctrl-C ends everything")
    second.send_signal(signal.SIGINT)
    assert second.wait(60) == 0
    assert leftovers.find(starter.run_dir) == []


def test_a_process_that_dies_is_started_again_and_it_is_said(quick_starter: Starter) -> None:
    running = quick_starter.up()
    quick_starter.wait_for("Ctrl-C ends everything")
    worker = next(p for p in leftovers.find(quick_starter.run_dir) if p.environ().get("SALELOOP_GRPC_PORT"))
    os.kill(worker.pid, signal.SIGKILL)
    quick_starter.wait_for("ended unexpectedly", 10)
    deadline = time.monotonic() + 20
    while quick_starter.call("status").returncode != 0:
        assert time.monotonic() < deadline
    running.send_signal(signal.SIGINT)
    assert running.wait(60) == 0


def test_a_taken_port_is_a_clear_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = Starter(tmp_path / "run", SALELOOP_HTTP_PORT=str(port)).call("up")
    assert refused.returncode == 2
    assert f"Port {port} is taken" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert leftovers.find(tmp_path / "run") == []


def test_a_detached_platform_stays_until_down(quick_starter: Starter) -> None:
    up = quick_starter.call("up", "--detach")
    assert up.returncode == 0
    assert "'make down' ends everything" in up.stdout
    variable = "import os; print(os.environ['SALELOOP_MONGO_DATABASE'])"
    assert quick_starter.call("run", "--as", "leads", "--", "python", "-c", variable).stdout == "leads\n"
    assert quick_starter.call("up", "--detach").returncode == 2
    assert quick_starter.call("down").returncode == 0
    assert leftovers.find(quick_starter.run_dir) == []
    refused = quick_starter.call("run", "--", "true")
    assert refused.returncode == 2
    assert "not running" in refused.stderr


def test_an_interrupted_start_in_the_background_leaves_nothing(quick_starter: Starter) -> None:
    starting = quick_starter.up("--detach")
    log = quick_starter.run_dir / "up.log"
    deadline = time.monotonic() + 30
    while not log.exists() or "Starting" not in log.read_text():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    starting.send_signal(signal.SIGINT)
    assert starting.wait(60) != 0
    assert leftovers.find(quick_starter.run_dir) == []
    assert quick_starter.call("status").returncode == 3


def test_fresh_starts_without_the_data_of_earlier_runs(quick_starter: Starter) -> None:
    script = (
        "import os, pymongo; probe = pymongo.MongoClient(os.environ['SALELOOP_MONGO_URL']).leads.probe;"
        "print(probe.count_documents({})); probe.insert_one({})"  # would print 1 on the data of the first run
    )
    counts = []
    for options in ([], ["--fresh"]):
        assert quick_starter.call("up", "--detach", *options).returncode == 0
        counts.append(quick_starter.call("run", "--as", "leads", "--", "python", "-c", script).stdout)
        quick_starter.call("down")
    assert counts == ["0\n", "0\n"]
