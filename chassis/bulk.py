"""Commits of many documents at once: imports, routing of thousands."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from pymongo import InsertOne, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.errors import BulkWriteError

from chassis import audit, database, outbox
from chassis.writes import Write

if TYPE_CHECKING:
    from chassis.documents import Aggregate

A = TypeVar("A", bound="Aggregate")
CHUNK = 500  # documents in one write; an import of 100,000 rows must not become one message of 100 MB
_DUPLICATE_KEY = 11000


def insert_many_committed(documents: Sequence[A], why: str = "") -> list[A]:
    """Insert new documents of one class with their events and audit records, in chunks.

    Returns those that were refused because their id or a unique value is there already; the others are committed.
    """
    refused: list[A] = []
    for start in range(0, len(documents), CHUNK):
        refused += _insert(documents[start : start + CHUNK], why)
    return refused


def _insert(documents: Sequence[A], why: str) -> list[A]:
    writes = [document.prepare_write(why) for document in documents]
    duplicates: set[int] = set()
    try:
        documents[0].collection().insert_many([write.document for write in writes if write], ordered=False)
    except BulkWriteError as error:
        failures = error.details["writeErrors"]
        if any(failure["code"] != _DUPLICATE_KEY for failure in failures):
            raise
        duplicates = {failure["index"] for failure in failures}
    for number, (document, write) in enumerate(zip(documents, writes, strict=True)):
        if write and number not in duplicates:
            document.accept_written(write, None)
    return [documents[number] for number in sorted(duplicates)]


class Changes:
    """Changes of documents of several classes, written with one command for each collection and kind of write."""

    def __init__(self) -> None:
        self._prepared: list[tuple[type[Aggregate], Aggregate | None, Write]] = []

    def add(self, document: "Aggregate", why: str = "") -> None:
        """Take the document's change as it is now, in the current Context; do not change it again before `accept`."""
        write = document.prepare_write(why)
        if write:
            self._prepared.append((type(document), document, write))

    def set_fields(
        self, cls: "type[Aggregate]", row: Mapping[str, Any], values: Mapping[str, Any], why: str = ""
    ) -> None:
        """Give plain fields of a stored document new values without building the document, for thousands alike.

        `row` holds its `_id`, `version` and the present values of the fields in `values`.
        """
        write = cls.prepare_fields(row, values, why)
        if write:
            self._prepared.append((cls, None, write))

    def write(self, session: ClientSession) -> None:
        """Raises VersionConflict when one of them was changed by somebody else, or DuplicateValue."""
        from chassis.documents import VersionConflict

        audit.tell_together([write for _, _, write in self._prepared])
        by_class = defaultdict(list)
        for cls, document, write in self._prepared:
            by_class[cls].append((document, write))
        for cls, writes in by_class.items():
            operations = [_operation(document, write) for document, write in writes]
            try:
                done = cls.collection().bulk_write(operations, ordered=False, session=session)
            except BulkWriteError as error:
                failure = error.details["writeErrors"][0]
                if failure["code"] != _DUPLICATE_KEY:
                    raise
                raise cls.refusal_of("(one of several)", failure) from error
            if done.inserted_count + done.matched_count != len(operations):
                raise VersionConflict(cls.collection_name(), "(one of several)")

    def accept(self, session: ClientSession | None) -> None:
        """They are written: the objects stand for what is stored, and their events go to the relay."""
        for cls, document, write in self._prepared:
            if document is not None:
                document.accept_written(write, session)
            elif write.entries:
                outbox.hand_over(cls.collection_name(), write.document_id, write.entries, session)


def commit_many(documents: Sequence[A], why: str = "") -> None:
    """Commit changes of several documents, new or loaded, in one transaction: all or none.

    Raises VersionConflict when one of them was changed by somebody else, or DuplicateValue.
    """
    changes = Changes()
    for document in documents:
        changes.add(document, why)
    database.transaction(changes.write)
    changes.accept(None)


def _operation(document: "Aggregate | None", write: Write) -> InsertOne[dict[str, object]] | UpdateOne:
    if document is not None and document.is_new:
        return InsertOne(write.document)
    return UpdateOne({"_id": write.document_id, "version": write.version - 1}, write.update)
