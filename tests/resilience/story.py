"""One platform, and everything that happens to it: kills, then the broker away, then the database away."""

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from devstack.child import Child
from devstack.supervisor import Platform
from devstack.wiring import ROOT
from tests.resilience.chaos import Outage, RandomKills, away, seconds_until, unready
from tests.resilience.company import administrator, found_company
from tests.resilience.doors import Door, GrpcDoor, HttpDoor
from tests.resilience.final_state import FinalState
from tests.resilience.ledger import Ledger
from tests.resilience.traffic import Traffic

KILLS, BROKER_AWAY, STORAGE_AWAY = "kills", "broker away", "storage away"
PHASES = (KILLS, BROKER_AWAY, STORAGE_AWAY)
COMMANDS = 2_000
KILLS_EACH = 3
AWAY_S = 20.0

_BUSY_CLIENTS, _BUSY_PAUSE_S = 8, 0.05
_CALM_CLIENTS, _CALM_PAUSE_S = 24, 4.0  # more clients than an rpc process has threads
_PATIENCE_S = 40.0
_REST_PATIENCE_S = 60.0


@dataclass(frozen=True)
class Resumption:
    """Seconds from the return of a server until: a new command was answered, its lead stood in its owner's inbox,
    every lead of the outage did, every process said that it is ready."""

    answered: float
    told: float
    all_told: float
    ready: float


@dataclass
class Story:
    """What happened, and what is left of it."""

    platform: Platform
    seed: int
    state: FinalState
    ledger: Ledger = field(default_factory=Ledger)
    kills: Counter[str] = field(default_factory=Counter)
    outages: dict[str, Outage] = field(default_factory=dict)
    resumptions: dict[str, Resumption] = field(default_factory=dict)
    _began: float = field(default_factory=time.monotonic)

    def play(self) -> None:
        """Let everything happen, and wait until nothing moves any more."""
        admin = administrator(self.platform)
        found_company(admin)
        token = admin.headers["Authorization"].removeprefix("Bearer ")
        busy, calm = (Traffic(self._doors(token, clients), self.ledger) for clients in (_BUSY_CLIENTS, _CALM_CLIENTS))
        servers = self.platform.servers
        assert servers.mongo is not None
        assert servers.rabbit is not None
        self._play_kills(busy)
        self._note(f"{KILLS} are over: {dict(self.kills)}")
        self._play_outage(calm, BROKER_AWAY, servers.rabbit.child, servers.wait_for_rabbit)
        self._note(f"{BROKER_AWAY} is over: {self.resumptions[BROKER_AWAY]}")
        self._play_outage(calm, STORAGE_AWAY, servers.mongo.child, servers.wait_for_mongo)
        self._note(f"{STORAGE_AWAY} is over: {self.resumptions[STORAGE_AWAY]}")
        self._wait_for_rest()
        self._note("nothing moves any more")

    def _note(self, what: str) -> None:
        """For the report of a failure, and for whoever runs pytest with -s."""
        print(f"{time.monotonic() - self._began:.0f} s: {what}")  # noqa: T201 - the measurement

    def _doors(self, token: str, number: int) -> list[Door]:
        doors: list[Door] = []
        for _ in range(number // 2):
            doors.append(HttpDoor(self.platform.http_url, token))
            address = self.platform.wiring.grpc_address("leads")
            doors.append(GrpcDoor(address, self.platform.servers.secrets.access_private_key))
        return doors

    def _play_kills(self, traffic: Traffic) -> None:
        # Each lead is one write of the rpc, one assignment, one inbox item, and two records of the audit.
        whole = {
            "leads-rpc": COMMANDS,
            "leads-worker": COMMANDS,
            "notify-worker": COMMANDS,
            "gateway-audit": 2 * COMMANDS,
        }
        chance = random.Random(self.seed)
        chaos = RandomKills(self.platform, chance, self.state.work_done, whole, KILLS_EACH)
        with traffic.flowing(KILLS, pause_s=_BUSY_PAUSE_S, limit=COMMANDS):
            chaos.run()
        self.kills = chaos.kills

    def _play_outage(self, traffic: Traffic, phase: str, server: Child, wait_ready: Callable[[], None]) -> None:
        with traffic.flowing(phase, pause_s=_CALM_PAUSE_S):
            time.sleep(2)  # some of the traffic is under way when the server goes
            with away(server, wait_ready) as outage:
                time.sleep(AWAY_S)
            self.outages[phase] = outage
            self.resumptions[phase] = self._measure(traffic, phase, outage.back)

    def _measure(self, traffic: Traffic, phase: str, back: float) -> Resumption:
        """One after the other, so each figure is an upper bound."""

        def is_told() -> bool:
            return self.state.is_told(first.lead_id)

        def all_are_told() -> bool:
            told = {lead_id for _, lead_id in self.state.told()}
            return all(command.lead_id in told for command in before)

        def all_are_ready() -> bool:
            return not unready(self.platform)

        before = [each for each in self.ledger.of(phase) if each.lead_id and each.answer_time < back]
        first = traffic.create(phase)
        told = seconds_until(is_told, back, patience_s=_PATIENCE_S)
        ready = seconds_until(all_are_ready, back, patience_s=_PATIENCE_S)
        all_told = seconds_until(all_are_told, back, patience_s=_PATIENCE_S)
        return Resumption(first.answer_time - back, told, all_told, ready)

    def _wait_for_rest(self) -> None:
        """Until no outbox and no queue of a running process holds anything; the tests say what is missing, if not."""

        def is_at_rest() -> bool:
            return not self.state.unpublished() and not self.state.waiting(self.owners)

        try:
            seconds_until(is_at_rest, time.monotonic(), patience_s=_REST_PATIENCE_S)
        except AssertionError:
            self._note(f"still moving: {self.state.unpublished()} {self.state.waiting(self.owners)}")

    def answers_during_outage(self, phase: str) -> list[str]:
        """Codes of the tries that began and ended while the server was away."""
        outage = self.outages[phase]
        attempts = [attempt for command in self.ledger.of(phase) for attempt in command.attempts]
        return [each.code for each in attempts if each.began > outage.gone and each.ended < outage.started]

    def verdict_on_chains(self) -> tuple[int, str]:
        """Exit code and output of the command that walks the audit chains."""
        env = self.platform.wiring.owner_environment("gateway")
        command = [sys.executable, "-m", "gateway", "audit", "verify"]
        done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
        return done.returncode, done.stdout + done.stderr

    @property
    def owners(self) -> set[str]:
        """Whose processes run."""
        return {entry.owner for entry in self.platform.entries}
