"""Aggregates: one document, its version, its outbox and its deadlines, changed in one atomic write."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Self

import mongoengine
from google.protobuf.message import Message
from mongoengine.base import BaseField
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

from chassis import audit, database, outbox, telemetry
from chassis.bulk import commit_many, insert_many_committed
from chassis.clocks import to_milliseconds
from chassis.database import connect, patiently, transaction
from chassis.envelopes import OutboxEntry, entry, event_type, proto_json
from chassis.ids import new_id
from chassis.shapes import is_plain, shape_of
from chassis.writes import HANDLED_KEPT, Write

__all__ = [
    "Aggregate",
    "DocumentNotFound",
    "DuplicateValue",
    "VersionConflict",
    "commit_many",
    "connect",
    "insert_many_committed",
    "patiently",
    "transaction",
]

_TECHNICAL = frozenset({"_id", "id", "version", "handled", "outbox"})  # written by commit() itself
_UNAUDITED = frozenset({"deadlines", "_cls"})


class VersionConflict(Exception):
    """Somebody else changed the document since it was loaded: load again and repeat the whole command."""

    code = "ABORTED"
    reason = "VERSION_CONFLICT"

    def __init__(self, collection: str, document_id: str) -> None:
        super().__init__(f"{collection} {document_id} was changed by somebody else meanwhile")
        self.metadata = {"collection": collection, "document_id": document_id}


class DocumentNotFound(Exception):
    """No such document; rooms name their own exception in `Aggregate.not_found`."""

    code = "NOT_FOUND"
    reason = "DOCUMENT_NOT_FOUND"

    def __init__(self, document_id: str) -> None:
        super().__init__(f"there is no {document_id}")
        self.metadata = {"document_id": document_id}


class DuplicateValue(Exception):
    """Another document has the same value in a unique field. `fields` are the index's field names."""

    code = "ALREADY_EXISTS"
    reason = "DUPLICATE_VALUE"

    def __init__(self, collection: str, fields: tuple[str, ...]) -> None:
        super().__init__(f"another document of {collection} has the same {', '.join(fields)}")
        self.fields = fields
        self.metadata = {"collection": collection, "fields": ",".join(fields)}


@is_plain
class PlainField(BaseField):
    """Lists and mappings exactly as stored; replace the value, never change it in place."""


class Aggregate(mongoengine.Document):
    """The unit of change: load, decide, emit and schedule, commit once.

    What changed is found by comparing with what was loaded, not by mongoengine's own tracking, which misses
    some changes inside containers. meta: `private_fields` (paths; the audit gets digests), `audited` (default True;
    False for copies of another service's state).
    """

    meta: ClassVar[dict[str, Any]] = {
        "abstract": True,
        "strict": False,
        "auto_create_index": False,
        "private_fields": (),
        "audited": True,
    }
    not_found: ClassVar[type[Exception]] = DocumentNotFound

    id: str = mongoengine.StringField(primary_key=True, default=new_id)
    version: int = mongoengine.IntField(default=0)
    deadlines: list[dict[str, Any]] = PlainField(default=list)
    handled: list[str] = PlainField(default=list)

    # mongoengine looks with each assignment whether something is sharded, dynamic or saved by itself: nothing is.
    __setattr__ = object.__setattr__

    def __init__(self, **values: Any) -> None:
        cls = type(self)
        self._begin(shape_of(cls).values_of_new(cls.__name__, values), None)

    @classmethod
    def _from_son(cls, son: dict[str, Any], *_args: Any, **_kwargs: Any) -> Self:
        document = cls.__new__(cls)
        document._begin(shape_of(cls).values_of_stored(son), son)
        return document

    def _begin(self, data: dict[str, Any], stored: Mapping[str, Any] | None) -> None:
        """Hold these fields. mongoengine is told that it is not initialised, so that it tracks no changes."""
        self._initialised, self._created, self._data = False, stored is None, data
        self._stored: Mapping[str, Any] | None = stored
        self._emitted: list[OutboxEntry] = []
        self._taken: list[str] = []

    @classmethod
    def load(cls, document_id: str, *, session: ClientSession | None = None) -> Self:
        """The document with this id. Raises `cls.not_found`."""
        found = cls.find(document_id, session=session)
        if found is None:
            raise cls.not_found(document_id)
        return found

    @classmethod
    def find(cls, document_id: str, *, session: ClientSession | None = None) -> Self | None:
        """The document with this id, or None."""
        son = cls.collection().find_one({"_id": document_id}, {"outbox": 0}, session=session)
        return None if son is None else cls._from_son(son)

    @classmethod
    def load_many(cls, document_ids: Sequence[str], *, session: ClientSession | None = None) -> dict[str, Self]:
        """Those of the documents that exist, by id."""
        found = cls.collection().find({"_id": {"$in": list(document_ids)}}, {"outbox": 0}, session=session)
        return {son["_id"]: cls._from_son(son) for son in found}

    @classmethod
    def collection(cls) -> Collection[dict[str, Any]]:
        """The pymongo collection, for reads that need no documents."""
        found: Collection[dict[str, Any]] = cls._get_collection()
        return found

    @property
    def is_new(self) -> bool:
        """True until the first commit."""
        return self._stored is None

    def emit(self, message: Message) -> None:
        """Publish `message` when the change is committed, from the same write."""
        self._emitted.append(entry(event_type(message), proto_json(message)))

    def schedule(self, kind: str, due_time: datetime) -> None:
        """Have the worker's `@on_deadline(..., kind)` called at `due_time` (business time); replaces one of that kind.

        Raises ValueError for a time without zone.
        """
        if due_time.tzinfo is None:
            raise ValueError("a deadline needs an aware due_time")
        due_time = to_milliseconds(due_time)
        if any(each["kind"] == kind and each["due_time"] == due_time for each in self.deadlines):
            return
        self.cancel(kind)
        planned = {"kind": kind, "due_time": due_time, "traceparent": telemetry.traceparent()}
        self.deadlines = [*self.deadlines, planned]

    def cancel(self, kind: str) -> None:
        """Forget the deadline of this kind, if there is one."""
        self.deadlines = [each for each in self.deadlines if each["kind"] != kind]

    def deadline(self, kind: str) -> datetime | None:
        """When the deadline of this kind is due; None when there is none."""
        return next((each["due_time"] for each in self.deadlines if each["kind"] == kind), None)

    def take(self, event_id: str) -> bool:
        """Mark the event as handled by this document. False when it already was: then change nothing."""
        if event_id in self.handled or event_id in self._taken:
            return False
        self._taken.append(event_id)
        return True

    def commit(self, why: str = "", session: ClientSession | None = None) -> None:
        """Write the change, its events and its audit record in one atomic write, if there is anything to write.

        Raises VersionConflict when somebody else changed the document (or made one with the same id), and
        DuplicateValue when a unique value is taken.
        """
        write = self.prepare_write(why)
        if write is None:
            return
        try:
            if self._stored is None:
                self.collection().insert_one(write.document, session=session)
            else:
                same_version = {"_id": self.id, "version": self.version}
                if not self.collection().update_one(same_version, write.update, session=session).matched_count:
                    raise VersionConflict(self.collection_name(), self.id)
        except DuplicateKeyError as error:
            raise self.refusal_of(self.id, error.details) from error
        self.accept_written(write, session)

    @classmethod
    def collection_name(cls) -> str:
        """Name of the collection."""
        name: str = cls._get_collection_name()
        return name

    def prepare_write(self, why: str) -> Write | None:
        """What a commit writes; None when there is nothing to write."""
        shape = shape_of(type(self))
        before = self._stored or {}
        after = {name: value for name, value in shape.stored_values(self._data).items() if name not in _TECHNICAL}
        changed = [name for name, value in after.items() if name not in before or before[name] != value]
        gone = [name for name in before if name not in after and name in shape.stored and name not in _TECHNICAL]
        shape.require_valid(self.id, self._data, None if self._stored is None else frozenset((*changed, *gone)))
        if self._stored is not None and not (changed or gone or self._emitted or self._taken):
            return None
        entries = [*self._emitted]
        for each in entries:
            each["subject"], each["sequence"] = self.id, self.version + 1
        entries += self._change_recorded(self.id, self.version + 1, before, after, (*changed, *gone), why)
        return Write(self.id, self.version + 1, after, tuple(changed), tuple(gone), tuple(self._taken), entries)

    @classmethod
    def prepare_fields(cls, row: Mapping[str, Any], values: Mapping[str, Any], why: str) -> Write | None:
        """The same for plain fields of a stored row, which holds their present values beside `_id` and `version`."""
        changed = tuple(name for name, value in values.items() if row.get(name) != value)
        if not changed:
            return None
        version = row["version"] + 1
        entries = cls._change_recorded(row["_id"], version, row, values, changed, why)
        return Write(row["_id"], version, dict(values), changed, (), (), entries)

    @classmethod
    def _change_recorded(
        cls,
        document_id: str,
        version: int,
        before: Mapping[str, Any],
        after: Mapping[str, Any],
        fields: Sequence[str],
        why: str,
    ) -> list[OutboxEntry]:
        """The audit record, unless nothing of it is to be told."""
        told = [name for name in fields if name not in _UNAUDITED]
        if not told or not cls._meta["audited"]:
            return []
        record = audit.change_recorded(
            service=database.service(),
            collection=cls.collection_name(),
            document_id=document_id,
            version=version,
            before=before,
            after=after,
            fields=told,
            private_fields=cls._meta["private_fields"],
            why=why,
        )
        return [record]

    def accept_written(self, write: Write, session: ClientSession | None) -> None:
        """The write succeeded: this object now stands for what is stored."""
        self.version = write.version
        self.handled = [*self.handled, *write.taken][-HANDLED_KEPT:]
        self._stored = {**write.after, "handled": self.handled}
        self._emitted, self._taken = [], []
        if write.entries:
            outbox.hand_over(self.collection_name(), write.document_id, write.entries, session)

    @classmethod
    def refusal_of(cls, document_id: str, details: Mapping[str, Any] | None) -> Exception:
        """What a duplicate key means: somebody made the same document, or has the unique value."""
        fields = tuple((details or {}).get("keyPattern", {"_id": 1}))
        if fields == ("_id",):
            return VersionConflict(cls.collection_name(), document_id)
        return DuplicateValue(cls.collection_name(), fields)
