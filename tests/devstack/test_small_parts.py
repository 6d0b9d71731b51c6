"""Ports, passwords and system packages."""

import json
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from devstack import system
from devstack.child import Child
from devstack.errors import DevstackError
from devstack.limits import allow_open_files
from devstack.owners import Secrets
from devstack.ports import PortBook
from devstack.supervisor import choose_port


def test_a_port_is_kept_until_somebody_else_takes_it(tmp_path: Path) -> None:
    kept = PortBook(tmp_path / "ports.json").take("http", "pos")
    assert PortBook(tmp_path / "ports.json").take("http", "pos") == kept
    with socket.socket() as other:
        other.bind(("127.0.0.1", kept[0]))
        moved = PortBook(tmp_path / "ports.json").take("http", "pos")
    assert moved[0] != kept[0]
    assert moved[1] == kept[1]


def test_a_new_purpose_gets_no_port_that_is_remembered_for_another(tmp_path: Path) -> None:
    path = tmp_path / "ports.json"
    path.write_text(json.dumps({"old": 20_001, "older": 20_002}))
    script = f"import pathlib; from devstack.ports import PortBook; b = PortBook(pathlib.Path({str(path)!r}));"
    script += "print(len({*b.take('old'), *b.take('new', 'newer'), *b.take('older')}))"  # claims the block of `old`
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "4\n"


def test_starters_at_the_same_time_never_get_the_same_port(tmp_path: Path) -> None:
    script = (
        "import pathlib, sys; from devstack.ports import PortBook;"
        "print(*PortBook(pathlib.Path(sys.argv[1])).take(*map(str, range(80))), flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", script]
    starters = [
        subprocess.Popen([*command, str(tmp_path / name)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for name in ("one", "two", "three")
    ]
    given = [starter.stdout.readline().split() if starter.stdout else [] for starter in starters]
    for starter in starters:
        starter.communicate()
    assert len({port for ports in given for port in ports}) == 240


def test_of_two_starters_at_once_only_one_gets_the_default_port(tmp_path: Path) -> None:
    port = PortBook(tmp_path / "ports.json").take("any")[0]
    script = (
        "import sys; from devstack.supervisor import choose_port;"
        f"print(choose_port({{}}, 'X', {port}, lambda _: None), flush=True); sys.stdin.read()"
    )
    starters = [
        subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    chosen = [starter.stdout.readline().strip() if starter.stdout else "" for starter in starters]
    for starter in starters:
        starter.communicate()
    assert sorted(chosen) == sorted([str(port), "None", "None"])


def test_passwords_are_made_once_and_only_their_owner_may_read_them(tmp_path: Path) -> None:
    made = Secrets.load_or_create(tmp_path / "secrets.json")
    assert Secrets.load_or_create(tmp_path / "secrets.json") == made
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_a_taken_default_port_gives_way_and_it_is_said() -> None:
    said: list[str] = []
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        taken = other.getsockname()[1]
        assert choose_port({}, "SALELOOP_HTTP_PORT", taken, said.append) is None
    assert f"Port {taken} is taken" in said[0]


@pytest.mark.parametrize("text", ["", "http", "0", "70000", "-1"])
def test_what_is_no_port_number_is_refused(text: str) -> None:
    with pytest.raises(DevstackError, match="no port number"):
        choose_port({"SALELOOP_HTTP_PORT": text}, "SALELOOP_HTTP_PORT", 8080, print)


def test_without_root_the_missing_packages_are_told_with_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr(system, "missing_packages", lambda: ["rabbitmq-server", "libcurl4"])
    assert system.main() == 2
    told = capsys.readouterr().err
    assert "apt-get install -y --no-install-recommends rabbitmq-server libcurl4" in told
    assert "SALELOOP_AMQP_URL" in told
    assert "SALELOOP_MONGO_URL" in told


def test_a_font_folder_of_ones_own_needs_no_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(system, "_FONT", tmp_path / "none.ttc")
    monkeypatch.delenv("SALELOOP_FONT_DIR", raising=False)
    assert "fonts-wqy-microhei" in system.missing_packages()
    monkeypatch.setenv("SALELOOP_FONT_DIR", str(tmp_path))
    assert "fonts-wqy-microhei" not in system.missing_packages()


def test_a_usual_shells_limit_of_open_files_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    set_to: list[tuple[int, int]] = []
    monkeypatch.setattr("resource.getrlimit", lambda _: (1024, 1_048_576))
    monkeypatch.setattr("resource.setrlimit", lambda _, limits: set_to.append(limits))
    allow_open_files()
    assert set_to == [(16_384, 1_048_576)]
    monkeypatch.setattr("resource.getrlimit", lambda _: (256, 1024))
    with pytest.raises(DevstackError, match="2048 are needed"):
        allow_open_files()


def test_children_share_our_session_and_not_our_group(tmp_path: Path) -> None:
    child = Child("sleeper", ["sleep", "30"], env=dict(os.environ), log=tmp_path / "log", cwd=tmp_path)
    child.start()
    assert child.pid is not None
    try:
        assert os.getsid(child.pid) == os.getsid(0), "nice counts only inside a session"
        assert os.getpgid(child.pid) == child.pid, "Ctrl-C is for the starter"
    finally:
        child.stop(5)
