"""Free ports on loopback, kept from one start to the next while nobody else has taken them."""

import json
import socket
from contextlib import ExitStack
from pathlib import Path

LOOPBACK = "127.0.0.1"


def is_free(port: int) -> bool:
    """Whether a server could listen on `port` of the loopback address now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def accepts(port: int) -> bool:
    """Whether somebody answers on `port` of the loopback address."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=0.5):
            return True
    except OSError:
        return False


def _free_ports(count: int) -> list[int]:
    """Different free ports; all are held until the last is found, so none is given twice."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind((LOOPBACK, 0))
        return [each.getsockname()[1] for each in sockets]


class PortBook:
    """Port numbers by purpose, remembered in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._ports: dict[str, int] = json.loads(path.read_text()) if path.exists() else {}
        self._given: set[str] = set()

    def take(self, *purposes: str) -> list[int]:
        """A free port for each purpose: the remembered one while nobody else uses it."""
        stale = [
            purpose
            for purpose in purposes
            if purpose not in self._given and (purpose not in self._ports or not is_free(self._ports[purpose]))
        ]
        taken = set(self._ports.values())
        fresh = (port for port in _free_ports(len(stale) + len(taken)) if port not in taken)
        for purpose in stale:
            self._ports[purpose] = next(fresh)
        self._given.update(purposes)
        if stale:
            self._path.write_text(json.dumps(self._ports, indent=1))
        return [self._ports[purpose] for purpose in purposes]
