"""Free ports on loopback, kept from one start to the next while nobody else has taken them."""

import json
import random
import socket
from collections.abc import Collection
from pathlib import Path

from devstack.errors import DevstackError

LOOPBACK = "127.0.0.1"
# Below the ports that the kernel gives to outgoing connections, which could take one before its server listens,
# and apart from well-known servers' own.
_RANGE = range(20_000, 25_400)
_BLOCK = 60


def is_free(port: int) -> bool:
    """Whether a server could listen on `port` of the loopback address now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


_reserved: dict[int, socket.socket] = {}


def reserve(port: int) -> bool:
    """Whether `port` is free and no other starter is about to use it: each keeps a name that ends with its process."""
    if port not in _reserved:
        name = socket.socket(socket.AF_UNIX)
        try:
            name.bind(f"\0saleloop-port-{port}")
        except OSError:
            name.close()
            return False
        _reserved[port] = name
    return is_free(port)


def accepts(port: int) -> bool:
    """Whether somebody answers on `port` of the loopback address."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=0.5):
            return True
    except OSError:
        return False


class _Claims:
    """The ports of this process: whole blocks, so that starters that run at once never give the same port.

    A block is claimed by keeping its first port bound, which the kernel ends with the process however it dies.
    """

    def __init__(self) -> None:
        self._blocks: dict[int, socket.socket] = {}
        self._given: dict[int, Path] = {}

    def keep(self, port: int, book: Path) -> bool:
        """Whether `book` may use the port that it remembers."""
        usable = port in _RANGE and self._given.get(port, book) == book and self._claim(_block_of(port))
        if usable and is_free(port):
            self._given[port] = book
            return True
        return False

    def fresh(self, book: Path, remembered: Collection[int]) -> int:
        """A free port that `book` does not remember. Raises DevstackError when there is none."""
        others = list(range(_RANGE.start, _RANGE.stop, _BLOCK))
        random.shuffle(others)
        for block in (*self._blocks, *others):
            if self._claim(block):
                for port in range(block + 1, block + _BLOCK):
                    if port not in self._given and port not in remembered and is_free(port):
                        self._given[port] = book
                        return port
        raise DevstackError(f"No free port is left between {_RANGE.start} and {_RANGE.stop}: end other programs.")

    def _claim(self, block: int) -> bool:
        if block in self._blocks:
            return True
        claim = socket.socket()
        try:
            claim.bind((LOOPBACK, block))
        except OSError:
            claim.close()
            return False
        self._blocks[block] = claim
        return True


_claims = _Claims()


def _block_of(port: int) -> int:
    return port - (port - _RANGE.start) % _BLOCK


class PortBook:
    """Port numbers by purpose, remembered in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._ports: dict[str, int] = json.loads(path.read_text()) if path.exists() else {}
        self._given: set[str] = set()

    def take(self, *purposes: str) -> list[int]:
        """A free port for each purpose: the remembered one while nobody else uses it."""
        stale = [purpose for purpose in purposes if purpose not in self._given and not self._keeps(purpose)]
        for purpose in stale:
            self._ports[purpose] = _claims.fresh(self._path, self._ports.values())
        self._given.update(purposes)
        if stale:
            self._path.write_text(json.dumps(self._ports, indent=1))
        return [self._ports[purpose] for purpose in purposes]

    def _keeps(self, purpose: str) -> bool:
        return purpose in self._ports and _claims.keep(self._ports[purpose], self._path)
