"""The commands of `python -m devstack`: up, down, status, logs, run."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from devstack import leftovers
from devstack.errors import DevstackError
from devstack.lock import end_starter, only_starter, running_starter
from devstack.owners import OWNERS
from devstack.supervisor import Platform, answers_ready, choose_port
from devstack.watch import Watch
from devstack.wiring import ROOT

_MINIMUM_FREE_BYTES = 2 * 1024**3
_HTTP_PORT = 8080
_POS_PORT = 8090
_POS_HTTP_PORT = 8091


def run_directory(environ: Mapping[str, str]) -> Path:
    """Where this checkout keeps its data and logs."""
    return Path(environ.get("SALELOOP_RUN_DIR") or ROOT / ".run").resolve()


def say(text: str) -> None:
    """One line for the person at the terminal, at once."""
    print(text, flush=True)


def up(run_dir: Path, *, fresh: bool = False, procfile: Path = ROOT / "Procfile") -> int:
    """Start the platform and stay until Ctrl-C or SIGTERM; `fresh` removes the data of earlier runs first."""
    started = time.monotonic()
    run_dir.mkdir(parents=True, exist_ok=True)
    _require_space(run_dir)
    with only_starter(run_dir), _interrupt_on_signals():
        _clean_up_half_finished(run_dir)
        shutil.rmtree(run_dir / "logs", ignore_errors=True)
        platform = Platform(
            run_dir,
            environ=_environ(run_dir),
            procfile=procfile,
            http_port=choose_port(os.environ, "SALELOOP_HTTP_PORT", _HTTP_PORT, say),
            pos_port=choose_port(os.environ, "SALELOOP_POS_PORT", _POS_PORT, say),
            pos_http_port=choose_port(os.environ, "SALELOOP_POS_HTTP_PORT", _POS_HTTP_PORT, say),
        )
        platform.servers.require_elsewhere()
        if fresh:
            platform.servers.wipe()
        say(f"Starting Saleloop ({len(platform.entries)} processes); logs are in {_shown(run_dir)}/logs.")
        try:
            platform.start()
            _write_state(run_dir, platform)
            say(f"Ready after {time.monotonic() - started:.1f} s.")
            _greet(run_dir, platform)
            _stay(platform)
        except KeyboardInterrupt:
            say("Ending everything ...")
        finally:
            (run_dir / "state.json").unlink(missing_ok=True)
            platform.stop()
            leftovers.end(run_dir, grace=2)
    say("Saleloop has ended.")
    return 0


def down(run_dir: Path) -> int:
    """End the platform of this checkout, also when its starter was killed."""
    was_up = end_starter(run_dir, grace=60)
    left = leftovers.end(run_dir)
    (run_dir / "state.json").unlink(missing_ok=True)
    if was_up:
        say("Saleloop has ended.")
    if left:
        say(f"Ended {left} processes that were left behind.")
    elif not was_up:
        say("Nothing is running.")
    return 0


def status(run_dir: Path) -> int:
    """Print every process with its state; 0 when all are ready, 1 when not, 3 when nothing runs."""
    state = _read_state(run_dir)
    if state is None:
        return _status_without_state(run_dir)
    ready = {name: answers_ready(address) for name, address in state["telemetry"].items()}
    for name, is_ready in ready.items():
        say(f"  {name:16} {'ready' if is_ready else 'NOT READY':10} http://{state['telemetry'][name]}/metrics")
    say(f"  {'HTTP API':16} {'':10} {state['http_url']}")
    say(f"  {'POS edge':16} {'':10} {state['pos_address']}")
    return 0 if all(ready.values()) else 1


def _status_without_state(run_dir: Path) -> int:
    if running_starter(run_dir):
        say("Starting; not ready yet.")
        return 1
    count = len(leftovers.find(run_dir))
    say(f"Not up, but {count} processes are left over: 'make down' ends them." if count else "Not running.")
    return 1 if count else 3


def logs(run_dir: Path, names: Sequence[str]) -> int:
    """Follow the logs, of all processes or of some."""
    files = [run_dir / "logs" / f"{name}.log" for name in names] or sorted((run_dir / "logs").glob("*.log"))
    missing = [file.stem for file in files if not file.exists()]
    if missing or not files:
        raise DevstackError(f"No log of {', '.join(missing)}." if missing else "There are no logs yet: 'make up'.")
    try:
        return subprocess.call(["tail", "-n", "20", "-F", *map(str, files)])
    except KeyboardInterrupt:
        return 0


def run(run_dir: Path, owner: str, command: Sequence[str]) -> int:
    """Run a command with the environment that the running platform gives to `owner` (or `admin`)."""
    state = _read_state(run_dir)
    if state is None:
        raise DevstackError("Saleloop is not running: 'make up' first.")
    program = [sys.executable if part == "python" else part for part in command[:1]]
    return subprocess.call([*program, *command[1:]], env={**os.environ, **state["environment"][owner]}, cwd=ROOT)


def _environ(run_dir: Path) -> dict[str, str]:
    return {**os.environ, "SALELOOP_RUN_DIR": str(run_dir)}


def _shown(path: Path) -> str:
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative


def _require_space(run_dir: Path) -> None:
    free = shutil.disk_usage(run_dir).free
    minimum = int(os.environ.get("SALELOOP_MINIMUM_FREE_BYTES", _MINIMUM_FREE_BYTES))
    if free < minimum:
        raise DevstackError(
            f"The disk of {_shown(run_dir)} is nearly full: {free // 1024**2} MiB free,"
            f" {minimum // 1024**2} MiB needed. Free some space, or set SALELOOP_RUN_DIR to another disk."
        )


@contextmanager
def _interrupt_on_signals() -> Iterator[None]:
    """SIGTERM and SIGHUP end the platform as Ctrl-C does."""

    def interrupt(signum: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {signum: signal.signal(signum, interrupt) for signum in signals}
    try:
        yield
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)


def _clean_up_half_finished(run_dir: Path) -> None:
    ended = leftovers.end(run_dir)
    if ended:
        say(f"Ended {ended} processes that an earlier start had left behind.")


def _write_state(run_dir: Path, platform: Platform) -> None:
    wiring = platform.wiring
    environments = {"admin": wiring.admin_environment()} | {owner: wiring.owner_environment(owner) for owner in OWNERS}
    state = {
        "http_url": platform.http_url,
        "pos_address": platform.pos_address,
        "telemetry": {name: wiring.telemetry_address(name) for name in platform.processes},
        "environment": {
            owner: {key: value for key, value in env.items() if key.startswith(("SALELOOP_", "PYTHONPATH"))}
            for owner, env in environments.items()
        },
    }
    path = run_dir / "state.json"
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps(state, indent=1))


def _read_state(run_dir: Path) -> dict[str, Any] | None:
    path = run_dir / "state.json"
    if not path.exists() or running_starter(run_dir) is None:
        return None
    state: dict[str, Any] = json.loads(path.read_text())
    return state


def _greet(run_dir: Path, platform: Platform) -> None:
    say(f"  HTTP API   {platform.http_url}/docs")
    say(f"  POS edge   {platform.pos_address} (gRPC), {platform.pos_http_url}/v1/pos (HTTP)")
    say(f"  metrics    {_shown(run_dir)}/targets.json lists every process")
    say(f"  login      admin / {platform.admin_password}")
    say("Ctrl-C ends everything.")


def _stay(platform: Platform) -> None:
    watch = Watch(platform, say)
    while True:
        watch.look()
        time.sleep(0.5)
