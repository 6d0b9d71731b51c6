"""The process's one connection to its service's database, and transactions on it."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol, TypeVar
from urllib.parse import parse_qs, quote, urlsplit, urlunsplit

import mongoengine
import pymongo
from mongoengine.connection import get_connection, get_db
from pymongo import IndexModel
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import AutoReconnect

from chassis import outbox
from chassis.clocks import clock

T = TypeVar("T")
_SELECTION_TIMEOUT_MS = 2_000  # a caller with a deadline of 5 s must hear UNAVAILABLE before it
_GLIMPSE_S = 0.25
_SOCKET_TIMEOUT_MS = 30_000
_POOL_SIZE = 50
_WAIT_FOR_DATABASE_S = 60.0
_AGGREGATE_INDEXES = [
    IndexModel("outbox.real_time", name="outbox_real_time", sparse=True),
    IndexModel("deadlines.due_time", name="deadlines_due_time", sparse=True),
]
_service = ""


class DatabaseSettings(Protocol):
    """The part of chassis.settings.ServiceSettings that a connection needs."""

    @property
    def mongo_url(self) -> str: ...
    @property
    def mongo_database(self) -> str: ...
    @property
    def environment(self) -> Any: ...


def connect(settings: DatabaseSettings, service: str = "") -> Database[dict[str, Any]]:
    """Connect the process to its database, bind the business clock to it and make the indexes. Once per process.

    `service` is whose events are published (default: the database's name). Waits up to a minute for the database.
    Import the room's documents before, since indexes are made for the documents known at this moment.
    """
    global _service
    _service = service or settings.mongo_database
    mongoengine.connect(
        host=_with_database(settings.mongo_url, settings.mongo_database),
        tz_aware=True,
        uuidRepresentation="standard",
        w="majority",
        retryWrites=True,
        maxPoolSize=_POOL_SIZE,
        waitQueueTimeoutMS=_SELECTION_TIMEOUT_MS,
        serverSelectionTimeoutMS=_SELECTION_TIMEOUT_MS,
        connectTimeoutMS=_SELECTION_TIMEOUT_MS,
        socketTimeoutMS=_SOCKET_TIMEOUT_MS,
    )
    patiently(_ensure_indexes)
    clock.bind(current(), str(settings.environment))
    return current()


def patiently(work: Callable[[], T]) -> T:
    """What `work` returns, which a process needs at its start: done again, for a minute, while the database is away."""
    give_up_at = time.monotonic() + _WAIT_FOR_DATABASE_S
    while True:
        try:
            return work()
        except AutoReconnect:
            if time.monotonic() > give_up_at:
                raise
            time.sleep(0.2)


def disconnect() -> None:
    """Close the connection (tests that connect to several databases in turn)."""
    global _service
    _service = ""
    mongoengine.disconnect_all()
    for aggregate in aggregates():
        aggregate._collection = None


def current() -> Database[dict[str, Any]]:
    """The service's database. Raises mongoengine's ConnectionFailure before connect()."""
    found: Database[dict[str, Any]] = get_db()
    return found


def require_reachable() -> None:
    """Raise pymongo's error at once while the database takes no writes; a process without database passes.

    Otherwise every call would hold its thread until its deadline, and those behind it would never get one.
    """
    if not _service:
        return
    client = get_connection()
    if not client.topology_description.has_writable_server():
        with pymongo.timeout(_GLIMPSE_S):  # long enough to look again, which nobody else may do for 10 s
            client.admin.command("ping")


def service() -> str:
    """Whose events this process publishes."""
    return _service


def aggregates() -> Iterator[Any]:
    """All aggregate classes that the process has imported and that have a collection."""
    from chassis.documents import Aggregate

    waiting = list(Aggregate.__subclasses__())
    while waiting:
        found = waiting.pop()
        waiting.extend(found.__subclasses__())
        if not found._meta.get("abstract"):
            yield found


def holding(database: Database[dict[str, Any]], wanted: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Which of these collections hold a document that fits (filter by name): one question for all of them.

    Polling dozens of collections one by one, several times a second, kept a tenth of a processor busy with nothing.
    """
    if not wanted:
        return []
    found: list[tuple[str, list[dict[str, Any]]]] = [
        (name, [{"$match": fitting}, {"$limit": 1}, {"$project": {"_id": 0, "name": {"$literal": name}}}])
        for name, fitting in wanted.items()
    ]
    (first, stages), others = found[0], found[1:]
    unions: list[dict[str, Any]] = [{"$unionWith": {"coll": name, "pipeline": stages}} for name, stages in others]
    return [row["name"] for row in database[first].aggregate([*stages, *unions])]


def transaction(work: Callable[[ClientSession], T], *, timeout_s: float = 4.0) -> T:
    """Run `work` so that everything it does with its session happens together, or nothing does.

    It may run several times: load aggregates inside it, with the session. Events are handed to the relay when the
    transaction is committed. Raises what `work` raises, or pymongo's errors after `timeout_s` seconds.
    """

    def attempt(session: ClientSession) -> T:
        outbox.forget(session)
        return work(session)

    with pymongo.timeout(timeout_s), get_connection().start_session() as session:
        try:
            result: T = session.with_transaction(attempt)
        except BaseException:
            outbox.forget(session)
            raise
        outbox.release(session)
        return result


def _ensure_indexes() -> None:
    for aggregate in aggregates():
        aggregate.ensure_indexes()
        aggregate.collection().create_indexes(_AGGREGATE_INDEXES)


def _with_database(url: str, database: str) -> str:
    """`url` naming `database`, since mongoengine prefers the URL's database to the one it is told.

    Users are looked up in the database that the URL named before, as without the change.
    """
    parts = urlsplit(url)
    named = parts.path.strip("/")
    query = parts.query
    if "@" in parts.netloc and "authSource" not in parse_qs(query):
        query = "&".join(filter(None, (query, f"authSource={quote(named or 'admin')}")))
    return urlunsplit((parts.scheme, parts.netloc, f"/{database or named}", query, ""))
