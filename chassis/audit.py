"""The audit record of a change, published through the same outbox as the change's own events."""

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

from chassis import principal
from chassis.envelopes import OutboxEntry, entry
from chassis.topology import AUDIT_MANY_TYPE, AUDIT_TYPE
from chassis.writes import Write

_MISSING = object()


def change_recorded(
    *,
    service: str,
    collection: str,
    document_id: str,
    version: int,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    fields: Iterable[str],
    private_fields: Iterable[str],
    why: str,
) -> OutboxEntry:
    """The event saleloop.audit.v1.ChangeRecorded for the change of `fields` from `before` to `after`.

    Written as JSON directly: building the Struct message first would cost more than the whole commit.
    """
    private = tuple(private_fields)
    secretive = {path.partition(".")[0] for path in private}
    changes = {name: {"before": before.get(name), "after": after.get(name)} for name in fields}
    for name in secretive & changes.keys():
        sides = changes[name].items()
        changes[name] = {side: _disclosed(document_id, name, value, private) for side, value in sides}
    context = principal.current()
    record = entry(AUDIT_TYPE, "", subject=document_id, sequence=version)
    body = {
        "service": service,
        "collection": collection,
        "document_id": document_id,
        "version": str(version),
        "actor": context.principal.subject,
        "operation": context.operation,
        "why": why or context.why,
        "changes": changes,
        "real_time": record["real_time"],
        "business_time": record["time"],
    }
    record["body"] = orjson.dumps(body, default=_plain, option=_OPTIONS).decode()
    return record


def tell_together(writes: Iterable[Write]) -> None:
    """Let the records of many writes of one transaction travel as few events, each in the outbox of one of them.

    The event is saleloop.audit.v1.ChangesRecorded. Doing it again changes nothing. A record keeps its own place in the
    chain; a message, a publication and a removal for each of thousands would cost more than the change itself.
    """
    carried: list[str] = []
    size = 0
    carrier: Write | None = None
    for write in writes:
        if not write.entries or write.entries[-1]["type"] != AUDIT_TYPE:
            continue
        if carrier is not None and (len(carried) == _TOGETHER or size > _TOGETHER_CHARS):
            _carry(carrier, carried)
            carried, size = [], 0
        carrier = write
        body = write.entries.pop()["body"]
        carried.append(body)
        size += len(body)
    if carrier is not None:
        _carry(carrier, carried)


def _carry(carrier: Write, bodies: Sequence[str]) -> None:
    body = f'{{"changes":[{",".join(bodies)}]}}'
    carrier.entries.append(entry(AUDIT_MANY_TYPE, body, subject=carrier.document_id, sequence=carrier.version))


_TOGETHER, _TOGETHER_CHARS = 100, 100_000  # records in one event, at the most
_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS


def _disclosed(document_id: str, name: str, value: Any, private: tuple[str, ...]) -> Any:
    """`value` with digests in place of everything that `private` names (paths such as "contact.phone")."""
    for path in private:
        first, _, rest = path.partition(".")
        if first == name:
            value = _digested(f"{document_id}:{path}", value, rest)
    return value


def _digested(salt: str, value: Any, path: str) -> Any:
    if value is None:
        return None
    if not path:
        content = orjson.dumps(value, default=_plain, option=_OPTIONS | orjson.OPT_SORT_KEYS)
        return "sha256:" + hashlib.sha256(salt.encode() + b"\0" + content).hexdigest()
    if isinstance(value, list):
        return [_digested(salt, element, path) for element in value]
    if not isinstance(value, Mapping):
        return value
    first, _, rest = path.partition(".")
    if value.get(first, _MISSING) is _MISSING:
        return value
    return {**value, first: _digested(salt, value[first], rest)}


def _plain(value: Any) -> Any:
    """What JSON has no form for: bytes in base64, mappings as such, all else as its text (ObjectId, Decimal128)."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)
