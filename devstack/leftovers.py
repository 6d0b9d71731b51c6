"""Find and end what an earlier start left behind, known by the variables that every child carries.

Reading the environment of every process works after `kill -9` of the starter and needs no pid files, which
lie when a pid was given to somebody else meanwhile.
"""

from pathlib import Path

import psutil

from devstack.child import RUN_DIR_VARIABLE, SUPERVISED_VARIABLE


def find(run_dir: Path) -> list[psutil.Process]:
    """The servers and processes that a starter for this run directory has started, not the starter itself."""
    return [process for process in psutil.process_iter() if _belongs(process, run_dir)]


def end(run_dir: Path, grace: float = 20) -> int:
    """End them, politely first; returns how many there were."""
    found = find(run_dir)
    for process in found:
        _send(process, terminate=True)
    _, stubborn = psutil.wait_procs(found, timeout=grace)
    for process in stubborn:
        _send(process, terminate=False)
    psutil.wait_procs(stubborn, timeout=5)
    # Whoever was starting a child while it was ended may have left one more.
    for process in find(run_dir):
        _send(process, terminate=False)
    return len(found)


def _belongs(process: psutil.Process, run_dir: Path) -> bool:
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        environ = process.environ()
        return SUPERVISED_VARIABLE in environ and environ.get(RUN_DIR_VARIABLE) == str(run_dir)
    except (psutil.Error, OSError):
        return False


def _send(process: psutil.Process, *, terminate: bool) -> None:
    try:
        if terminate:
            process.terminate()
            process.resume()
        else:
            process.kill()
    except psutil.NoSuchProcess:
        return
