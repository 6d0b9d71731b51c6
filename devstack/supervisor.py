"""The platform on one machine: the servers, the declared topology and every process of the Procfile."""

import http.client
import os
import signal
import sys
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path

from devstack.child import Child
from devstack.errors import DevstackError
from devstack.limits import allow_open_files
from devstack.ports import reserve
from devstack.procfile import Entry, read
from devstack.servers import Servers
from devstack.wiring import ROOT, Wiring

GRACE_SECONDS = 20.0


class Platform:
    """Processes of the Procfile that can be started, killed and started again one by one.

    `only` limits it to some processes; `overrides` adds variables to one process's environment. Servers that
    are given are used and left running; otherwise the platform starts its own and ends them with itself.
    """

    def __init__(
        self,
        run_dir: Path,
        *,
        servers: Servers | None = None,
        only: Collection[str] | None = None,
        environ: Mapping[str, str] | None = None,
        overrides: Mapping[str, Mapping[str, str]] | None = None,
        database_prefix: str = "",
        http_port: int | None = None,
        pos_port: int | None = None,
        pos_http_port: int | None = None,
        procfile: Path = ROOT / "Procfile",
    ) -> None:
        environment = dict(os.environ if environ is None else environ)
        allow_open_files()
        self._owns_servers = servers is None
        self.servers = servers or Servers(run_dir, environment)
        plan = read(procfile)
        self.entries = [entry for entry in plan.entries if only is None or entry.name in only]
        ports = self.servers.ports
        self.wiring = Wiring(
            self.servers,
            self.entries,
            http_port=http_port or ports.take("http")[0],
            pos_port=pos_port or ports.take("pos")[0],
            pos_http_port=pos_http_port or ports.take("pos_http")[0],
            environ=environment,
            database_prefix=database_prefix,
        )
        self._overrides = overrides or {}
        self.processes = {entry.name: self._process(entry) for entry in self.entries}
        self._release = self._child("release", plan.release or ("true",), self.wiring.admin_environment())

    @property
    def http_url(self) -> str:
        """The gateway's HTTP address."""
        return self.wiring.public_url

    @property
    def pos_address(self) -> str:
        """host:port of the POS edge."""
        return f"127.0.0.1:{self.wiring.pos_port}"

    @property
    def pos_http_url(self) -> str:
        """The POS edge's HTTP address, for simple tills."""
        return f"http://127.0.0.1:{self.wiring.pos_http_port}"

    @property
    def admin_password(self) -> str:
        """Password of the user `admin`, who exists from the first start."""
        return self.wiring.admin_password

    def start(self, timeout: float = 90) -> None:
        """Start everything and return when every process is ready. On an error nothing is left running."""
        try:
            self._start(timeout)
        except BaseException:
            self.stop(grace=5)
            raise

    def _start(self, timeout: float) -> None:
        self.wiring.write_targets()
        if self._owns_servers:
            self.servers.start()
            self.servers.wait_for_mongo()  # before, their users may not exist, and a refused password is no outage
        # They wait for RabbitMQ themselves, so their own start overlaps with its.
        self._start_all(entry for entry in self.entries if not entry.needs_queues)
        if self._owns_servers:
            self.servers.wait_for_rabbit()
        self.release()
        self._start_all(entry for entry in self.entries if entry.needs_queues)
        self.wait_ready(timeout=timeout)

    def release(self, timeout: float = 60) -> None:
        """Run the Procfile's `release` (it declares the topology); nothing consumes before."""
        self._release.start()
        if not self._release.wait(timeout) or self._release.exit_code:
            raise DevstackError(f"The topology could not be declared:\n{self._release.log_tail()}")

    def wait_ready(self, names: Iterable[str] | None = None, timeout: float = 60) -> None:
        """Return when these processes (default: all) answer 200 on /readyz."""
        waiting = list(self.processes if names is None else names)
        deadline = time.monotonic() + timeout
        while waiting:
            waiting = [name for name in waiting if not self.is_ready(name)]
            for name in waiting:
                child = self.processes[name]
                if not child.is_running:
                    raise DevstackError(
                        f"{name} ended at its start (exit code {child.exit_code}), see {child.log}:\n{child.log_tail()}"
                    )
            if waiting and time.monotonic() > deadline:
                raise DevstackError(f"Not ready after {timeout:.0f} s: {', '.join(waiting)}; see 'make logs'.")
            if waiting:
                time.sleep(0.1)

    def is_ready(self, name: str) -> bool:
        """Whether a process is running and says so itself."""
        return self.processes[name].is_running and answers_ready(self.wiring.telemetry_address(name))

    def kill(self, name: str, signum: int = signal.SIGKILL) -> None:
        """Send a signal to one process; SIGKILL waits until it is gone."""
        self.processes[name].kill(signum)

    def start_process(self, name: str) -> None:
        """Start a process that is not running; `wait_ready([name])` waits for it."""
        self.processes[name].start()

    def restart(self, name: str, timeout: float = 60) -> None:
        """End one process gracefully, start it and wait until it is ready."""
        self.processes[name].stop(GRACE_SECONDS)
        self.processes[name].start()
        self.wait_ready([name], timeout)

    def stop(self, grace: float = GRACE_SECONDS) -> None:
        """End every process, all of them at once, then the servers if they are ours."""
        for child in (self._release, *self.processes.values()):
            child.kill(signal.SIGTERM)
        deadline = time.monotonic() + grace
        for child in (self._release, *self.processes.values()):
            child.stop(max(0.1, deadline - time.monotonic()))
        if self._owns_servers:
            self.servers.stop()

    def _start_all(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            self.processes[entry.name].start()

    def _process(self, entry: Entry) -> Child:
        overrides = dict(self._overrides.get(entry.name, {}))
        return self._child(entry.name, entry.command, self.wiring.process_environment(entry) | overrides)

    def _child(self, name: str, command: Iterable[str], env: Mapping[str, str]) -> Child:
        argv = [sys.executable if part == "python" else part for part in command]
        return Child(name, argv, env=env, log=self.servers.run_dir / "logs" / f"{name}.log", cwd=ROOT)


def answers_ready(address: str) -> bool:
    """Whether the process at host:port answers 200 on /readyz."""
    connection = http.client.HTTPConnection(address, timeout=1)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def choose_port(environ: Mapping[str, str], variable: str, default: int, say: Callable[[str], None]) -> int | None:
    """The port a person asked for, else the default; None (any free one) when the default is taken.

    Raises DevstackError when the port that was asked for is taken or is no port.
    """
    asked = environ.get(variable)
    if asked is None:
        if reserve(default):
            return default
        say(f"Port {default} is taken by another program; a free one is used ({variable} chooses one).")
        return None
    if not asked.isdigit() or not 0 < int(asked) < 65536:
        raise DevstackError(f"{variable} is no port number: {asked!r}.")
    if not reserve(int(asked)):
        raise DevstackError(f"Port {asked} is taken by another program: end that, or set {variable} to another port.")
    return int(asked)
