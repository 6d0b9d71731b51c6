"""JSON into protobuf, strictly: every fault is reported with the path of its field.

json_format.ParseDict stops at the first fault, names no path for a wrong type, and takes [] or "" for a message.
"""

import base64
import binascii
import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, cast

from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from chassis.errors import FieldViolation
from chassis.rpc_times import EARLIEST_S, EXPECTED, LATEST_S

_MAX_FAULTS = 20
_MAX_DEPTH = 32
_SNAKE = re.compile(r"([A-Z])")
_INTEGER = re.compile(r"-?[0-9]{1,20}")
_RANGES = {
    FieldDescriptor.CPPTYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.CPPTYPE_INT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.CPPTYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.CPPTYPE_UINT64: (0, 2**64 - 1),
}


@dataclass
class Faults:
    """All faults of one request, at most 20; paths as in google.rpc.BadRequest ("lines[2].sku").

    `any_time` takes times of any year, for a body whose items are judged one by one later.
    """

    any_time: bool = False
    found: list[FieldViolation] = field(default_factory=list)

    def add(self, path: str, description: str) -> None:
        """Note one fault."""
        if len(self.found) < _MAX_FAULTS:
            self.found.append(FieldViolation(path, description))


class _Wrong(Exception):
    """A value of the wrong type or outside its range; the message says what is expected."""


Scalar = Callable[[Any], Any]


def read_object(value: object, message: Message, faults: Faults, path: str = "", depth: int = 0) -> None:
    """Fill `message` from the decoded JSON object `value`; what does not fit goes to `faults`."""
    if not isinstance(value, dict):
        faults.add(path, "must be an object")
        return
    if depth > _MAX_DEPTH:
        faults.add(path, "is nested too deeply")
        return
    fields = _fields(message.DESCRIPTOR)
    prefix = f"{path}." if path else ""
    for name, item in value.items():
        reader = fields.get(name)
        if reader is None:
            faults.add(f"{prefix}{name}"[:200], "is not a known field")
        elif item is not None:
            reader.read(item, message, faults, prefix + reader.name, depth)


class _Field:
    """How one field is read."""

    def __init__(self, descriptor: FieldDescriptor) -> None:
        self.name = descriptor.name
        self.is_repeated = descriptor.is_repeated
        message_type = descriptor.message_type
        self.is_map = message_type is not None and bool(message_type.GetOptions().map_entry)
        if message_type is not None and self.is_map:
            self.key = _scalar(message_type.fields_by_name["key"])
            descriptor = message_type.fields_by_name["value"]
            message_type = descriptor.message_type
        self.message_type = message_type
        self.scalar: Scalar | None = None if message_type is not None else _scalar(descriptor)

    def read(self, value: object, message: Message, faults: Faults, path: str, depth: int) -> None:
        """Set this field of `message`."""
        if self.is_map:
            self._read_map(value, getattr(message, self.name), faults, path, depth)
        elif self.is_repeated:
            self._read_list(value, getattr(message, self.name), faults, path, depth)
        elif self.scalar is None:
            nested = getattr(message, self.name)
            nested.SetInParent()
            _read_message(value, nested, faults, path, depth + 1)
        else:
            try:
                setattr(message, self.name, self.scalar(value))
            except _Wrong as wrong:
                faults.add(path, str(wrong))

    def _read_list(self, value: object, target: Any, faults: Faults, path: str, depth: int) -> None:
        if not isinstance(value, list):
            faults.add(path, "must be an array")
            return
        for index, item in enumerate(value):
            if self.scalar is None:
                _read_message(item, target.add(), faults, f"{path}[{index}]", depth + 1)
                continue
            try:
                target.append(self.scalar(item))
            except _Wrong as wrong:
                faults.add(f"{path}[{index}]", str(wrong))

    def _read_map(self, value: object, target: Any, faults: Faults, path: str, depth: int) -> None:
        if not isinstance(value, dict):
            faults.add(path, "must be an object")
            return
        for key, item in value.items():
            item_path = f'{path}["{key[:100]}"]'
            try:
                typed_key = self.key(key)
                if self.scalar is not None:
                    target[typed_key] = self.scalar(item)
                    continue
            except _Wrong as wrong:
                faults.add(item_path, str(wrong))
                continue
            _read_message(item, target[typed_key], faults, item_path, depth + 1)


@cache
def _fields(descriptor: Descriptor) -> dict[str, _Field]:
    """By both names: the contract's own and the camelCase one of proto JSON."""
    readers = {item.name: _Field(item) for item in descriptor.fields}
    return {item.json_name: readers[item.name] for item in descriptor.fields} | readers


def _read_message(value: object, message: Any, faults: Faults, path: str, depth: int) -> None:
    descriptor = message.DESCRIPTOR
    if descriptor.full_name == "google.protobuf.Timestamp":
        try:
            _read_time(value, message, any_time=faults.any_time)
        except _Wrong as wrong:
            faults.add(path, str(wrong))
    elif descriptor.full_name == "google.protobuf.FieldMask" and isinstance(value, str):
        message.paths.extend(_SNAKE.sub(r"_\1", name).lower() for name in value.split(",") if name)
    elif descriptor.file.name.startswith("google/protobuf/"):
        try:
            json_format.ParseDict(cast(Any, value), message, max_recursion_depth=_MAX_DEPTH)
        except (json_format.ParseError, TypeError, RecursionError):
            faults.add(path, f"must be the JSON form of {descriptor.full_name}")
    else:
        read_object(value, message, faults, path, depth)


def _read_time(value: object, message: Timestamp, *, any_time: bool) -> None:
    try:
        if not isinstance(value, str):
            raise ValueError
        message.FromJsonString(value)
    except ValueError:
        raise _Wrong('must be a time like "2026-03-01T08:00:00Z"') from None
    if not any_time and not EARLIEST_S <= message.seconds < LATEST_S:
        raise _Wrong(EXPECTED)


def _scalar(descriptor: FieldDescriptor) -> Scalar:
    kind = descriptor.cpp_type
    if kind in _RANGES:
        low, high = _RANGES[kind]
        return lambda value: _integer(value, low, high)
    if kind == FieldDescriptor.CPPTYPE_BOOL:
        return _boolean
    if descriptor.enum_type is not None:
        numbers = {item.name: item.number for item in descriptor.enum_type.values}
        return lambda value: _enum(value, numbers)
    if kind in (FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT):
        return _number
    return _bytes if descriptor.type == FieldDescriptor.TYPE_BYTES else _string


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise _Wrong("must be a string")
    return value


def _boolean(value: object) -> bool:
    if value is True or value is False:
        return value
    raise _Wrong("must be true or false")


def _integer(value: object, low: int, high: int) -> int:
    """Numbers and, since JSON numbers lose digits past 2^53, strings of digits."""
    if isinstance(value, bool):
        raise _Wrong("must be an integer")
    is_text = isinstance(value, str) and _INTEGER.fullmatch(value)
    # The decoder makes floats of integers past 64 bits; past 2^53 a float may stand for another number.
    is_whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer() and abs(value) <= 2**53)
    if not is_text and not is_whole:
        raise _Wrong("must be an integer")
    number = int(cast(Any, value))
    if not low <= number <= high:
        raise _Wrong(f"must be between {low} and {high}")
    return number


def _number(value: object) -> float:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            raise _Wrong("must be a number") from None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _Wrong("must be a finite number")
    return float(value)


def _enum(value: object, numbers: dict[str, int]) -> int:
    if isinstance(value, str) and value in numbers:
        return numbers[value]
    if isinstance(value, int) and not isinstance(value, bool) and value in numbers.values():
        return value
    raise _Wrong(f"must be one of {', '.join(numbers)}"[:400])


def _bytes(value: object) -> bytes:
    if not isinstance(value, str):
        raise _Wrong("must be base64 text")
    try:
        standard = value.replace("-", "+").replace("_", "/")
        return base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise _Wrong("must be base64 text") from None
