"""The chains in the gateway's database: entries, and one head for each service that makes two writers conflict."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from pymongo import ASCENDING, DESCENDING
from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from chassis import database
from gateway.audit.chain import Head, Link, extend, first_break

ENTRIES, HEADS = "audit_entries", "audit_heads"


@dataclass(frozen=True, slots=True)
class Record:
    """One change as it arrived: its event's id and the canonical JSON of its ChangeRecorded."""

    event_id: str
    text: str
    document_id: str
    real_time: datetime | None


def prepare() -> None:
    """Make the indexes. The unique ones are what makes a second delivery, and a fork, impossible."""
    _entries().create_index([("service", ASCENDING), ("seq", ASCENDING)], unique=True)
    _entries().create_index([("service", ASCENDING), ("event_id", ASCENDING)], unique=True)
    _entries().create_index([("service", ASCENDING), ("document_id", ASCENDING), ("seq", DESCENDING)])


def append(service: str, records: Sequence[Record]) -> int:
    """Append what the chain does not have yet, all or nothing; returns how many were new."""
    unique = {record.event_id: record for record in records}

    def work(session: ClientSession) -> int:
        known = _entries().find(
            {"service": service, "event_id": {"$in": list(unique)}}, {"event_id": 1}, session=session
        )
        seen = {row["event_id"] for row in known}
        fresh = [record for record in unique.values() if record.event_id not in seen]
        if not fresh:
            return 0
        head = _head(service, session)
        links = extend(head, [(record.event_id, record.text) for record in fresh])
        # Every writer changes the head: of two transactions on one chain the later one starts again.
        _heads().update_one(
            {"_id": service}, {"$set": {"seq": links[-1].seq, "hash": links[-1].hash}}, upsert=True, session=session
        )
        rows = [_row(service, record, link) for record, link in zip(fresh, links, strict=True)]
        _entries().insert_many(rows, session=session)
        return len(fresh)

    return database.transaction(work)


def entries_before(
    service: str, document_id: str, before_seq: int | None, limit: int
) -> list[tuple[Link, Mapping[str, Any]]]:
    """Entries of a chain, newest first, with their decoded records."""
    query: dict[str, Any] = {"service": service}
    if document_id:
        query["document_id"] = document_id
    if before_seq is not None:
        query["seq"] = {"$lt": before_seq}
    rows = _entries().find(query).sort("seq", DESCENDING).limit(limit)
    return [(_link(row), orjson.loads(row["record"])) for row in rows]


def verify() -> Iterator[tuple[str, int, str]]:
    """Service, length and first broken place ("" when the chain holds) of each chain."""
    services = {row["_id"] for row in _heads().find({}, {"_id": 1})} | set(_entries().distinct("service"))
    for service in sorted(services):
        head = _head(service)
        rows = _entries().find({"service": service}).sort("seq", ASCENDING)
        # Entries that arrive while we read lie behind the head that we read first.
        links = (_link(row) for row in rows if row["seq"] <= head.seq or head.seq == 0)
        yield service, head.seq, first_break(links, head) or _misfiled(service)


def _misfiled(service: str) -> str:
    """The fields that entries are found by lie outside the sealed text, so they are compared with it."""
    for row in _entries().find({"service": service}, {"record": 1, "document_id": 1, "seq": 1}).sort("seq", ASCENDING):
        if orjson.loads(row["record"]).get("document_id", "") != row["document_id"]:
            return f"entry {row['seq']} is filed under another document"
    return ""


def _head(service: str, session: ClientSession | None = None) -> Head:
    found = _heads().find_one({"_id": service}, session=session)
    return Head() if found is None else Head(found["seq"], found["hash"])


def _row(service: str, record: Record, link: Link) -> dict[str, Any]:
    return {
        "service": service,
        "seq": link.seq,
        "event_id": link.event_id,
        "record": link.record,
        "prev_hash": link.prev_hash,
        "hash": link.hash,
        "document_id": record.document_id,
        "real_time": record.real_time,
    }


def _link(row: Mapping[str, Any]) -> Link:
    return Link(row["seq"], row["event_id"], row["record"], row["prev_hash"], row["hash"])


def _entries() -> Collection[dict[str, Any]]:
    return database.current()[ENTRIES]


def _heads() -> Collection[dict[str, Any]]:
    return database.current()[HEADS]
