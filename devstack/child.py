"""One child process: started with a log file, ended with its starter."""

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from devstack.errors import DevstackError

RUN_DIR_VARIABLE = "SALELOOP_RUN_DIR"
SUPERVISED_VARIABLE = "SALELOOP_SUPERVISED"  # tells our children from a person's shell that exports the folder


class Child:
    """A process that can be started, killed, stopped and started again with the same command.

    It gets SIGTERM from the kernel when the thread that started it ends (`setpriv --pdeathsig`), so start it
    from a thread that lives as long as the platform. A wrapper instead of `preexec_fn`, because the starter
    may run inside a test process with threads, where code between fork and exec can deadlock.
    """

    def __init__(self, name: str, command: Sequence[str], *, env: Mapping[str, str], log: Path, cwd: Path) -> None:
        self.name = name
        self.command = list(command)
        self.env = dict(env)
        self.log = log
        self._cwd = cwd
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def exit_code(self) -> int | None:
        """None while it runs or before the first start; negative for a signal."""
        return self._process.poll() if self._process else None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it in a process group of its own, so that Ctrl-C reaches only the starter, who ends all in order.

        Not in a session of its own: Linux gives each session the same share of the processors (sched_autogroup),
        and `nice` would only count inside it.
        """
        if self.is_running:
            return
        wrapper = shutil.which("setpriv")
        if wrapper is None:
            raise DevstackError("setpriv is missing: install it with 'apt-get install -y util-linux'.")
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                [wrapper, "--pdeathsig", "TERM", "--", *self.command],
                cwd=self._cwd,
                env={**self.env, SUPERVISED_VARIABLE: "1"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                process_group=0,
            )

    def kill(self, signum: int = signal.SIGKILL) -> None:
        """Send a signal; SIGKILL also waits until the process is gone."""
        if self._process and self.is_running:
            os.kill(self._process.pid, signum)
            if signum == signal.SIGKILL:
                self._process.wait(10)

    def wait(self, timeout: float) -> bool:
        """Whether it ended within `timeout` seconds."""
        if self._process is None:
            return True
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            return False
        return True

    def stop(self, grace: float) -> None:
        """SIGTERM (and SIGCONT, a stopped process cannot react), then SIGKILL after `grace` seconds."""
        self.kill(signal.SIGTERM)
        self.kill(signal.SIGCONT)
        if not self.wait(grace):
            self.kill(signal.SIGKILL)

    def log_tail(self, lines: int = 15) -> str:
        """The end of its log, for an error message."""
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
