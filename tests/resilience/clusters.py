"""A RabbitMQ cluster and a MongoDB replica set of three nodes each, on loopback; the platform finds them elsewhere."""

import signal
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from devstack.child import RUN_DIR_VARIABLE, Child
from devstack.mongo import EmbeddedMongo
from devstack.owners import Secrets
from devstack.ports import LOOPBACK, PortBook, accepts
from devstack.rabbit import PORT_PURPOSES, EmbeddedRabbit

NODES = (1, 2, 3)
_FORMS_WITHIN_S = 90.0
_RECONFIGURING = 109
_NOT_SAFE_YET = 103


class Clusters:
    """Started and ended together. Children end with the thread that starts them."""

    def __init__(self, run_dir: Path, environ: Mapping[str, str]) -> None:
        self.run_dir = run_dir
        run_dir.mkdir(parents=True)
        env = {**environ, RUN_DIR_VARIABLE: str(run_dir)}
        self._secrets, book = Secrets.load_or_create(run_dir / "secrets.json"), PortBook(run_dir / "ports.json")
        folders = {number: run_dir / f"node-{number}" for number in NODES}
        self.mongos = [EmbeddedMongo(_made(folders[n]), book.take(f"mongo {n}")[0], self._secrets, env) for n in NODES]
        self.rabbits: list[EmbeddedRabbit] = []
        for number in NODES:
            ports = book.take(*(f"{purpose} {number}" for purpose in PORT_PURPOSES))
            first = self.rabbits[0] if self.rabbits else None
            name = f"saleloop-{number}"
            self.rabbits.append(EmbeddedRabbit(folders[number], ports, self._secrets, env, name=name, joins=first))

    def start(self) -> None:
        """Return when both have three nodes."""
        for mongo in self.mongos:
            mongo.start()
        first, *others = self.rabbits
        first.start()
        self.mongos[0].wait_ready()
        first.wait_ready()
        for rabbit in others:
            rabbit.start()
        for number in range(1, len(self.mongos)):
            self._add_member(number)
        for rabbit in others:
            rabbit.wait_ready(_FORMS_WITHIN_S)
        self.wait_whole()

    def wait_whole(self) -> None:
        """Return when every node of both is there again, and MongoDB has a primary."""
        _until(lambda: all(accepts(rabbit.port) for rabbit in self.rabbits), "every node of RabbitMQ")
        _until(lambda: sorted(self._states()) == ["PRIMARY", "SECONDARY", "SECONDARY"], "a whole replica set")

    def stop(self) -> None:
        """End all of them at once: nobody needs their data, and a node that loses its quorum takes long to end."""
        for child in [mongo.child for mongo in self.mongos] + [rabbit.child for rabbit in self.rabbits]:
            child.kill(signal.SIGKILL)
        self.rabbits[0].stop(1)

    @property
    def environ(self) -> dict[str, str]:
        """What a platform needs to use them."""
        amqp = urlsplit(self.rabbits[0].url(None))
        user, _, _ = amqp.netloc.rpartition("@")
        nodes = ",".join(f"{LOOPBACK}:{rabbit.port}" for rabbit in self.rabbits)
        return {
            "SALELOOP_MONGO_URL": self.mongo_url,
            "SALELOOP_AMQP_URL": urlunsplit(amqp._replace(netloc=f"{user}@{nodes}")),
            "SALELOOP_AMQP_MANAGEMENT_URL": self.rabbits[0].management_url,
        }

    @property
    def mongo_url(self) -> str:
        """All members, as the administrator."""
        members = ",".join(f"{LOOPBACK}:{mongo.port}" for mongo in self.mongos)
        return self.mongos[0].url(None).replace(f"{LOOPBACK}:{self.mongos[0].port}", members)

    def primary(self) -> Child:
        """The member of the replica set that takes writes now."""
        with self._client() as client:
            port = int(client.admin.command("hello")["primary"].rpartition(":")[2])
        return next(mongo.child for mongo in self.mongos if mongo.port == port)

    def _client(self) -> MongoClient[dict[str, object]]:
        return MongoClient(self.mongo_url, serverSelectionTimeoutMS=1_000)

    def _states(self) -> list[str]:
        try:
            with self._client() as client:
                return [member["stateStr"] for member in client.admin.command("replSetGetStatus")["members"]]
        except PyMongoError:
            return []

    def _add_member(self, number: int) -> None:
        """One more member votes; MongoDB takes one at a time."""
        member = {"_id": number, "host": f"{LOOPBACK}:{self.mongos[number].port}"}

        def is_added() -> bool:
            with MongoClient[dict[str, object]](self.mongos[0].url(None)) as client:
                config = client.admin.command("replSetGetConfig")["config"]
                config["members"].append(member)
                config["version"] += 1
                # Three nodes on a busy machine of two cores: the one second of the single node would be too short.
                config["settings"]["electionTimeoutMillis"] = 3_000
                try:
                    client.admin.command("replSetReconfig", config)
                except OperationFailure as error:
                    if error.code not in (_RECONFIGURING, _NOT_SAFE_YET):
                        raise
                    return False
            return True

        _until(is_added, f"member {number}")


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _until(is_so: Callable[[], bool], what: str) -> None:
    give_up_at = time.monotonic() + _FORMS_WITHIN_S
    while not is_so():
        assert time.monotonic() < give_up_at, f"not within {_FORMS_WITHIN_S:.0f} s: {what}"
        time.sleep(0.2)
