"""Runs the starter as a person does, in a process of its own."""

import os
import subprocess
import sys
import time
from pathlib import Path

from devstack.wiring import ROOT
from tests.stack import environ_for_tests

PROCFILE = ROOT / "tests" / "devstack" / "Procfile"


class Starter:
    """`python -m devstack up` for the small Procfile in a folder of its own."""

    def __init__(self, run_dir: Path, **extra: str) -> None:
        self.run_dir = run_dir
        self._output = run_dir.parent / "output.txt"
        self.env = environ_for_tests() | {
            "SALELOOP_RUN_DIR": str(run_dir),
            "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "gen"))),
            **extra,
        }

    def up(self, *options: str) -> "subprocess.Popen[bytes]":
        with self._output.open("ab") as output:
            return subprocess.Popen(
                [*self._command("up"), *options], env=self.env, cwd=ROOT, stdout=output, stderr=output
            )

    def call(self, command: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a command to its end."""
        return subprocess.run(
            [*self._command(command), *arguments],
            env=self.env,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def output(self) -> str:
        return self._output.read_text()

    def wait_for(self, text: str, timeout: float = 60) -> None:
        """Return when the starter has said `text`."""
        deadline = time.monotonic() + timeout
        while text not in self.output():
            assert time.monotonic() < deadline, f"never said {text!r}:\n{self.output()}"
            time.sleep(0.1)

    def _command(self, command: str) -> list[str]:
        options = ["--procfile", str(PROCFILE)] if command == "up" else []
        return [sys.executable, "-m", "devstack", command, *options]
