"""The Procfile: one line for each process, `name: command`."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from devstack.errors import DevstackError
from devstack.owners import OWNERS, owner_of

_LINE = re.compile(r"^([a-z][a-z0-9-]*):\s*(\S.*)$")
_CONSUMING = ("worker", "ingest", "audit")


@dataclass(frozen=True)
class Entry:
    """A process: `<owner>-<role>` and its command."""

    name: str
    command: tuple[str, ...]

    @property
    def owner(self) -> str:
        return owner_of(self.name)

    @property
    def consumes(self) -> bool:
        """Whether it consumes from queues, and so must not start before they are declared."""
        return self.name.split("-", 1)[1] in _CONSUMING


def read(path: Path) -> list[Entry]:
    """The entries of a Procfile in their order. Raises DevstackError for a line that cannot be read."""
    if not path.exists():
        raise DevstackError(f"{path.name} is missing in {path.parent}.")
    return [
        _entry(line, number)
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if line.strip() and not line.startswith("#")
    ]


def _entry(line: str, number: int) -> Entry:
    match = _LINE.match(line)
    if match is None:
        raise DevstackError(f"Procfile line {number} is not 'name: command': {line}")
    name, command = match.groups()
    if "-" not in name or owner_of(name) not in OWNERS:
        raise DevstackError(f"Procfile line {number}: {name} is not <owner>-<role>, owner one of {OWNERS}")
    return Entry(name, tuple(shlex.split(command)))
