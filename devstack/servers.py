"""The two servers everything stands on: embedded, or somebody else's when their URL is set."""

import os
import socket
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from devstack.child import RUN_DIR_VARIABLE
from devstack.errors import DevstackError
from devstack.mongo import EmbeddedMongo, require_empty_elsewhere
from devstack.owners import Secrets
from devstack.ports import PortBook
from devstack.rabbit import PORT_PURPOSES, EmbeddedRabbit

_STOP_SECONDS = 20.0
_LOOK_SECONDS = 5.0
_PORTS = {"mongodb": 27017, "amqp": 5672, "amqps": 5671}


class Servers:
    """MongoDB and RabbitMQ for one run directory.

    `mongo` and `rabbit` are None when SALELOOP_MONGO_URL or SALELOOP_AMQP_URL is set in `environ`: then that
    URL is what every owner gets, and nothing is started.
    """

    def __init__(self, run_dir: Path, environ: Mapping[str, str] | None = None) -> None:
        self.run_dir = run_dir.resolve()
        self._environ = dict(os.environ if environ is None else environ)
        self.run_dir.mkdir(parents=True, exist_ok=True)
        self.secrets = Secrets.load_or_create(self.run_dir / "secrets.json")
        self.ports = PortBook(self.run_dir / "ports.json")
        env = {**self._environ, RUN_DIR_VARIABLE: str(self.run_dir)}
        self._foreign_mongo = self._environ.get("SALELOOP_MONGO_URL")
        self._foreign_amqp = self._environ.get("SALELOOP_AMQP_URL")
        self.mongo: EmbeddedMongo | None = None
        self.rabbit: EmbeddedRabbit | None = None
        if not self._foreign_amqp:
            self.rabbit = EmbeddedRabbit(self.run_dir, self.ports.take(*PORT_PURPOSES), self.secrets, env)
        if not self._foreign_mongo:
            self.mongo = EmbeddedMongo(self.run_dir, self.ports.take("mongo")[0], self.secrets, env)

    def start(self) -> None:
        """Start both at once; `wait_ready` waits."""
        if self.rabbit:
            self.rabbit.start()
        if self.mongo:
            self.mongo.start()

    def wait_ready(self) -> None:
        """Return when both accept their users."""
        self.wait_for_mongo()
        self.wait_for_rabbit()

    def wait_for_mongo(self) -> None:
        """Return when mongod accepts its users; it is there seconds before RabbitMQ."""
        if self.mongo:
            self.mongo.wait_ready()

    def require_elsewhere(self) -> None:
        """Raise DevstackError when a server elsewhere does not answer: else each process would end with a traceback."""
        elsewhere = {"SALELOOP_MONGO_URL": self._foreign_mongo, "SALELOOP_AMQP_URL": self._foreign_amqp}
        for variable, url in elsewhere.items():
            place = urlsplit(url or "")
            if place.scheme not in _PORTS or "," in place.netloc:  # a list of replicas is left to its client
                continue
            host, port = place.hostname or "", place.port or _PORTS[place.scheme]
            try:
                socket.create_connection((host, port), timeout=_LOOK_SECONDS).close()
            except OSError as error:
                raise DevstackError(f"{variable}: nothing answers at {host}:{port} ({error}).") from error

    def wait_for_rabbit(self) -> None:
        """Return when RabbitMQ accepts its users."""
        if self.rabbit:
            self.rabbit.wait_ready()

    def stop(self) -> None:
        """End both; SIGTERM goes to both before either is waited for."""
        if self.mongo:
            self.mongo.child.kill(15)
        if self.rabbit:
            self.rabbit.stop(_STOP_SECONDS)
        if self.mongo:
            self.mongo.child.stop(_STOP_SECONDS)

    def wipe(self) -> None:
        """Remove the embedded servers' data, only while they are stopped; data elsewhere only when that is asked for.

        Raises DevstackError when there is data elsewhere.
        """
        if self.mongo:
            self.mongo.wipe()
        else:
            require_empty_elsewhere(str(self._foreign_mongo), drop=self._environ.get("SALELOOP_DROP_ELSEWHERE") == "1")
        if self.rabbit:
            self.rabbit.wipe()

    def mongo_url(self, owner: str | None = None, database: str | None = None) -> str:
        """URL with the owner's user (the administrator's for None) and `database`, by default the owner's own."""
        if self.mongo is None:
            return str(self._foreign_mongo)
        return self.mongo.url(owner, database)

    def amqp_url(self, owner: str | None = None, vhost: str = "saleloop") -> str:
        """URL with the owner's user (the administrator's for None)."""
        if self.rabbit is None:
            return (
                str(self._environ.get("SALELOOP_AMQP_ADMIN_URL", self._foreign_amqp))
                if owner is None
                else str(self._foreign_amqp)
            )
        return self.rabbit.url(owner, vhost)

    @property
    def management_url(self) -> str:
        """RabbitMQ's management API with credentials; empty when a foreign broker's was not told."""
        if self.rabbit is None:
            return self._environ.get("SALELOOP_AMQP_MANAGEMENT_URL", "")
        return self.rabbit.management_url
