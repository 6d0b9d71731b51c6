"""Only one starter for a run directory: a file lock, which the kernel drops however the starter dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from devstack.errors import DevstackError


@contextmanager
def only_starter(run_dir: Path) -> Iterator[None]:
    """Hold the lock. Raises DevstackError while another starter holds it."""
    with (run_dir / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DevstackError(
                f"Saleloop is already running from here (process {_pid(run_dir)}): 'make down' ends it."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def running_starter(run_dir: Path) -> psutil.Process | None:
    """The process that holds the lock, or None."""
    if not (run_dir / "lock").exists():
        return None
    with (run_dir / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = _pid(run_dir)
            return psutil.Process(pid) if pid is not None and psutil.pid_exists(pid) else None
    return None


def end_starter(run_dir: Path, grace: float) -> bool:
    """Ask a running starter to end everything, and end it hard when it does not; whether there was one."""
    starter = running_starter(run_dir)
    if starter is None:
        return False
    try:
        starter.terminate()
        try:
            starter.wait(grace)
        except psutil.TimeoutExpired:
            starter.kill()
    except psutil.NoSuchProcess:
        pass
    return True


def _pid(run_dir: Path) -> int | None:
    text = (run_dir / "lock").read_text().strip()
    return int(text) if text.isdigit() else None
