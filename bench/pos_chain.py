"""What the POS measurements share: a platform of their own, its chain, and what its processes take."""

import argparse
import asyncio
import itertools
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from demo.api import Session
from devstack import leftovers
from devstack.supervisor import Platform
from posclient import Identity
from possim import chain
from possim.drive import Doors, head_office
from possim.ledger import Name

HTTP_TILLS = 16


@contextmanager
def platform() -> Iterator[Platform]:
    """A whole platform with its own servers and empty data, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="saleloop-bench-pos-") as folder:
        running = Platform(Path(folder), environ={**os.environ, "SALELOOP_RUN_DIR": folder})
        try:
            running.start()
            yield running
            running.stop()
        finally:
            leftovers.end(Path(folder), grace=5)


async def logins(running: Platform) -> tuple[Session, Session]:
    """A director and marketing."""
    doors = Doors(running.http_url, running.pos_address, running.admin_password)
    return await asyncio.to_thread(head_office, doors)


async def set_up(
    director: Session, marketing: Session, options: argparse.Namespace, *, http_tills: int = 0
) -> dict[Name, Identity]:
    """`options.stores` stores with `options.terminals` tills each; `http_tills` of them have a third one, last."""
    names = chain.names(options.stores, options.terminals)
    names += [(store, "till-http") for store in itertools.islice(dict(names), http_tills)]
    await asyncio.to_thread(chain.put_stores, director, names)
    await asyncio.to_thread(chain.put_goods, marketing, options.skus)
    enrolled = await chain.enrol(director, names, lambda _count: None)
    say(f"{len(enrolled)} tills are enrolled")
    return {name: enrolled[name] for name in names}


def processes(running: Platform) -> dict[str, psutil.Process]:
    """Ours and the servers', by name."""
    found = {name: child.pid for name, child in running.processes.items()}
    for name, server in (("mongod", running.servers.mongo), ("rabbitmq", running.servers.rabbit)):
        found[name] = server.child.pid if server else None
    return {name: psutil.Process(pid) for name, pid in found.items() if pid is not None}


def cpu_seconds(running: Platform) -> dict[str, float]:
    """What each process has computed so far, and the load itself."""
    of_all = processes(running) | {"load": psutil.Process()}
    times = {name: process.cpu_times() for name, process in of_all.items()}
    return {name: each.user + each.system for name, each in times.items()}


def say(text: str) -> None:
    """Progress, to stderr."""
    print(text, file=sys.stderr, flush=True)
