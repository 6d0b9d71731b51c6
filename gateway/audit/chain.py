"""The hash chain: each entry seals its record and everything before it. Pure."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import orjson

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Link:
    """One entry of a chain. `record` is canonical JSON; `seq` counts from 1."""

    seq: int
    event_id: str
    record: str
    prev_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain: its last seq and hash."""

    seq: int = 0
    hash: str = GENESIS


def canonical(record: object) -> str:
    """The one JSON text of a record: sorted keys, no blanks. Raises TypeError for what JSON has no form for."""
    return orjson.dumps(record, option=orjson.OPT_SORT_KEYS).decode()


def link_hash(seq: int, event_id: str, record: str, prev_hash: str) -> str:
    """SHA-256 over the record, its place and everything before it; hex."""
    sealed = orjson.dumps([seq, event_id, record, prev_hash])
    return hashlib.sha256(sealed).hexdigest()


def extend(head: Head, records: Iterable[tuple[str, str]]) -> list[Link]:
    """The links that append (event id, canonical record) pairs to a chain that ends in `head`."""
    links: list[Link] = []
    seq, previous = head.seq, head.hash
    for event_id, record in records:
        seq += 1
        sealed = link_hash(seq, event_id, record, previous)
        links.append(Link(seq, event_id, record, previous, sealed))
        previous = sealed
    return links


def first_break(links: Iterable[Link], head: Head) -> str:
    """What is wrong at the first broken place of a chain, or "" when all of it holds."""
    seq, previous = 0, GENESIS
    for link in links:
        seq += 1
        if link.seq != seq:
            return f"entry {seq} is missing (found {link.seq})"
        if link.prev_hash != previous:
            return f"entry {seq} does not follow from entry {seq - 1}"
        if link.hash != link_hash(link.seq, link.event_id, link.record, link.prev_hash):
            return f"entry {seq} was changed"
        previous = link.hash
    if Head(seq, previous) != head:
        return f"the chain ends at {seq}, its head says {head.seq}" if seq != head.seq else "the head was changed"
    return ""
