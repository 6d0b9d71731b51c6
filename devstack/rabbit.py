"""The embedded RabbitMQ: the distribution's 3.10 as our own child, with its own epmd, data and ports."""

import base64
import hashlib
import json
import os
import re
import secrets as random_source
import shutil
import socket
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from devstack.child import Child
from devstack.errors import DevstackError
from devstack.owners import ADMIN, OWNERS, Secrets
from devstack.ports import LOOPBACK, accepts

VHOST = "saleloop"
_SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")  # the wrapper in sbin insists on the user rabbitmq
_PLUGINS = ("rabbitmq_management", "rabbitmq_prometheus", "rabbitmq_consistent_hash_exchange")
_PLUGIN_NEEDS = ("rabbitmq_prelaunch", "rabbitmq_management_agent", "rabbitmq_web_dispatch")
_OTHER_SERVER = "Or set SALELOOP_AMQP_URL to a RabbitMQ elsewhere, and none is started here."
_PLAIN_PATH = re.compile(r"[A-Za-z0-9/._+@-]+")
# After its applications have stopped (0.2 s) the Erlang machine would idle for six seconds before it exits.
_SHUTDOWN = "-shutdown_time 1500"
# Its schedulers would spin while they wait for work, on processors that everybody else here needs.
_NO_SPINNING = "+sbwt none +sbwtdcpu none +sbwtdio none"
PORT_PURPOSES = ("amqp", "amqp_management", "amqp_metrics", "amqp_distribution", "epmd")


def require_rabbitmq() -> None:
    """Raise with the exact command when the distribution's package is not installed."""
    if not _SERVER.exists() or shutil.which("erl") is None or shutil.which("epmd") is None:
        raise DevstackError(
            "RabbitMQ is missing: install it with"
            f" 'apt-get install -y --no-install-recommends rabbitmq-server' (as root).\n{_OTHER_SERVER}"
        )


class EmbeddedRabbit:
    """The broker on loopback: an administrator, and one user for each owner limited to its own names."""

    def __init__(
        self,
        run_dir: Path,
        ports: list[int],
        secrets: Secrets,
        env: Mapping[str, str],
        *,
        name: str = "saleloop",
        joins: "EmbeddedRabbit | None" = None,
    ) -> None:
        """`joins` is a node that runs when this one is started for the first time, and whose cluster it enters."""
        require_rabbitmq()
        self.port, self.management_port, self.metrics_port, self._dist_port, self._epmd_port = ports
        self.node, self._joins = f"{name}@localhost", joins
        self._secrets = secrets
        (run_dir / "rabbitmq").mkdir(parents=True, exist_ok=True)
        self._home = _plainly_named(run_dir / "rabbitmq")
        self._data = self._home / "mnesia"
        logs = run_dir / "logs"
        self.epmd: Child = joins.epmd if joins else self._own_epmd(run_dir, env)
        self.child = Child(
            "rabbitmq", [str(_SERVER)], env=self._environment(env), log=logs / "rabbitmq.log", cwd=self._home
        )

    def start(self) -> None:
        self._data.mkdir(parents=True, exist_ok=True)
        self._write_configuration()
        self.epmd.start()
        self.child.start()

    def stop(self, grace: float) -> None:
        self.child.stop(grace)
        if self._joins is None:
            self.epmd.stop(2)

    def url(self, owner: str | None, vhost: str = VHOST) -> str:
        """AMQP URL of `owner`; the administrator's for None."""
        name, password = self._secrets.user(owner)
        return f"amqp://{quote(name)}:{quote(password)}@{LOOPBACK}:{self.port}/{quote(vhost, safe='')}"

    @property
    def management_url(self) -> str:
        """The management API with the administrator's credentials; paths start with /api/."""
        name, password = self._secrets.user(None)
        return f"http://{quote(name)}:{quote(password)}@{LOOPBACK}:{self.management_port}"

    def wait_ready(self, timeout: float = 60) -> None:
        """Return when it accepts AMQP connections; the definitions are imported before it listens."""
        deadline = time.monotonic() + timeout
        while not accepts(self.port):
            if not self.child.is_running:
                raise DevstackError(f"RabbitMQ ended at its start:\n{self.child.log_tail(30)}")
            if time.monotonic() > deadline:
                raise DevstackError(f"RabbitMQ did not become ready in {timeout:.0f} s:\n{self.child.log_tail(30)}")
            time.sleep(0.05)

    def wipe(self) -> None:
        """Remove its data; only while it is stopped."""
        shutil.rmtree(self._data, ignore_errors=True)

    def _own_epmd(self, run_dir: Path, env: Mapping[str, str]) -> Child:
        """Started by us, not by the broker as a daemon, which would outlive everything."""
        return Child(
            "epmd",
            ["epmd", "-port", str(self._epmd_port), "-address", LOOPBACK],
            env={**env, "ERL_EPMD_RELAXED_COMMAND_CHECK": "1"},
            log=run_dir / "logs" / "epmd.log",
            cwd=run_dir,
        )

    def _environment(self, env: Mapping[str, str]) -> dict[str, str]:
        clean = {key: value for key, value in env.items() if not key.startswith(("RABBITMQ_", "ERL_"))}
        return {
            **clean,
            "HOME": str(self._joins._home if self._joins else self._home),  # where the cluster's cookie lies
            "RUNNING_UNDER_SYSTEMD": "true",  # makes the script exec the broker, so that our child is the broker
            "ERL_EPMD_PORT": str(self._joins._epmd_port if self._joins else self._epmd_port),
            "ERL_EPMD_ADDRESS": LOOPBACK,
            "ERL_INETRC": str(self._home / "inetrc"),
            "RABBITMQ_CONF_ENV_FILE": os.devnull,
            "RABBITMQ_NODENAME": self.node,
            "RABBITMQ_MNESIA_BASE": str(self._data),
            "RABBITMQ_LOG_BASE": str(self._home / "log"),
            "RABBITMQ_CONFIG_FILE": str(self._home / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self._home / "enabled_plugins"),
            "RABBITMQ_PLUGINS_DIR": str(self._home / "plugins"),
            "RABBITMQ_DIST_PORT": str(self._dist_port),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                f"-kernel inet_dist_use_interface {{127,0,0,1}} {_SHUTDOWN} {_NO_SPINNING}"
            ),
        }

    def _write_configuration(self) -> None:
        hosts = json.dumps(["localhost", socket.gethostname()])
        # Names come from this file only: a resolver without an answer would delay the boot by seconds.
        (self._home / "inetrc").write_text(f"{{host, {{127,0,0,1}}, {hosts}}}.\n{{lookup, [file]}}.\n")
        (self._home / "enabled_plugins").write_text(f"[{','.join(_PLUGINS)}].\n")
        definitions = self._home / "definitions.json"
        definitions.unlink(missing_ok=True)
        definitions.touch(mode=0o600)
        definitions.write_text(json.dumps(self._definitions()))
        settings = {
            "listeners.tcp.1": f"{LOOPBACK}:{self.port}",
            "management.tcp.ip": LOOPBACK,
            "management.tcp.port": self.management_port,
            "prometheus.tcp.ip": LOOPBACK,
            "prometheus.tcp.port": self.metrics_port,
            **self._where_definitions_come_from(definitions),
            "log.console": "true",
            "log.console.level": "warning",
            "log.file": "false",
            "vm_memory_high_watermark.relative": "0.3",
            "disk_free_limit.absolute": "200MB",
            "raft.wal_max_size_bytes": 64 * 1024 * 1024,  # the default of 512 MB is held in memory as well
        }
        lines = [f"{key} = {value}\n" for key, value in settings.items()]
        (self._home / "rabbitmq.conf").write_text("".join(lines))
        self._link_plugins()

    def _where_definitions_come_from(self, definitions: Path) -> dict[str, object]:
        """Users and permissions are imported by the first node; the others take them from it."""
        if self._joins is None:
            return {"load_definitions": definitions}
        formation = "cluster_formation"
        return {
            f"{formation}.peer_discovery_backend": "classic_config",
            f"{formation}.classic_config.nodes.1": self._joins.node,
            f"{formation}.classic_config.nodes.2": self.node,
        }

    def _link_plugins(self) -> None:
        """A folder with the plugins in use only: the boot reads every plugin it finds (a second less)."""
        folder = self._home / "plugins"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        installed = next(_SERVER.parent.parent.glob("lib/rabbitmq_server-*/plugins"), None)
        if installed is None:
            raise DevstackError("RabbitMQ is installed without its plugins: reinstall the package.")
        for plugin in installed.iterdir():
            name = re.sub(r"-\d.*$", "", plugin.name)
            if not name.startswith("rabbitmq_") or name in _PLUGINS or name in _PLUGIN_NEEDS:
                (folder / plugin.name).symlink_to(plugin)

    def _definitions(self) -> dict[str, Any]:
        """Users, the virtual host and permissions: imported at boot, long before rabbitmqctl would be done."""
        users = [self._user(ADMIN, self._secrets.admin, "administrator")]
        users += [self._user(owner, self._secrets.owners[owner], "") for owner in OWNERS]
        permissions = [_permission(ADMIN, ".*", ".*", ".*")]
        permissions += [owner_permission(owner) for owner in OWNERS]
        vhost = {"name": VHOST, "metadata": {"default_queue_type": "quorum", "description": "", "tags": []}}
        return {
            "users": users,
            "vhosts": [vhost],
            "permissions": permissions,
            "queues": [],
            "exchanges": [],
            "bindings": [],
        }

    @staticmethod
    def _user(name: str, password: str, tags: str) -> dict[str, str]:
        salt = random_source.token_bytes(4)
        digest = base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest())
        algorithm = "rabbit_password_hashing_sha256"
        return {"name": name, "password_hash": digest.decode(), "hashing_algorithm": algorithm, "tags": tags}


def _plainly_named(folder: Path) -> Path:
    """`folder`, or a link to it when its path has spaces or letters beyond ASCII, on which RabbitMQ fails.

    Raises DevstackError when the place for such links belongs to somebody else.
    """
    if _PLAIN_PATH.fullmatch(str(folder)):
        return folder
    links = Path(tempfile.gettempdir()) / f"saleloop-{os.getuid()}"
    links.mkdir(mode=0o700, exist_ok=True)
    if links.is_symlink() or links.stat().st_uid != os.getuid():
        raise DevstackError(f"{links} belongs to somebody else: remove it, or set SALELOOP_RUN_DIR to a plain path.")
    link = links / hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    link.unlink(missing_ok=True)
    link.symlink_to(folder)
    return link


def owner_permission(owner: str, vhost: str = VHOST) -> dict[str, str]:
    """What an owner may touch: its own names; others' event exchanges only to bind its queues to them."""
    own = rf"{owner}[.].*"
    exchanges = "|".join(OWNERS)
    written = {"gateway": "|pos[.]receipts", "stores": "|pos[.]outcomes"}.get(owner, "")
    heard = "|pos[.]outcomes" if owner == "gateway" else ""
    # Not the default exchange: whoever may publish there reaches every queue by its name.
    return _permission(owner, f"^({own})$", f"^({own}{written})$", f"^({own}{heard}|({exchanges})[.]events)$", vhost)


def _permission(user: str, configure: str, write: str, read: str, vhost: str = VHOST) -> dict[str, str]:
    return {"user": user, "vhost": vhost, "configure": configure, "write": write, "read": read}
