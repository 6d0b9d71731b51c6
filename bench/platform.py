"""The platform as a whole: how fast it is up, how much memory it holds when idle."""

import os
import time
from pathlib import Path

import psutil

from bench.company import Company
from devstack.supervisor import Platform

_SETTLE_SECONDS = 20.0


def time_to_ready(run_dir: Path) -> tuple[Platform, dict[str, float | int | str]]:
    """Seconds from nothing running to every process ready: with empty data, and a second time on that data.

    The runs work with generous rate limits, since one machine plays all callers.
    """
    environ = {**os.environ, "SALELOOP_RUN_DIR": str(run_dir)}
    seconds = []
    for _ in range(2):
        begin = time.monotonic()
        running = Platform(run_dir, environ=environ)
        running.start()
        seconds.append(time.monotonic() - begin)
        if len(seconds) == 1:
            running.stop()
    return running, {"up_empty_s": round(seconds[0], 1), "up_again_s": round(seconds[1], 1)}


def idle_memory(running: Platform, company: Company) -> dict[str, float | int | str]:
    """Memory of all our processes after some quiet seconds, without mongod and RabbitMQ.

    PSS counts pages that processes share once; RSS counts them in each process.
    """
    time.sleep(_SETTLE_SECONDS)
    rss, pss = {}, {}
    for name, child in running.processes.items():
        memory = psutil.Process(child.pid).memory_full_info()
        rss[name] = memory.rss / 2**20
        pss[name] = memory.pss / 2**20
    return {
        "processes": len(pss),
        "pss_mib": round(sum(pss.values())),
        "rss_mib": round(sum(rss.values())),
        **{f"rss_mib.{name}": round(value) for name, value in rss.items()},
    }
