"""A response message into the body of the HTTP answer."""

from dataclasses import dataclass

import orjson
from google.protobuf.message import Message

from gateway.http.writing import write_object

JSON = "application/json"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FILE_TYPES = (
    "application/pdf",
    "text/csv",
    XLSX,
    "image/jpeg",
    "image/png",
    "image/webp",
    "application/json",
    "text/html; charset=utf-8",
)


@dataclass(frozen=True)
class Answer:
    """What goes back over HTTP."""

    status: int
    content_type: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


def answer(message: Message) -> Answer:
    """200 with proto JSON in the contract's own names, or the file that an HttpBody carries."""
    if message.DESCRIPTOR.full_name == "google.api.HttpBody":
        return _file(message)
    return Answer(200, JSON, orjson.dumps(write_object(message)))


def _file(message: Message) -> Answer:
    content_type, data = str(getattr(message, "content_type", "")), bytes(getattr(message, "data", b""))
    # A type that we do not know is offered for saving, never shown: it could be a script.
    known = content_type in _FILE_TYPES
    headers = () if known else (("content-disposition", "attachment"),)
    return Answer(200, content_type if known else "application/octet-stream", data, headers)
