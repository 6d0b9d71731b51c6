"""Commits of many documents at once: imports, routing of thousands."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

from pymongo import InsertOne, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.errors import BulkWriteError

from chassis import database

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


def commit_many(documents: Sequence[A], why: str = "") -> None:
    """Commit changes of several documents of one class, new or loaded, in one transaction: all or none.

    Raises VersionConflict when one of them was changed by somebody else, or DuplicateValue.
    """
    from chassis.documents import VersionConflict

    prepared = [(document, document.prepare_write(why)) for document in documents]
    writes = [(document, write) for document, write in prepared if write]
    if not writes:
        return
    operations: list[InsertOne[dict[str, object]] | UpdateOne] = [
        InsertOne(write.document)
        if document.is_new
        else UpdateOne({"_id": document.id, "version": document.version}, write.update)
        for document, write in writes
    ]
    collection = writes[0][0].collection()

    def work(session: ClientSession) -> None:
        done = collection.bulk_write(operations, ordered=False, session=session)
        if done.inserted_count + done.matched_count != len(operations):
            raise VersionConflict(collection.name, "(one of several)")

    try:
        database.transaction(work)
    except BulkWriteError as error:
        raise writes[0][0].refusal_of(error.details["writeErrors"][0]) from error
    for document, write in writes:
        document.accept_written(write, None)
