"""What the starter says when something is missing: one message with the command, no traceback, no orphan."""

import os
import shutil
from pathlib import Path

import pytest
from pymongo import MongoClient

from devstack import leftovers, rabbit
from devstack.errors import DevstackError
from devstack.procfile import read
from devstack.servers import Servers
from devstack.supervisor import Platform
from tests.devstack.starter import Starter
from tests.stack import environ_for_tests


def test_without_rabbitmq_the_message_has_the_command_and_the_variable(tmp_path: Path) -> None:
    refused = Starter(tmp_path / "run", PATH=_path_without("erl", tmp_path)).call("up")
    assert refused.returncode == 2
    assert "apt-get install -y --no-install-recommends rabbitmq-server" in refused.stderr
    assert "SALELOOP_AMQP_URL" in refused.stderr
    assert leftovers.find(tmp_path / "run") == []


def test_without_a_library_of_mongod_the_message_has_the_command_and_the_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "mongod"
    broken.write_text(
        "#!/bin/sh\necho 'mongod: error while loading shared libraries: libcurl.so.4: cannot open' >&2\nexit 127\n"
    )
    broken.chmod(0o755)
    monkeypatch.setattr("devstack.mongo.mongod_path", lambda: broken)
    servers = Servers(tmp_path / "run", environ_for_tests() | {"SALELOOP_AMQP_URL": "amqp://elsewhere"})
    servers.start()
    with pytest.raises(DevstackError, match=r"libcurl\.so\.4.*apt-get install -y libcurl4(.|\n)*SALELOOP_MONGO_URL"):
        servers.wait_ready()


def test_a_full_disk_is_a_clear_sentence(tmp_path: Path) -> None:
    refused = Starter(tmp_path / "run", SALELOOP_MINIMUM_FREE_BYTES=str(2**60)).call("up")
    assert refused.returncode == 2
    assert "nearly full" in refused.stderr


def test_servers_elsewhere_are_used_as_they_are_and_nothing_is_started(tmp_path: Path) -> None:
    elsewhere = {"SALELOOP_MONGO_URL": "mongodb://db.example/", "SALELOOP_AMQP_URL": "amqp://mq.example/sales"}
    servers = Servers(tmp_path / "run", environ_for_tests() | elsewhere)
    servers.start()
    servers.wait_ready()
    assert servers.mongo_url("leads") == "mongodb://db.example/"
    assert servers.amqp_url("leads") == servers.amqp_url() == "amqp://mq.example/sales"
    assert leftovers.find(servers.run_dir) == []


@pytest.mark.parametrize("variable", ["SALELOOP_MONGO_URL", "SALELOOP_AMQP_URL"])
def test_a_server_elsewhere_that_is_away_is_a_clear_sentence(tmp_path: Path, variable: str) -> None:
    url = {"SALELOOP_MONGO_URL": "mongodb://127.0.0.1:1/", "SALELOOP_AMQP_URL": "amqp://127.0.0.1:1/"}[variable]
    refused = Starter(tmp_path / "run", **{variable: url}).call("up")
    assert refused.returncode == 2
    assert f"{variable}: nothing answers at 127.0.0.1:1" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert leftovers.find(tmp_path / "run") == []


def test_data_on_a_server_elsewhere_is_dropped_only_when_that_is_asked_for(
    stack: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("devstack.mongo.OWNERS", ("elsewhere",))
    elsewhere = {"SALELOOP_MONGO_URL": stack.mongo_url(), "SALELOOP_AMQP_URL": "amqp://mq.example/"}
    with MongoClient[dict[str, object]](stack.mongo_url()) as client:
        client["elsewhere"]["probe"].insert_one({})
        with pytest.raises(DevstackError, match=r"holds elsewhere.*SALELOOP_DROP_ELSEWHERE"):
            Servers(tmp_path / "run", environ_for_tests() | elsewhere).wipe()
        assert "elsewhere" in client.list_database_names()
        Servers(tmp_path / "run", environ_for_tests() | elsewhere | {"SALELOOP_DROP_ELSEWHERE": "1"}).wipe()
        assert "elsewhere" not in client.list_database_names()


def test_a_process_that_cannot_start_ends_everything_and_shows_its_log(tmp_path: Path) -> None:
    procfile = tmp_path / "Procfile"
    procfile.write_text("leads-rpc: python -m tests.devstack.fake_process fail\n")
    environ = environ_for_tests() | {"SALELOOP_AMQP_URL": "amqp://mq.example/"}
    platform = Platform(tmp_path / "run", environ=environ, procfile=procfile)
    with pytest.raises(DevstackError, match="fake: cannot start"):
        platform.start()
    assert leftovers.find(platform.servers.run_dir) == []


@pytest.mark.parametrize("line", ["no colon", "unknown-rpc: python x", "leads: python x"])
def test_a_procfile_line_that_names_no_owner_is_refused(tmp_path: Path, line: str) -> None:
    procfile = tmp_path / "Procfile"
    procfile.write_text(line + "\n")
    with pytest.raises(DevstackError, match="line 1"):
        read(procfile)


def test_each_owner_may_touch_only_its_own_names() -> None:
    permission = rabbit.owner_permission("leads")
    assert permission["configure"] == r"^(leads[.].*)$"
    assert "pos[.]receipts" not in permission["write"]
    assert "pos[.]receipts" in rabbit.owner_permission("gateway")["write"]


def _path_without(tool: str, scratch: Path) -> str:
    """A PATH with everything but one tool."""
    folder = scratch / "bin"
    folder.mkdir()
    for name in ("env", "tail", "setpriv", "sh", "epmd"):
        found = shutil.which(name)
        if found and name != tool:
            os.symlink(found, folder / name)
    return str(folder)
