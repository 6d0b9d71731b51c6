"""kill -9 of parts of the ingestion, one after the other at random moments, each started again at once."""

import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from devstack.child import Child
from devstack.ports import accepts
from devstack.supervisor import Platform
from devstack.wiring import ROOT

_PAUSES_S = (0.2, 1.5)
# Long enough to be working again in most cases; a process may also be hit while it starts.
_SPARED_S = 2.0
_BACK_S = 60.0


@dataclass
class Victim:
    """Something to kill; `share` of all kills, `is_up` whether it can be hit again."""

    child: Child
    share: int
    is_up: Callable[[], bool]
    started: float = 0.0

    def kill(self) -> None:
        """End it without warning and start it again."""
        self.child.kill(signal.SIGKILL)
        self.child.start()
        self.started = time.monotonic()


def victims(platform: Platform, second_ingest: Child) -> list[Victim]:
    """Edge, both consumers, MongoDB and RabbitMQ. Seldom the last: it takes five seconds to come back."""
    mongo, rabbit = platform.servers.mongo, platform.servers.rabbit
    assert mongo is not None, "unset SALELOOP_MONGO_URL: its server is killed here"
    assert rabbit is not None, "unset SALELOOP_AMQP_URL: its server is killed here"
    edge, ingest = (platform.processes[name] for name in ("gateway-pos", "stores-ingest"))
    return [
        Victim(edge, 6, lambda: edge.is_running),
        Victim(ingest, 4, lambda: ingest.is_running),
        Victim(second_ingest, 3, lambda: second_ingest.is_running),
        Victim(mongo.child, 5, lambda: accepts(mongo.port)),
        Victim(rabbit.child, 2, lambda: accepts(rabbit.port)),
    ]


def another_ingest(platform: Platform) -> Child:
    """A second consumer beside the platform's own."""
    entry = next(entry for entry in platform.entries if entry.name == "stores-ingest")
    env = platform.wiring.process_environment(entry) | {"SALELOOP_TELEMETRY_PORT": "0"}
    first = platform.processes["stores-ingest"]
    log = first.log.with_name("stores-ingest-2.log")
    return Child("stores-ingest-2", first.command, env=env, log=log, cwd=ROOT)


def kill_at_random(
    hit: Sequence[Victim], number: int, chance: random.Random, say: Callable[[str], None]
) -> Counter[str]:
    """So many kills, shared out by weight in random order; returns how many hit whom.

    Must run in the thread that started them. Raises AssertionError when a victim ended by itself or stays away.
    """
    whole = sum(victim.share for victim in hit)
    order = [victim for victim in hit for _ in range(round(number * victim.share / whole))][:number]
    order += chance.choices(hit, [victim.share for victim in hit], k=number - len(order))
    chance.shuffle(order)
    killed: Counter[str] = Counter()
    for victim in order:
        time.sleep(chance.uniform(*_PAUSES_S))
        _wait_until_up(victim)
        victim.kill()
        killed[victim.child.name] += 1
        if killed.total() % 20 == 0:
            say(f"{killed.total()} kills: {dict(killed)}")
    for victim in hit:
        _wait_until_up(victim)
    return killed


def _wait_until_up(victim: Victim) -> None:
    give_up_at = time.monotonic() + _BACK_S
    while not victim.is_up() or time.monotonic() - victim.started < _SPARED_S:
        assert victim.child.is_running, f"{victim.child.name} ended by itself:\n{victim.child.log_tail(30)}"
        assert time.monotonic() < give_up_at, f"{victim.child.name} does not come back:\n{victim.child.log_tail(30)}"
        time.sleep(0.05)
