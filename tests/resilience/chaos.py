"""What goes wrong: processes are killed at random moments, servers are away for a while."""

import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from devstack.child import Child
from devstack.supervisor import Platform

VICTIMS = ("leads-rpc", "leads-worker", "notify-worker", "gateway-audit")
_BACK_S = 60.0


class RandomKills:
    """kill -9 of each victim, and its start at once, at random points of its own work.

    `work` tells how much a victim has done (whatever it counts in), `whole` how much it will have done in the end.
    Points of work instead of moments of time, so that a slow machine gets no more kills than a fast one. Must run in
    the thread that started the platform.
    """

    def __init__(
        self, platform: Platform, chance: random.Random, work: Callable[[str], int], whole: Mapping[str, int], each: int
    ) -> None:
        self._platform = platform
        self._work = work
        self._points = {name: sorted(chance.sample(range(1, whole[name]), each)) for name in VICTIMS}
        self.kills: Counter[str] = Counter()

    def run(self) -> None:
        """Return when all kills are done and all victims are ready again."""
        while any(self._points.values()):
            for name in VICTIMS:
                self._look_at(name)
            time.sleep(0.02)
        self._platform.wait_ready(VICTIMS, timeout=_BACK_S)

    def _look_at(self, name: str) -> None:
        points = self._points[name]
        if points and self._work(name) >= points[0]:
            self._platform.kill(name, signal.SIGKILL)
            self._platform.start_process(name)
            self.kills[name] += 1
            points.pop(0)


@dataclass
class Outage:
    """A server was killed, started again, and accepted its users; monotonic seconds."""

    gone: float = 0.0
    started: float = 0.0
    back: float = 0.0


@contextmanager
def away(child: Child, wait_ready: Callable[[], None]) -> Iterator[Outage]:
    """The server is killed for the length of the block, and started on the same data after it."""
    outage = Outage(gone=time.monotonic())
    child.kill(signal.SIGKILL)
    yield outage
    outage.started = time.monotonic()
    child.start()
    wait_ready()
    outage.back = time.monotonic()


def seconds_until(fact: Callable[[], bool], since: float, *, patience_s: float) -> float:
    """Seconds from `since` until `fact()`. Fails the test after `patience_s` seconds."""
    while not fact():
        if time.monotonic() - since > patience_s:
            raise AssertionError(f"not after {patience_s:.0f} s: {fact.__name__}")
        time.sleep(0.1)
    return time.monotonic() - since


def unready(platform: Platform) -> Sequence[str]:
    """Processes that do not answer /readyz with 200."""
    return [name for name in platform.processes if not platform.is_ready(name)]
