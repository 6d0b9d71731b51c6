"""`up --detach`: the same `up` in the background, for the demo, which leaves the platform running."""

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from devstack.errors import DevstackError
from devstack.wiring import ROOT

_READY = "Ctrl-C ends everything."
_TIMEOUT_SECONDS = 120.0
_STOP_SECONDS = 60.0


def up_in_background(run_dir: Path, options: Sequence[str], environ: Mapping[str, str]) -> str:
    """Start `up` as a process of its own and return what it said when everything is ready.

    Raises DevstackError with its message when it ended instead. `down` ends it.
    """
    run_dir.mkdir(parents=True, exist_ok=True)
    output = run_dir / "up.log"
    with output.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "devstack", "up", *options],
            cwd=ROOT,
            env={**environ, "SALELOOP_RUN_DIR": str(run_dir), "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        said = _wait_until_ready(process, output)
    except BaseException:  # also Ctrl-C: a platform that was never handed over is not left behind
        process.terminate()
        process.wait(_STOP_SECONDS)
        raise
    return said.replace(_READY, "'make down' ends everything.")


def _wait_until_ready(process: "subprocess.Popen[bytes]", output: Path) -> str:
    deadline = time.monotonic() + _TIMEOUT_SECONDS
    while _READY not in (said := output.read_text(errors="replace")):
        if process.poll() is not None:
            raise DevstackError(said.strip().rpartition("saleloop: ")[2])
        if time.monotonic() > deadline:
            raise DevstackError(f"The platform was not ready within {_TIMEOUT_SECONDS:.0f} s:\n{said}")
        time.sleep(0.1)
    return said
