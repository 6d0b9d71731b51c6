"""The Procfile: one line for each process, `name: command`, and `release` for what runs once before them."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from devstack.errors import DevstackError
from devstack.owners import OWNERS, owner_of

_LINE = re.compile(r"^([a-z][a-z0-9-]*):\s*(\S.*)$")
_AFTER_RELEASE = ("worker", "ingest", "audit", "http")


@dataclass(frozen=True)
class Entry:
    """A process: `<owner>-<role>` and its command."""

    name: str
    command: tuple[str, ...]

    @property
    def owner(self) -> str:
        return owner_of(self.name)

    @property
    def needs_queues(self) -> bool:
        """Whether it consumes from queues or publishes at its start, and so must not start before they are declared."""
        return self.name.split("-", 1)[1] in _AFTER_RELEASE


@dataclass(frozen=True)
class Procfile:
    """The processes in their order, and the command that runs once before any of them consumes."""

    release: tuple[str, ...] | None
    entries: tuple[Entry, ...]


def read(path: Path) -> Procfile:
    """Read a Procfile. Raises DevstackError for a line that cannot be understood."""
    if not path.exists():
        raise DevstackError(f"{path.name} is missing in {path.parent}.")
    lines = [
        _line(line, number)
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if line.strip() and not line.startswith("#")
    ]
    release = next((command for name, command in lines if name == "release"), None)
    return Procfile(release, tuple(Entry(name, command) for name, command in lines if name != "release"))


def _line(line: str, number: int) -> tuple[str, tuple[str, ...]]:
    match = _LINE.match(line)
    if match is None:
        raise DevstackError(f"Procfile line {number} is not 'name: command': {line}")
    name, command = match.groups()
    if name != "release" and ("-" not in name or owner_of(name) not in OWNERS):
        raise DevstackError(f"Procfile line {number}: {name} is not <owner>-<role>, owner one of {OWNERS}")
    return name, tuple(shlex.split(command))
