"""What `make up` does while it stays in the foreground: say who died, and start it again with growing delay."""

import time
from collections.abc import Callable

from devstack.child import Child
from devstack.supervisor import Platform

_DELAYS_SECONDS = (1, 2, 4, 8, 16)
_STABLE_SECONDS = 120


class Watch:
    """Restarts a process that ended by itself: five times, with a count that starts again after two quiet minutes."""

    def __init__(self, platform: Platform, say: Callable[[str], None]) -> None:
        self._platform = platform
        self._say = say
        self._deaths: dict[str, int] = {}
        self._died_at: dict[str, float] = {}
        self._due: dict[str, float] = {}
        self._given_up: set[str] = set()

    def look(self, now: float | None = None) -> None:
        """Look once at every process; call it about every half second."""
        moment = time.monotonic() if now is None else now
        for name, child in self._children():
            if child.is_running or name in self._given_up:
                continue
            if name not in self._due:
                self._note_death(name, child.exit_code, moment)
            elif moment >= self._due[name]:
                del self._due[name]
                child.start()

    def _note_death(self, name: str, exit_code: int | None, moment: float) -> None:
        quiet = moment - self._died_at.get(name, moment) > _STABLE_SECONDS
        deaths = 0 if quiet else self._deaths.get(name, 0)
        self._died_at[name] = moment
        self._deaths[name] = deaths + 1
        if deaths >= len(_DELAYS_SECONDS):
            self._given_up.add(name)
            self._say(f"{name} ended again (exit code {exit_code}) and is not started any more; see 'make logs'.")
            return
        delay = _DELAYS_SECONDS[deaths]
        self._due[name] = moment + delay
        self._say(f"{name} ended unexpectedly (exit code {exit_code}); it is started again in {delay} s.")

    def _children(self) -> list[tuple[str, Child]]:
        servers = self._platform.servers
        children = list(self._platform.processes.items())
        if servers.mongo:
            children.append(("mongod", servers.mongo.child))
        if servers.rabbit:
            children += [("epmd", servers.rabbit.epmd), ("rabbitmq", servers.rabbit.child)]
        return children
