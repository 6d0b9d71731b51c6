"""What each process is told through its environment: addresses, credentials and keys of its owner only."""

import json
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from devstack.child import RUN_DIR_VARIABLE
from devstack.owners import OWNERS
from devstack.ports import LOOPBACK
from devstack.procfile import Entry
from devstack.servers import Servers

ROOT = Path(__file__).resolve().parent.parent
SERVICES = tuple(owner for owner in OWNERS if owner != "gateway")


class Wiring:
    """Ports and environments of the platform on one run directory."""

    def __init__(
        self,
        servers: Servers,
        entries: Iterable[Entry],
        *,
        http_port: int,
        pos_port: int,
        pos_http_port: int,
        environ: Mapping[str, str],
        database_prefix: str = "",
    ) -> None:
        self.servers = servers
        self.http_port = http_port
        self.pos_port = pos_port
        self.pos_http_port = pos_http_port
        self._environ = dict(environ)
        self._prefix = database_prefix
        names = [entry.name for entry in entries]
        self._telemetry = dict(zip(names, servers.ports.take(*(f"telemetry {name}" for name in names)), strict=True))
        self._grpc = dict(zip(SERVICES, servers.ports.take(*(f"grpc {name}" for name in SERVICES)), strict=True))
        self.targets_file = servers.run_dir / "targets.json"

    @property
    def public_url(self) -> str:
        """Where browsers and API clients find the gateway."""
        return self._environ.get("SALELOOP_PUBLIC_URL") or f"http://{LOOPBACK}:{self.http_port}"

    def telemetry_address(self, name: str) -> str:
        """host:port of the /metrics, /livez and /readyz of a process."""
        return f"{LOOPBACK}:{self._telemetry[name]}"

    def grpc_address(self, service: str) -> str:
        """host:port of a service's rpc process."""
        return f"{LOOPBACK}:{self._grpc[service]}"

    def write_targets(self) -> None:
        """Prometheus' file_sd list of every process's telemetry address."""
        targets = [{"targets": [self.telemetry_address(name)], "labels": {"job": name}} for name in self._telemetry]
        self.targets_file.write_text(json.dumps(targets, indent=1))

    def process_environment(self, entry: Entry) -> dict[str, str]:
        """The environment of one process of the Procfile."""
        env = self.owner_environment(entry.owner)
        env["SALELOOP_TELEMETRY_PORT"] = str(self._telemetry[entry.name])
        if entry.owner in self._grpc:
            env["SALELOOP_GRPC_PORT"] = str(self._grpc[entry.owner])
        return env

    def owner_environment(self, owner: str) -> dict[str, str]:
        """What every process of this owner shares."""
        secrets = self.servers.secrets
        database = self._prefix + owner
        env = self._common() | {
            "SALELOOP_MONGO_URL": self.servers.mongo_url(None if self._prefix else owner, database),
            "SALELOOP_MONGO_DATABASE": database,
            "SALELOOP_AMQP_URL": self.servers.amqp_url(owner),
        }
        if owner == "leads":
            env["SALELOOP_INTAKE_KEY"] = self._environ.get("SALELOOP_INTAKE_KEY", secrets.intake_key)
            env["SALELOOP_PROPOSAL_LINK_KEY"] = self._environ.get(
                "SALELOOP_PROPOSAL_LINK_KEY", secrets.proposal_link_key
            )
        if owner == "quotes":
            env["SALELOOP_SIGN_LINK_KEY"] = self._environ.get("SALELOOP_SIGN_LINK_KEY", secrets.sign_link_key)
        if owner == "gateway":
            env |= {f"SALELOOP_{name.upper()}_ADDRESS": self.grpc_address(name) for name in SERVICES}
            env |= {
                "SALELOOP_ACCESS_PRIVATE_KEY": secrets.access_private_key,
                "SALELOOP_ADMIN_PASSWORD": self.admin_password,
                "SALELOOP_HTTP_PORT": str(self.http_port),
                "SALELOOP_POS_PORT": str(self.pos_port),
                "SALELOOP_POS_HTTP_PORT": str(self.pos_http_port),
            }
        return env

    def admin_environment(self) -> dict[str, str]:
        """For the topology and for commands that look after the whole installation."""
        return self._common() | {
            "SALELOOP_MONGO_URL": self.servers.mongo_url(),
            "SALELOOP_AMQP_URL": self.servers.amqp_url(),
            "SALELOOP_AMQP_ADMIN_URL": self.servers.amqp_url(),
            "SALELOOP_AMQP_MANAGEMENT_URL": self.servers.management_url,
        }

    @property
    def admin_password(self) -> str:
        """The first administrator's password: the person's choice, or a random one."""
        return self._environ.get("SALELOOP_ADMIN_PASSWORD") or self.servers.secrets.first_admin_password

    def _common(self) -> dict[str, str]:
        own = {
            RUN_DIR_VARIABLE: str(self.servers.run_dir),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{self._environ.get('PATH', os.defpath)}",
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'gen'}",
            "PYTHONUNBUFFERED": "1",
            # glibc gives each of many threads its own heap and keeps what it frees: 20 MiB in the gateway.
            "MALLOC_ARENA_MAX": "2",
            # By itself glibc raises this with the first big block that is freed, such as a password hash's 19 MiB,
            # and from then on keeps such blocks.
            "MALLOC_MMAP_THRESHOLD_": str(2**20),
            "SALELOOP_ENVIRONMENT": self._environ.get("SALELOOP_ENVIRONMENT", "development"),
            "SALELOOP_ACCESS_PUBLIC_KEY": self.servers.secrets.access_public_key,
            "SALELOOP_TARGETS_FILE": str(self.targets_file),
            "SALELOOP_PUBLIC_URL": self.public_url,
        }
        hidden = (
            "SALELOOP_AMQP_ADMIN_URL",
            "SALELOOP_ADMIN_PASSWORD",
            "SALELOOP_SIGN_LINK_KEY",
            "SALELOOP_INTAKE_KEY",
            "SALELOOP_PROPOSAL_LINK_KEY",
        )
        return {key: value for key, value in self._environ.items() if key not in hidden} | own
