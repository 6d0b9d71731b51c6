"""Files in the service's own GridFS: checked at the door, known by their hash, never changed."""

import hashlib
from collections.abc import Collection as Words
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import gridfs
import mongoengine
from mongoengine.connection import get_db

from chassis.clocks import clock
from chassis.ids import new_id

# What a file begins with, by media type; others are taken at their word.
_MAGIC = {
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/webp": (b"RIFF",),
    "application/pdf": (b"%PDF-",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (b"PK\x03\x04",),
}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class FileNotKept(Exception):
    """There is no such file."""

    code = "NOT_FOUND"
    reason = "FILE_NOT_FOUND"

    def __init__(self, file_id: str) -> None:
        super().__init__(f"there is no file {file_id}")
        self.metadata = {"file_id": file_id}


class FileRefused(Exception):
    """The file is empty, too large, or not of an allowed type."""

    code = "INVALID_ARGUMENT"
    reason = "FILE_REFUSED"
    field = "content"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """What is known of a kept file; `sha256` is hex, `size` in bytes."""

    id: str
    name: str
    media_type: str
    size: int
    sha256: str
    create_time: datetime


def keep(content: bytes, *, name: str, media_type: str, allowed: Words[str], max_bytes: int) -> StoredFile:
    """Keep the file, also outside a transaction: what refers to it is written afterwards. Raises FileRefused."""
    if not content:
        raise FileRefused("the file is empty")
    if len(content) > max_bytes:
        raise FileRefused(f"the file has {len(content)} bytes, at most {max_bytes} are taken")
    if media_type not in allowed:
        raise FileRefused(f"the type {media_type or 'unknown'} is not taken; it may be {', '.join(sorted(allowed))}")
    if media_type in _MAGIC and not content.startswith(_MAGIC[media_type]):
        raise FileRefused(f"the content is not of the type {media_type}")
    file = StoredFile(new_id(), name, media_type, len(content), hashlib.sha256(content).hexdigest(), clock.now())
    metadata = {"media_type": media_type, "sha256": file.sha256, "create_time": file.create_time}
    _files().put(content, _id=file.id, filename=name, metadata=metadata)
    return file


def read(file_id: str) -> tuple[StoredFile, bytes]:
    """The file and its content. Raises FileNotKept."""
    try:
        found = _files().get(file_id)
    except gridfs.NoFile:
        raise FileNotKept(file_id) from None
    about: dict[str, Any] = dict(found.metadata or {})
    content = found.read()
    stored = StoredFile(
        file_id, found.filename or "", about["media_type"], len(content), about["sha256"], about["create_time"]
    )
    return stored, content


def drop(file_id: str) -> None:
    """Forget the file; one that is gone already is no error."""
    _files().delete(file_id)


def _files() -> gridfs.GridFS:
    return gridfs.GridFS(get_db(mongoengine.DEFAULT_CONNECTION_NAME))
